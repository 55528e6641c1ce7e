#!/bin/sh
# Waits until a load run in a cluster has passed or failed, and copies its results here; the exit code is the run's.
#   deploy/load-collect.sh NAMESPACE [FOLDER] [SECONDS]
set -eu
NAMESPACE=${1:?usage: load-collect.sh NAMESPACE [FOLDER] [SECONDS]}
FOLDER=${2:-load-results}
SECONDS_LEFT=${3:-10800}
JOB=load-master
mkdir -p "$FOLDER"

# `kubectl wait --for=condition=complete` never returns for a job that failed
state() { kubectl -n "$NAMESPACE" get job "$JOB" -o "jsonpath={.status.succeeded}/{.status.failed}"; }
while case $(state) in *[1-9]*) false ;; esac do
    [ "$SECONDS_LEFT" -gt 0 ] || { echo "job $JOB didn't end in time" >&2; exit 4; }
    sleep 2
    SECONDS_LEFT=$((SECONDS_LEFT - 2))
done

kubectl -n "$NAMESPACE" logs "job/$JOB" --tail=-1 >"$FOLDER/log"
for file in slo.json slo.xml slo.html; do
    sed -n "/^-----BEGIN $file-----\$/,/^-----END $file-----\$/p" "$FOLDER/log" | grep -v '^-----' >"$FOLDER/packed" || true
    if [ -s "$FOLDER/packed" ]; then base64 -d <"$FOLDER/packed" | gzip -dc >"$FOLDER/$file"; fi
done
rm -f "$FOLDER/packed"
sed -e '/^-----BEGIN /,/^-----END /d' "$FOLDER/log"
code=$(kubectl -n "$NAMESPACE" get pods -l "job-name=$JOB" \
    -o "jsonpath={.items[0].status.containerStatuses[0].state.terminated.exitCode}")
exit "${code:-4}"
