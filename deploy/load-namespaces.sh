#!/bin/sh
# One master, two workers and a mock, each in a network namespace with an address of its own, joined by a bridge in a
# fifth: like hosts on one machine. Nothing is reachable from outside, and nothing outside is changed. The exit code is
# the master's; 77 (skipped, with the reason) where namespaces can't be made.
set -eu
cd "$(dirname "$0")/.."
PYTHON=${PYTHON:-.venv/bin/python}
NAME=lehnz$$
FOLDER=$(mktemp -d)
PIDS=""

skip() { echo "skipped: $1" >&2; exit 77; }
[ "$(id -u)" = 0 ] || skip "network namespaces need root"
command -v ip >/dev/null || skip "there is no ip command (iproute2)"
ip netns add "$NAME-net" 2>/dev/null || { rm -r "$FOLDER"; skip "this machine doesn't allow network namespaces"; }

clean() {
    for pid in $PIDS; do kill "$pid" 2>/dev/null || true; done
    for pid in $PIDS; do wait "$pid" 2>/dev/null || true; done
    for role in mock master worker1 worker2 net; do ip netns delete "$NAME-$role" 2>/dev/null || true; done
    rm -r "$FOLDER"
}
trap clean EXIT
trap 'exit 130' INT TERM

ip -n "$NAME-net" link add bridge type bridge
ip -n "$NAME-net" link set bridge up
number=1
for role in mock master worker1 worker2; do
    ip netns add "$NAME-$role"
    ip -n "$NAME-$role" link set lo up
    ip -n "$NAME-net" link add "to-$role" type veth peer name eth0 netns "$NAME-$role"
    ip -n "$NAME-net" link set "to-$role" master bridge up
    ip -n "$NAME-$role" address add "10.77.0.$number/24" dev eth0
    ip -n "$NAME-$role" link set eth0 up
    number=$((number + 1))
done
within() { role=$1; shift; exec ip netns exec "$NAME-$role" "$@"; }

(within mock "$PYTHON" -m mock_server --host 10.77.0.1 --port 4010 --quiet --orgs 10 --seed-orgs all \
    --allowed-host 10.77.0.1 --keys-out "$FOLDER/keys.json") & PIDS="$PIDS $!"
tries=0
until [ -s "$FOLDER/keys.json" ]; do
    tries=$((tries + 1)); [ $tries -lt 300 ] || { echo "the mock didn't start" >&2; exit 1; }
    sleep 0.1
done
for worker in worker1 worker2; do
    (within $worker "$PYTHON" -m locust -f load --worker --master-host 10.77.0.2 --keys-file "$FOLDER/keys.json" \
        --loglevel WARNING) & PIDS="$PIDS $!"
done
code=0
(within master "$PYTHON" -m locust -f load --headless --only-summary --loglevel WARNING --master --master-bind-host 10.77.0.2 \
    --expect-workers 2 --expect-workers-max-wait 60 --host http://10.77.0.1:4010 --arrival-rate 60 --run-time 10s "$@") \
    || code=$?
exit $code
