"""Sends bodies that every document refuses, for one reason or two, of new records and as updates of known ones, on
connections of every kind; then requests the list that shows the known item, which none of them may have changed."""

from collections.abc import Iterator
from dataclasses import dataclass

from contracts.run.operations import NO_STRATEGY
from contracts.run.probe import Body, Probe
from contracts.situations.connections import connect
from contracts.situations.coverage import Coverage
from contracts.situations.table import Row
from fixtures.bodies import event_body, full_event_body, full_item_body, full_user_body, item_body, user_body
from fixtures.spec import Operation

_NEEDS = {"without its user": "user_id", "without its item": "context_item_id"}  # what a strategy requires
_UNKNOWN_FIELDS: Body = {"supplier": "Acme", "metadata": {"source": "import"}}
_LEAP_DAY = "2024-02-29T00:00:00Z"
_OTHER_VALUES: dict[str, Body] = {  # valid values that few bodies have
    "item": {"item_type": "gift-card", "status": "inactive", "created_at": _LEAP_DAY},
    "user": {"status": "inactive", "created_at": _LEAP_DAY},
    "event": {"event_name": "wishlist_shared", "event_family": "conversion", "item_id": None},
    "question": {"limit": 100, "page": 2},
}


@dataclass
class Records:
    """The item and the user that a request names, both known to the target or both new."""

    item: Body
    user: str


def refusals(probe: Probe, rows: list[Row], coverage: Coverage) -> Iterator[None]:
    organisation, category = probe.home, probe.name("cat")
    known = Records(probe.item("known", category), probe.name("known"))
    probe.stock([known.item], organisation, others=1)
    probe.upsert_users([user_body(known.user)], organisation)
    yield
    for row in rows:
        records = known if row["record"] == "known" else Records(probe.item("bad", category), probe.name("bad"))
        operation, body = _broken(probe, row["broken"], row["beside"], records)
        fresh = connect(probe, row["connection"], organisation)
        probe.send(operation, body, organisation=organisation, fresh=fresh, forbidden=row["broken"])
        coverage.performed(row)
    yield
    if probe.visibility.channel is not None:
        probe.look(category, organisation)


def _broken(probe: Probe, rule: str, beside: str, records: Records) -> tuple[Operation, Body]:
    kind, _, what = rule.partition(" ")
    operation, body = _valid(probe, kind, beside == "all else", records)
    if beside == "unknown fields":
        body |= _UNKNOWN_FIELDS
    if beside == "other values":
        body |= _OTHER_VALUES[kind]
    if kind == "question":
        needs = _NEEDS.get(what)
        named = probe.operations.needing(needs) if needs else [NO_STRATEGY]
        strategy = named[-1 if beside == "other values" else 0]
        return operation, {**body, "strategy": strategy}
    for reason in what.split(", "):
        if reason.startswith("without "):
            del body[reason.removeprefix("without ")]
        else:
            body["event_family" if kind == "event" else "status"] = "archived"
    return operation, body


def _valid(probe: Probe, kind: str, full: bool, records: Records) -> tuple[Operation, Body]:
    """Return a valid body; of a question, without the strategy that makes it invalid. An item's attributes are those of
    the record with another title, which would show if a refused update were stored."""
    operations, item_id, user = probe.operations, records.item["item_id"], records.user
    if kind == "item":
        attributes = {**records.item["attributes"], "title": "of a refused upsert"}
        return operations.items, full_item_body(item_id, attributes=attributes) if full else item_body(item_id)
    if kind == "user":
        return operations.users, full_user_body(user) if full else user_body(user)
    if kind == "event":
        given = full_event_body("click", user, item_id, probe.rng(probe.name("event")))
        return operations.events, given if full else event_body("view", user)
    return operations.recommend, {"limit": 5, "filters": {"category": item_id}} if full else {}
