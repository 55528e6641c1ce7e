"""Sends bodies that every document refuses, for one reason or two, on connections of every kind."""

from collections.abc import Iterator

from contracts.run.probe import Body, Probe
from contracts.situations.connections import connect
from contracts.situations.table import Coverage, Row
from fixtures.bodies import event_body, full_event_body, full_item_body, full_user_body, item_body, user_body
from fixtures.spec import Operation

_QUESTIONS: dict[str, Body] = {
    "without its user": {"strategy": "personalized"},
    "without its item": {"strategy": "similar"},
}
_UNKNOWN_FIELDS: Body = {"supplier": "Acme", "metadata": {"source": "import"}}


def refusals(probe: Probe, rows: list[Row], coverage: Coverage) -> Iterator[None]:
    organisation = probe.spare
    for row in rows:
        operation, body = _broken(probe, row["broken"], row["beside"])
        fresh = connect(probe, row["connection"], organisation)
        probe.send(operation, body, organisation=organisation, fresh=fresh, forbidden=row["broken"])
        coverage.performed(row)
    yield


def _broken(probe: Probe, rule: str, beside: str) -> tuple[Operation, Body]:
    kind, _, what = rule.partition(" ")
    operations, name = probe.operations, probe.name(kind)
    extra = _UNKNOWN_FIELDS if beside == "unknown fields" else {}
    full = beside == "all else"
    bare: Body = {}
    if kind == "item":
        operation, bare = operations.items, full_item_body(name) if full else item_body(name)
    elif kind == "user":
        operation, bare = operations.users, full_user_body(name) if full else user_body(name)
    elif kind == "event":
        given = full_event_body("click", name, name, probe.rng(name))
        operation, bare = operations.events, given if full else event_body("view", name)
    else:
        operation, bare = operations.recommend, {"limit": 5, "filters": {"category": name}} if full else {}
        bare |= _QUESTIONS.get(what, {"strategy": "no-such-strategy-lc"})
    if kind != "question":
        for reason in what.split(", "):
            if reason.startswith("without "):
                del bare[reason.removeprefix("without ")]
            else:
                bare["event_family" if kind == "event" else "status"] = "archived"
    return operation, {**bare, **extra}
