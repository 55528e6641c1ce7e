"""Forks locusts for the tests: what they import, most of the cost of a short run, is imported once.

Each line that it reads is an order as JSON, answered by a line:
`{"arguments": [...], "environment": {...}, "output": FILE}`: runs locust with them in a process of its own; its pid.
`{"pid": pid, "seconds": patience}`: waits for its end; its exit code (negative: the signal), or null if it goes on."""

import gc
import json
import os
import sys
import time
from os import fork, waitpid  # before gevent puts its own in their place, which need its loop; here nothing runs in it
from time import sleep

import gevent
import locust.main

from load import _endpoints, _hooks, _identity, _shop


def main() -> None:
    """Until there are no more orders."""
    for line in sys.stdin:
        order = json.loads(line)
        if "pid" in order:
            answer = wait(order["pid"], order["seconds"])
        elif (answer := fork()) == 0:
            run(**order)
        print(json.dumps(answer), flush=True)


def run(arguments: list[str], environment: dict[str, str], output: str) -> None:
    """In the fork: what a shell's `locust ARGUMENTS >OUTPUT 2>&1 </dev/null` does. Never returns."""
    gevent.reinit()
    os.setsid()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(os.open(output, os.O_WRONLY | os.O_CREAT, 0o600), 1)
    os.dup2(1, 2)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["locust", *arguments]
    locust.main.main()  # type: ignore[no-untyped-call, unused-ignore]
    sys.exit()


def wait(pid: int, seconds: float) -> int | None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        ended, status = waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        sleep(0.02)
    return None


if __name__ == "__main__":
    assert _hooks, "imported for what its import does"
    _endpoints.endpoints()
    _identity.versions()
    _shop.generated_shop("small", 1)  # its libraries; every locust makes a shop of its own
    gc.freeze()
    main()
