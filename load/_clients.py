"""The generators of a run as locust's master knows them."""

from collections.abc import Callable
from time import perf_counter
from typing import Any

import gevent
from locust.env import Environment
from locust.runners import STATE_MISSING, MasterRunner

_TIMEOUT_S = 60.0
LOCAL = "local"  # the client id of the only generator when there are no workers


def connected(environment: Environment) -> list[str]:
    """Return the client ids of all connected generators."""
    runner = environment.runner
    if not isinstance(runner, MasterRunner):
        return [LOCAL]
    return [client.id for client in runner.clients.all if client.state != STATE_MISSING]


class Expected:
    """How many workers a run waits for, and how long (`--expect-workers`, `--processes`). locust doesn't do the
    waiting, because it would give up without a verdict."""

    def __init__(self, environment: Environment) -> None:
        options: Any = environment.parsed_options
        self.count = 1
        self.timeout_s = _TIMEOUT_S
        if isinstance(environment.runner, MasterRunner):
            self.count = max(1, options.expect_workers or 1)
            self.timeout_s = float(options.expect_workers_max_wait or _TIMEOUT_S)
            options.expect_workers = 0


def wait_until(condition: Callable[[], bool], timeout_s: float) -> bool:
    """Wait until the condition is true; return whether that happened in time."""
    until = perf_counter() + timeout_s
    while not condition() and perf_counter() < until:
        gevent.sleep(0.02)
    return condition()
