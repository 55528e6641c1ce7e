"""What came before a request on its connection."""

from contracts.run.probe import Probe


def connect(probe: Probe, kind: str, organisation: str) -> bool:
    """Whether a fresh connection is to be used; brings about what came before on a kept one."""
    recommend = probe.operations.recommend
    if kind == "after another key":
        probe.send(recommend, {"user_id": "visitor"}, probe.credentials.wrong("publishable").get("unknown"))
    elif kind == "after a refusal":
        probe.send(recommend, content=b'{"strategy": ', organisation=organisation, understood=False)
    return kind == "fresh"
