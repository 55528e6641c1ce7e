"""Sends items and users through their lives, alone and in arrays; then requests the lists that may show them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from contracts.run.probe import Body, Probe
from contracts.situations.arrays import UNKNOWN_ITEM, Part, Sender, doubt_of
from contracts.situations.coverage import Coverage
from contracts.situations.namesakes import delete_users_like
from contracts.situations.table import Row
from contracts.situations.values import (
    AFTER_A_CHANGE,
    CHANGES,
    LIVES,
    VALUES,
    attributes,
    beside,
    created_at,
    identifier,
    near,
    organisation_of,
    twin,
)
from fixtures.bodies import event_body, item_body, user_body

TABLES = ("items", "users")  # of records that a target may take one by one only
_SIZES = {"same record twice": 10, "array of 30": 30, "array of 100": 100}  # rows in one request
_NEAR_ROW = {"id": "letters", "body": "array of 30", "life": "active", "events": "none", "timing": "apart"}
_SHELF = 70  # items in one category; half of them are active, so that a list shows them all
_EVENTS = "array of events"
_MOST_STEPS = max(map(len, LIVES.values()))
_ASKED_BEFORE = ("text", "number", "zero", "true")  # before some values change
_ASKED_FOR = (
    "text", "number", "zero", "negative", "beyond 2^31", "beyond 2^53", "fraction", "true", "false",
    "text of a number", "text with a leading zero", "long text", "two words", "integer part",
    "fraction beside", "empty text", "another text", "no longer absent",
)  # fmt: skip


@dataclass
class Record:
    """The record of one row: a body for each step of its life."""

    row: Row
    organisation: str
    bodies: list[Body]
    category: str = ""
    taken: bool = True
    beside: bool = False  # it stands beside the row's record, and does not count as performed


def items(probe: Probe, rows: list[Row], coverage: Coverage) -> Iterator[None]:
    trait, sender = f"trait-{probe.names.prefix}1", Sender(probe, probe.operations.items, coverage.missed)
    filler = [item_body(probe.name("filler"), status="deleted") for _ in range(_SIZES["array of 100"])]
    records = _items(probe, rows, trait)
    _happen(probe, records, "before")
    for step in range(max((len(record.bodies) for record in records), default=0)):
        if step:
            yield
            _happen(probe, records, "between")
            _look(probe, records)
        if step == 1:  # the next step changes values; the same filters are used again afterwards
            _filter(probe, records, trait, *_ASKED_BEFORE)
        _write(sender, [record for record in records if not (step and _is_hasty(record))], step, filler)
        for later in range(1, _MOST_STEPS) if step == 0 else ():
            _write(sender, [record for record in records if _is_hasty(record)], later)
        if step == 0:
            taken = [record for record in records if record.taken]
            delete_users_like(((each.organisation, each.row["id"], each.bodies[0]["item_id"]) for each in taken), probe)
    _happen(probe, records, "between", "after")
    yield
    _look(probe, records)
    _filter(probe, records, trait, *_ASKED_FOR)
    _count(records, coverage)


def users(probe: Probe, rows: list[Row], coverage: Coverage) -> Iterator[None]:
    records, sender = [], Sender(probe, probe.operations.users, coverage.missed)
    for row in rows:
        name = identifier(probe, row["id"])
        bodies = []
        for step, status in enumerate(LIVES[row["life"]]):
            given = {"attributes": attributes(row["value"], "plan"), **created_at(row["created_at"], step)}
            bodies.append(user_body(name, status=status, **given))
        records.append(Record(row, organisation_of(row), bodies))
    for step in range(2):
        _write(sender, records, step)
        yield
    of_each_id = {record.row["id"]: record for record in records if record.taken}
    for record in list(of_each_id.values())[::5]:
        probe.recommend(record.organisation, user_id=record.bodies[0]["user_id"], limit=5)
    _count(records, coverage)


def _items(probe: Probe, rows: list[Row], trait: str) -> list[Record]:
    """Return the records. Both organisations use the same categories, so that a leak would show."""
    categories: dict[int, str] = {}
    made = Counter[str]()
    records = []
    for row in rows:
        shelf = made[row["organisation"]] // _SHELF
        made[row["organisation"]] += 1
        category = categories.setdefault(shelf, probe.name("situations"))
        record = _item(probe, row, category, trait)
        if made[row["organisation"]] % 2:
            record.bodies = [_turned(body) for body in record.bodies]
        records.append(record)
        if row["id"] == "case pair":
            given = {"title": "twin", "category": category, trait: "twin"}
            body = item_body(twin(record.bodies[0]["item_id"]), attributes=given)
            records.append(Record(row, record.organisation, [body], category, beside=True))
    return [*records, *_near(probe, records, trait)]


def _near(probe: Probe, records: list[Record], trait: str) -> Iterator[Record]:
    """Yield items with other values that a store may take for those of the records, or with the same ones elsewhere."""
    of_each = {(record.row["value"], record.organisation): record for record in records if not record.beside}
    for (kind, organisation), record in of_each.items() if probe.visibility.arrays else ():
        for given in near(kind, trait):
            row = {**record.row, **_NEAR_ROW}
            attributes = {"title": "near", "category": record.category, **given["attributes"]}
            body = item_body(probe.name("near"), **{**given, "attributes": attributes})
            yield Record(row, organisation, [body], record.category, beside=True)


def _item(probe: Probe, row: Row, category: str, trait: str) -> Record:
    name = identifier(probe, row["id"])
    bodies = []
    for step, status in enumerate(LIVES[row["life"]]):
        change = with_change(row) if step else ""
        given = {"title": name, "category": category, **attributes(row["value"], trait, change)}
        given |= beside(row["beside"], status)
        bodies.append(item_body(name, status=status, attributes=given, **created_at(row["created_at"], step)))
        if step and not change and row["update"].endswith("attributes"):
            bodies[-1]["attributes"] = {}
        if step and row["update"] == "another item_type":
            bodies[-1]["item_type"] = "article"
        if step and not change and row["update"] == "without attributes":
            del bodies[-1]["attributes"]
    return Record(row, organisation_of(row), bodies, category)


def _turned(body: Body) -> Body:
    """Return the record with its attributes in the opposite order, so that not always the same ones come first."""
    return {**body, "attributes": dict(reversed(body["attributes"].items()))} if body.get("attributes") else body


def with_change(row: Row) -> str:
    """Return how the value changes when the life goes on: alone, or in one upsert with the status."""
    changes = (row["life"].removeprefix("active then "), row["update"])
    return next((each for each in changes if each in CHANGES), "")


def _is_hasty(record: Record) -> bool:
    """Return whether every step of the life is sent as soon as the one before is accepted."""
    return record.row.get("timing") == "back to back"


def _write(sender: Sender, records: list[Record], step: int, filler: Sequence[Body] = ()) -> None:
    """Send one step of every life."""
    due = [record for record in records if record.taken and step < len(record.bodies)]
    parts = [Part(record.row, record.organisation, record.bodies[step], doubt_of(record.row)) for record in due]
    accepted = {id(part) for part in sender.send(parts, _SIZES, filler)}
    for record, part in zip(due, parts, strict=True):
        record.taken = id(part) in accepted


def _happen(probe: Probe, records: list[Record], *when: str) -> None:
    """Let a user view and buy the items whose events are due now. Before its upsert an item is unknown (R29)."""
    unknown = UNKNOWN_ITEM if "before" in when else ""
    due = [record for record in records if record.row["events"] in when and record.taken and not record.beside]
    parts = []
    for record in due:
        user, item_id = probe.name("passer-by"), record.bodies[0]["item_id"]
        row = {**record.row, "body": _EVENTS}
        bodies = [event_body(name, user, item_id) for name in ("view", "purchase")]
        doubt = doubt_of({**row, "value": ""}) or unknown
        parts += [Part(row, record.organisation, body, doubt) for body in bodies]
    Sender(probe, probe.operations.events, doubt=unknown).send(parts, {_EVENTS: 100})


def _look(probe: Probe, records: list[Record]) -> None:
    if probe.visibility.channel is not None:
        for organisation, category in sorted({(record.organisation, record.category) for record in records}):
            probe.recommend(organisation, **probe.visibility.channel.body(category))


def _filter(probe: Probe, records: list[Record], trait: str, *kinds: str) -> None:
    channel = probe.visibility.channel
    if channel is not None and channel.filtered:
        asked = {kind: record.organisation for record in records if (kind := _now(record)) in kinds}
        for kind, organisation in sorted(asked.items()):
            probe.recommend(organisation, **{**channel.body(""), "filters": {trait: (VALUES | AFTER_A_CHANGE)[kind]}})


def _now(record: Record) -> str:
    """Return the kind of value that the record has after its life."""
    value = record.row["value"]
    has_changed = len(record.bodies) > 1 and with_change(record.row) == "another value"
    return {"absent": "no longer absent", "text": "another text"}.get(value, value) if has_changed else value


def _count(records: list[Record], coverage: Coverage) -> None:
    for record in records:
        if record.taken and not record.beside:
            coverage.performed(record.row)
