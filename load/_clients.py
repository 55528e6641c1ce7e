"""The generators of a run as locust's master knows them."""

from locust.env import Environment
from locust.runners import STATE_MISSING, MasterRunner

LOCAL = "local"  # the client id of the only generator when there are no workers


def connected(environment: Environment) -> list[str]:
    """The client ids of all that are there."""
    runner = environment.runner
    if not isinstance(runner, MasterRunner):
        return [LOCAL]
    return [client.id for client in runner.clients.all if client.state != STATE_MISSING]


def wanted_workers(environment: Environment) -> int:
    """How many a run waits for (`--expect-workers`, `--processes`)."""
    if not isinstance(environment.runner, MasterRunner):
        return 1
    return max(1, getattr(environment.parsed_options, "expect_workers", 1) or 1)
