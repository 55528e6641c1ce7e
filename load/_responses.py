"""Judges whether a response matches the contract."""

import orjson

from load._endpoints import Endpoint
from load._journeys import Reply, Step
from load._rate_limit import RateLimit, problems_of_429


class Refusal(Exception):
    """A response that doesn't match the contract; the text says why."""


def judge(endpoint: Endpoint, step: Step, status: int, content: bytes, error: str, limits: RateLimit) -> Reply:
    """Return the reply for a success, a well-formed 429 or a tolerated 400. Raises Refusal for everything else."""
    if not status:
        raise Refusal(f"no response: {error}")
    try:
        body = orjson.loads(content)
    except ValueError:
        body = None
    if status == 429:
        problems = list(problems_of_429(limits, body))
        if problems:
            raise Refusal(f"malformed 429: {'; '.join(problems)}")
        return Reply(status)
    if status == 400 and step.tentative:
        return Reply(status)
    if status != endpoint.success:
        raise Refusal(f"status {status}")
    if not isinstance(body, dict) or body.get("success") is not True:
        raise Refusal(f"status {status} without the success envelope")
    data = body.get("data")
    if step.operation == "recommend" and not isinstance(data, dict):
        raise Refusal("a recommendation without data")
    return Reply(status, data)
