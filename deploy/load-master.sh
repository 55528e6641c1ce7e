#!/bin/sh
# The master of a load run in a container: runs locust with the given options and exits with the verdict. It prints the
# files in RESULTS between marks, because a pod's log outlives its files; deploy/load-collect.sh reads them there.
set -u
RESULTS=${RESULTS:-/results}
python -m locust -f load --master --slo-json "$RESULTS/slo.json" --slo-junit "$RESULTS/slo.xml" \
    --slo-html "$RESULTS/slo.html" "$@" &
locust=$!
trap 'kill -TERM $locust 2>/dev/null' TERM INT
while :; do # a signal ends `wait` but not locust, which still makes its verdict
    wait $locust
    code=$?
    kill -0 $locust 2>/dev/null || break
done
for file in slo.json slo.xml slo.html; do
    [ -s "$RESULTS/$file" ] || continue
    echo "-----BEGIN $file-----"
    gzip -c "$RESULTS/$file" | base64
    echo "-----END $file-----"
done
exit $code
