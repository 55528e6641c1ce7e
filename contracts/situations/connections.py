"""Brings a connection into the state in which a request is to be sent."""

from contracts.run.probe import Probe


def connect(probe: Probe, kind: str, organisation: str) -> bool:
    """Send what has to come before the request on a kept connection; return whether to use a new connection instead."""
    recommend = probe.operations.recommend
    if kind == "after another key":
        probe.send(recommend, {"user_id": "visitor"}, probe.credentials.wrong("publishable").get("unknown"))
    elif kind == "after a refusal":
        probe.send(recommend, content=b'{"strategy": ', organisation=organisation, understood=False)
    return kind == "fresh"
