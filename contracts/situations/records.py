"""Sends items and users through their lives, alone and in arrays; then requests the lists that may show them."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

from contracts.run.probe import Body, Probe
from contracts.situations.table import Coverage, Row
from contracts.situations.values import LIVES, VALUES, attributes, class_of, created_at, identifier, twin
from fixtures.bodies import event_body, item_body, user_body
from fixtures.spec import Operation

_SIZES = {"array of 2": 2, "array of 30": 30, "array of 100": 100, "same record twice": 10}
_SCALARS = ("text", "number", "zero", "negative", "beyond 2^31", "beyond 2^53", "fraction", "true", "false")


@dataclass
class Record:
    """The record of one row: a body for each step of its life."""

    row: Row
    organisation: str
    bodies: list[Body]
    taken: bool = True
    more: list[Body] = field(default_factory=list)  # further bodies that belong to it


def items(probe: Probe, rows: list[Row], coverage: Coverage) -> Iterator[None]:
    trait, category = f"trait-{probe.names.prefix}1", probe.name("situations")
    records = [_item(probe, row, category, trait) for row in _possible(probe, rows, coverage)]
    _happen(probe, records, "before")
    for step in range(max((len(record.bodies) for record in records), default=0)):
        if step:
            yield
            _happen(probe, records, "between")
            _look(probe, records, category)
        if step == 1:  # the next step changes some values; the same filters are used again afterwards
            _filter(probe, [record for record in records if "another" in record.row["life"]], trait)
        _write(probe, probe.operations.items, records, step, coverage)
    _happen(probe, records, "between", "after")
    yield
    _look(probe, records, category)
    _filter(probe, records, trait)
    _count(records, coverage)


def users(probe: Probe, rows: list[Row], coverage: Coverage) -> Iterator[None]:
    records = []
    for row in _possible(probe, rows, coverage):
        statuses, name = LIVES[row["life"]], identifier(probe, row["id"])
        bodies = []
        for step, status in enumerate(statuses):
            given = {"attributes": attributes(row["value"], "plan"), **created_at(row["created_at"], step)}
            bodies.append(user_body(name, status=status, **given))
        records.append(Record(row, probe.spare, bodies))
    for step in range(2):
        _write(probe, probe.operations.users, records, step, coverage)
        yield
    for record in records[::3]:
        if record.taken:
            probe.recommend(record.organisation, user_id=record.bodies[0]["user_id"], limit=5)
    _count(records, coverage)


def _possible(probe: Probe, rows: list[Row], coverage: Coverage) -> list[Row]:
    """Return the rows without those that need a second organisation or arrays that the target doesn't have."""
    found = []
    for row in rows:
        if row.get("organisation") == "second" and probe.target.other is None:
            coverage.missed["no second organisation"] += 1
        elif row["body"] != "one" and not probe.visibility.arrays:
            coverage.missed["the target takes no arrays of items and users"] += 1
        else:
            found.append(row)
    return found


def _item(probe: Probe, row: Row, category: str, trait: str) -> Record:
    name, organisation = identifier(probe, row["id"]), "other" if row["organisation"] == "second" else "main"
    bodies = []
    for step, status in enumerate(LIVES[row["life"]]):
        change = row["life"] if step and "another" in row["life"] else ""
        given = {"title": name, "category": category, **attributes(row["value"], trait, change)}
        bodies.append(item_body(name, status=status, attributes=given, **created_at(row["created_at"], step)))
        if step and not change and row["update"] != "whole":
            bodies[-1]["attributes"] = {}
        if step and not change and row["update"] == "without attributes":
            del bodies[-1]["attributes"]
    record = Record(row, organisation, bodies)
    if row["id"] == "case pair":
        given = {"title": "twin", "category": category, trait: "twin"}
        record.more = [item_body(twin(name), attributes=given)]
    return record


def _write(probe: Probe, operation: Operation, records: list[Record], step: int, coverage: Coverage) -> None:
    """Send one step of every life: rows with the same body form and organisation share requests; unusual ids are sent
    separately."""
    due = [record for record in records if record.taken and step < len(record.bodies)]

    def alike(record: Record) -> tuple[str, str, str]:
        return record.organisation, record.row["body"], class_of(record.row["id"])

    for (organisation, form, _), group in itertools.groupby(sorted(due, key=alike), key=alike):
        size = _SIZES.get(form, 1)
        for batch in _batched(list(group), size):
            bodies = [record.bodies[step] for record in batch]
            bodies += [body for record in batch for body in record.more if step == 0]
            if form == "same record twice":
                bodies = bodies + bodies
            alone = len(bodies) == 1
            body = bodies[0] if alone else bodies
            exchange = probe.send(operation, body, organisation=organisation, valid=alone and _is_certain(batch[0]))
            for record in [] if exchange.ok else batch:
                record.taken = not alone and _is_taken_alone(probe, operation, record, step)
                if not record.taken:
                    coverage.missed[f"the target refuses it ({exchange.failure or exchange.status})"] += 1


def _is_certain(record: Record) -> bool:
    """Return whether every document allows the record; null among attributes may be refused (R49)."""
    return class_of(record.row["id"]) == "plain" and record.row["value"] != "null"


def _is_taken_alone(probe: Probe, operation: Operation, record: Record, step: int) -> bool:
    """Send a record of a refused array alone and return whether it is accepted: the array may have been refused for
    another record, or because it is an array."""
    body, valid = record.bodies[step], _is_certain(record)
    return probe.send(operation, body, organisation=record.organisation, valid=valid).ok


def _batched(group: list[Record], size: int) -> Iterator[list[Record]]:
    for start in range(0, len(group), size):
        yield group[start : start + size]


def _happen(probe: Probe, records: list[Record], *when: str) -> None:
    """Let a user view and buy the items whose events are due now."""
    due = [record for record in records if record.row["events"] in when and record.taken]

    def alike(record: Record) -> tuple[str, str]:
        return record.organisation, class_of(record.row["id"])

    for (organisation, kind), group in itertools.groupby(sorted(due, key=alike), key=alike):
        user, ids = probe.name("passer-by"), [record.bodies[0]["item_id"] for record in group]
        events = [event_body(name, user, item_id) for item_id in ids for name in ("view", "purchase")]
        certain = kind == "plain" and len(events) <= 100
        probe.send(probe.operations.events, events[:200], organisation=organisation, valid=certain)


def _look(probe: Probe, records: list[Record], category: str) -> None:
    if probe.visibility.channel is not None:
        for organisation in sorted({record.organisation for record in records}):
            probe.recommend(organisation, **probe.visibility.channel.body(category))


def _filter(probe: Probe, records: list[Record], trait: str) -> None:
    channel = probe.visibility.channel
    if channel is not None and channel.filtered:
        asked = {(record.organisation, record.row["value"]) for record in records if record.row["value"] in _SCALARS}
        for organisation, kind in sorted(asked):
            probe.recommend(organisation, **{**channel.body(""), "filters": {trait: VALUES[kind]}})


def _count(records: list[Record], coverage: Coverage) -> None:
    for record in records:
        if record.taken:
            coverage.performed(record.row)
