"""Users with equal histories that were sent in different ways; then one recommendation request for each of them, in
both organisations.

The items have the same ids in both organisations, so that a leak from one to the other would show."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from contracts.checks import tastes
from contracts.run.probe import Body, Probe
from contracts.situations.coverage import Coverage
from contracts.situations.namesakes import delete_items_like
from contracts.situations.table import Row
from contracts.situations.values import class_of, double, identifier, organisation_of
from fixtures.bodies import event_body, identify_body, unique_uuid, user_body

_NEWCOMERS = 4  # half of them are asked for before the other users, half after
_CROWD = 60
_AT_ONCE = "identified at once"  # right after the events, while a queue may still hold them
_WITH_OWN = "identified with own events"
_WITH_OTHERS = "identified with other ids too"
_OWN = 12  # of these events, which is most of them: a server may look at whose history is longer
_FOREIGN_WHAT = ("events", "event_id", "context", "recommendation")  # cover every value another organisation has
_CUSTOM, _CUSTOM_NAME = slice(4, 7), "booked_a_fitting"  # events of a mixed history, and their name
_SURELY = 30  # events that every server accepts in one array
_PLAIN = {
    "id": "letters", "profile": "never sent", "form": "array", "event_id": "left out", "context": "session",
    "recommendation": "none", "asked": "afterwards alone", "identity": "its own",
}  # fmt: skip
_OPTIONAL = {"event_id": "UUID", "context": "nested"}
_CONTEXTS: dict[str, Body] = {"left out": {}, "session": {}, "nested": {"cart": {"lines": [1, "two"]}}}


@dataclass
class Subject:
    row: Row
    organisation: str
    user: str
    doer: str  # the id under which the events were sent: another one if it was identified later
    events: list[Body]
    taken: bool = True


def histories(probe: Probe, rows: list[Row], coverage: Coverage) -> Iterator[None]:
    channel = probe.visibility.channel
    if channel is None or not channel.filtered:
        coverage.missed["no list by category shows a record of this run"] += len(rows)
        return
    shelves = _shelves(probe, rows)
    yield
    subjects = [_subject(probe, row, shelves) for row in rows]
    plain = [_subject(probe, row, shelves) for row in references(rows)]
    controls = [*plain, *_with_a_part(probe, plain, subjects, shelves)]
    _send_profiles(probe, subjects, "sent before", "with attributes")
    yield
    _ask_early(probe, subjects, shelves, "before")
    for organisation in shelves:
        own = [subject for subject in subjects if subject.organisation == organisation]
        hasty = [subject for subject in own if subject.row["identity"] == _AT_ONCE]
        for event_id in ("left out", "UUID"):
            place = organisation, event_id
            found = [each for each in controls if (each.organisation, each.row["event_id"]) == place]
            if found:
                _send_array(probe, "array", found, coverage)
        _send_events(probe, [subject for subject in own if subject not in hasty], coverage)
        _send_events(probe, hasty, coverage)
        _identify_at_once(probe, hasty)
        yield
    _ask_early(probe, subjects, shelves, "before identify")
    _identify(probe, [subject for subject in subjects if subject.row["identity"] != _AT_ONCE])
    _send_profiles(probe, subjects, "sent after")
    # In the other organisation events alone must change the list, because nothing else is written.
    taken = [each for each in subjects if each.taken and each.organisation == "main"]
    delete_items_like(((each.organisation, each.row["id"], each.user) for each in taken), probe)
    yield
    newcomers: list[tuple[str, dict[str, Any]]] = [(probe.name("newcomer"), {"valid": True}) for _ in range(_NEWCOMERS)]
    half = _NEWCOMERS // 2
    for organisation in shelves:
        own = [each for each in (*controls, *subjects) if each.taken and each.organisation == organisation]
        users = [(each.user, _accepted(each)) for each in own]
        users += [(user, {}) for user in _foreign([*plain, *subjects], organisation)]
        for subject in subjects:  # a user without a history, whose id resembles one with
            if subject.taken and (other := double(subject.row["id"], subject.user)):
                users.append((other, _accepted(subject)))
        for user, accepted in (*newcomers[:half], *users, *newcomers[half:]):
            _ask(probe, user, shelves, organisation, accepted)
    for subject in subjects:
        if subject.taken:
            coverage.performed(subject.row)


def _ask_early(probe: Probe, subjects: list[Subject], shelves: dict[str, tastes.Shelf], when: str) -> None:
    for subject in [each for each in subjects if each.taken and each.row["asked"] == when]:
        for user in dict.fromkeys((subject.user, subject.doer)):
            _ask(probe, user, shelves, subject.organisation, _accepted(subject))


def _ask(
    probe: Probe, user: str, shelves: dict[str, tastes.Shelf], organisation: str, accepted: dict[str, Any]
) -> None:
    body = shelves[organisation].question(user, "personalized")
    probe.send(probe.operations.recommend, body, organisation=organisation, **accepted)


def references(rows: list[Row]) -> list[Row]:
    """Return two rows for each kind of history, in each organisation: one sent in the plainest way, whose user the
    others are compared with, and the same with the optional fields of an event."""
    organisations, kinds = (dict.fromkeys(row[name] for row in rows) for name in ("organisation", "events"))
    places = itertools.product(organisations, kinds)
    plain = [{**_PLAIN, "organisation": organisation, "events": events} for organisation, events in places]
    return [*plain, *({**row, **_OPTIONAL} for row in plain)]


def _with_a_part(
    probe: Probe, plain: list[Subject], subjects: list[Subject], shelves: dict[str, tastes.Shelf]
) -> Iterator[Subject]:
    """Yield users who did the last thing alone, all but the custom events, or only what some did under one of their two
    ids: whoever gets one of their lists after all of it has lost the rest."""
    begun = {(each.organisation, each.row["events"]) for each in subjects if each.row["identity"] == _WITH_OWN}
    for each in plain:
        row = each.row
        if row["event_id"] != "left out":
            continue
        if row["events"] == "mixed":
            subject = _subject(probe, row, shelves)
            yield replace(subject, events=subject.events[-1:])
            subject = _subject(probe, row, shelves)
            known = [event for event in subject.events if event["event_name"] != _CUSTOM_NAME]
            yield replace(subject, events=known)
        if (each.organisation, row["events"]) in begun:
            for part in (slice(_OWN), slice(_OWN, None)):
                subject = _subject(probe, row, shelves)
                yield replace(subject, events=subject.events[part])


def _foreign(subjects: list[Subject], organisation: str) -> Iterator[str]:
    """Yield ids under which events were sent in another organisation, where alone they may have an effect: as few as
    cover every value."""
    left = [subject for subject in subjects if subject.taken and subject.organisation != organisation]
    values = {id(subject): {(name, subject.row[name]) for name in _FOREIGN_WHAT} for subject in left}
    missing = set().union(*values.values())
    while missing:
        best = max(left, key=lambda subject: len(values[id(subject)] & missing))
        missing -= values[id(best)]
        yield best.doer


def _shelves(probe: Probe, rows: list[Row]) -> dict[str, tastes.Shelf]:
    made = tastes.bodies(probe)
    return {each: tastes.stock(probe, made, each) for each in sorted({organisation_of(row) for row in rows})}


def _subject(probe: Probe, row: Row, shelves: dict[str, tastes.Shelf]) -> Subject:
    organisation = organisation_of(row)
    user = identifier(probe, row["id"])
    rng = probe.rng(user)
    anonymous = unique_uuid(rng)
    doer = user if row["identity"] == "its own" else anonymous.upper() if rng.random() < 0.5 else anonymous
    first = user if row["identity"] == _WITH_OWN else doer
    events = shelves[organisation].history(doer, "quiet")
    # The first and the last event alone would lead to another list than all of them.
    first_loud, last_loud, custom = shelves[organisation].items["loud"][:3]
    events[0]["item_id"], events[-1]["item_id"] = first_loud, last_loud
    if row["events"] == "mixed":
        own = {"event_family": "conversion", "context": events[0]["context"]}
        events[_CUSTOM] = [event_body(_CUSTOM_NAME, doer, custom, **own)] * 3
    else:
        events = [{**event, **event_body(row["events"], doer, event["item_id"])} for event in events]
    for event in events[: _OWN - 1]:
        event["user_id"] = first
    events = [_with_options(event, row, rng) for event in events]
    return Subject(row, organisation, user, doer, [event_body("search", first), *events])


def _with_options(event: Body, row: Row, rng: Random) -> Body:
    """Return the event with the optional fields that the row says."""
    made = {**event, "context": {**event.get("context", {}), **_CONTEXTS[row["context"]]}}
    if row["context"] == "left out":
        del made["context"]
    return {**made, "event_id": unique_uuid(rng)} if row["event_id"] == "UUID" else made


def _identity(probe: Probe, subject: Subject) -> Body:
    """Return the identify event; half of them say that it is of no item."""
    rng = probe.rng(f"identify {subject.doer}")
    body = identify_body(subject.user, subject.doer, context={"session_id": f"{subject.doer}-session"})
    without_item = {"item_id": None} if rng.random() < 0.5 else {}
    return _with_options({**body, **without_item}, subject.row, rng)


def _send_events(probe: Probe, subjects: list[Subject], coverage: Coverage) -> None:
    """Send the histories of one organisation: alone, or those of two users in one array."""

    def alike(subject: Subject) -> tuple[str, str]:
        return subject.row["form"], class_of(subject.row["id"])

    for (form, _), group in itertools.groupby(sorted(subjects, key=alike), key=alike):
        due, size = list(group), 1 if form == "array" else 2
        for start in range(0, len(due), size):
            _send_array(probe, form, due[start : start + size], coverage)


def _send_array(probe: Probe, form: str, subjects: list[Subject], coverage: Coverage) -> None:
    events: list[Any] = []
    for subject in subjects:
        served = {}
        if subject.row["recommendation"] == "served":
            named = probe.once(_served, probe, subject.organisation, key=subject.organisation)
            served = {"recommendation_id": named} if named else {}
        events += [{**event, **served} for event in subject.events]
    crowd = [_passing(probe, n, subjects[0].events[-1]["item_id"]) for n in range(_CROWD)]
    array = {"before 60 others": [*events, *crowd], "behind 60 others": [*crowd, *events]}.get(form, events)
    accepted: dict[str, Any] = _accepted(subjects[0]) if len(array) <= _SURELY else {}
    exchange = probe.send(probe.operations.events, array, organisation=subjects[0].organisation, **accepted)
    if exchange.ok:
        return
    if len(subjects) > 1:
        for subject in subjects:
            _send_array(probe, "array", [subject], coverage)
        return
    subjects[0].taken = False
    coverage.missed[f"the target refuses it ({exchange.failure or exchange.status})"] += 1


def _passing(probe: Probe, turn: int, item_id: str) -> Body:
    """Return an event of somebody else, each of another shape than the one before."""
    user = probe.name("passer-by")
    shapes: list[Body] = [
        event_body("search", user),
        {**event_body("search", user), "item_id": None},
        event_body("wishlist_shared", user, item_id),
        identify_body(user, unique_uuid(probe.rng(user))),
    ]
    return shapes[turn % len(shapes)]


def _accepted(subject: Subject) -> dict[str, Any]:
    kind = class_of(subject.row["id"])
    return {"valid": kind == "plain", "welcome": kind == "odd"}


def _served(probe: Probe, organisation: str) -> Any:
    return probe.recommend(organisation, user_id=probe.name("visitor"), limit=5).data.get("recommendation_id")


def _identify_at_once(probe: Probe, subjects: list[Subject]) -> None:
    """Identify users whose events were accepted just now and may still be queued (R27)."""
    for organisation, batch in _batches([each for each in subjects if each.taken]):
        taken = _sent(probe, organisation, [_identity(probe, subject) for subject in batch])
        for subject in batch:
            subject.taken = taken


def _identify(probe: Probe, subjects: list[Subject]) -> None:
    """Identify the first user of each batch in an array of its own, the second one alone, the others together."""
    for organisation, batch in _batches([each for each in subjects if each.taken and each.doer != each.user]):
        for group, alone in ((batch[:1], False), (batch[1:2], True), (batch[2:], False)):
            events = [_identity(probe, subject) for subject in group]
            joins = events[0] if alone and events else events
            bodies = [_with_nobody(probe, group), joins, _with_nobody(probe, group)]
            taken = all([_sent(probe, organisation, body) for body in bodies if body])
            for subject in group:
                subject.taken = taken


def _with_nobody(probe: Probe, subjects: list[Subject]) -> list[Body]:
    """Return identifies of those who are to have more ids, without a history, as of other devices."""
    users = [subject.user for subject in subjects if subject.row["identity"] == _WITH_OTHERS]
    return [identify_body(user, unique_uuid(probe.rng(probe.name("nothing")))) for user in users]


def _sent(probe: Probe, organisation: str, body: Any) -> bool:
    return probe.send(probe.operations.events, body, organisation=organisation).ok


def _send_profiles(probe: Probe, subjects: list[Subject], *when: str) -> None:
    for organisation, batch in _batches([each for each in subjects if each.taken and each.row["profile"] in when]):
        bodies = []
        for subject in batch:
            fields = {"attributes": {"plan": "plus"}} if subject.row["profile"] == "with attributes" else {}
            bodies.append(user_body(subject.user, **fields))
        for body in [bodies] if probe.visibility.arrays else bodies:
            welcome = class_of(batch[0].row["id"]) == "odd"
            probe.send(probe.operations.users, body, organisation=organisation, welcome=welcome)


def _batches(subjects: list[Subject]) -> Iterator[tuple[str, list[Subject]]]:
    """Yield subjects by organisation; those with ids that a server may refuse are separate from plain ones."""
    found: dict[tuple[str, str], list[Subject]] = {}
    for subject in subjects:
        found.setdefault((subject.organisation, class_of(subject.row["id"])), []).append(subject)
    for (organisation, _), batch in found.items():
        yield organisation, batch
