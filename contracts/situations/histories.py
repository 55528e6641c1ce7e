"""Users with equal histories that were sent in different ways; then one recommendation request for each of them, in
both organisations.

The items have the same ids in both organisations, so that a leak from one to the other would show."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from contracts.checks import tastes
from contracts.run.probe import Body, Probe
from contracts.situations.table import Coverage, Row
from contracts.situations.values import class_of, identifier, twin
from fixtures.bodies import event_body, identify_body, unique_uuid, user_body

_NEWCOMERS = 4  # half of them are asked for before the other users, half after
_CROWD = 60
_SURELY = 30  # events that every server accepts in one array
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
    shelves = _shelves(probe)
    yield
    subjects = [_subject(probe, row, shelves) for row in rows if _possible(row, shelves, coverage)]
    _send_profiles(probe, subjects, "sent before", "with attributes")
    yield
    popular = _popular(probe, shelves)
    next(popular)
    for organisation in shelves:
        for subject in subjects:
            if subject.organisation == organisation:
                _live(probe, subject, coverage)
        yield
        next(popular)
    _identify(probe, subjects)
    _send_profiles(probe, subjects, "sent after")
    yield
    newcomers: list[tuple[str, dict[str, Any]]] = [(probe.name("newcomer"), {"valid": True}) for _ in range(_NEWCOMERS)]
    users = [(subject.user, _accepted(subject)) for subject in subjects if subject.taken]
    users += [(twin(user), accepted) for user, accepted in users if "-Pair-" in user]
    half = _NEWCOMERS // 2
    for organisation, shelf in shelves.items():
        for user, accepted in (*newcomers[:half], *users, *newcomers[half:]):
            body = {"strategy": "personalized", "user_id": user, "filters": {"category": shelf.category}, "limit": 50}
            probe.send(probe.operations.recommend, body, organisation=organisation, **accepted)
    for subject in subjects:
        if subject.taken:
            coverage.performed(subject.row)


def _shelves(probe: Probe) -> dict[str, tastes.Shelf]:
    made = tastes.bodies(probe)
    organisations = ("main", "other") if probe.target.other else ("main",)
    return {organisation: tastes.stock(probe, made, organisation) for organisation in organisations}


def _popular(probe: Probe, shelves: dict[str, tastes.Shelf]) -> Iterator[None]:
    """Request the second organisation's popular list twice before any event on the shelf, and once after events in the
    first organisation only: the list must stay the same."""
    user = probe.name("nobody")
    for times in (2, 1, 0):
        for _ in range(times if "other" in shelves else 0):
            filters = {"category": shelves["other"].category}
            probe.recommend("other", strategy="popular", user_id=user, filters=filters, limit=50)
        yield


def _possible(row: Row, shelves: dict[str, tastes.Shelf], coverage: Coverage) -> bool:
    possible = row["organisation"] == "first" or "other" in shelves
    coverage.missed["no second organisation"] += not possible
    return possible


def _subject(probe: Probe, row: Row, shelves: dict[str, tastes.Shelf]) -> Subject:
    organisation = "other" if row["organisation"] == "second" else "main"
    user = identifier(probe, row["id"])
    rng = probe.rng(user)
    doer = user if row["identity"] == "its own" else unique_uuid(rng)
    events = shelves[organisation].history(doer, "quiet")
    for event in events:
        event["context"] = {**event["context"], **_CONTEXTS[row["context"]]}
        if row["context"] == "left out":
            del event["context"]
        if row["events"] != "mixed":
            event |= event_body(row["events"], doer, event["item_id"])
        if row["event_id"] == "UUID":
            event["event_id"] = unique_uuid(rng)
    return Subject(row, organisation, user, doer, events)


def _live(probe: Probe, subject: Subject, coverage: Coverage) -> None:
    events: list[Any] = subject.events
    if subject.row["recommendation"] == "served":
        served = probe.once(_served, probe, subject.organisation, key=subject.organisation)
        events = [{**event, "recommendation_id": served} if served else event for event in events]
    crowd = [event_body("search", probe.name("passer-by")) for _ in range(_CROWD)]
    half = len(events) // 2
    arrays = {
        "array": [events],
        "two arrays": [events[:half], events[half:]],
        "before 60 others": [[*events, *crowd]],
        "behind 60 others": [[*crowd, *events]],
    }[subject.row["form"]]
    for array in arrays:
        accepted: dict[str, Any] = _accepted(subject) if len(array) <= _SURELY else {}
        exchange = probe.send(probe.operations.events, array, organisation=subject.organisation, **accepted)
        if not exchange.ok:
            subject.taken = False
            coverage.missed[f"the target refuses it ({exchange.failure or exchange.status})"] += 1
            return


def _accepted(subject: Subject) -> dict[str, Any]:
    kind = class_of(subject.row["id"])
    return {"valid": kind == "plain", "welcome": kind == "odd"}


def _served(probe: Probe, organisation: str) -> Any:
    return probe.recommend(organisation, user_id=probe.name("visitor"), limit=5).data.get("recommendation_id")


def _identify(probe: Probe, subjects: list[Subject]) -> None:
    """Identify the first user of each batch in an array of its own, the second one alone, the others together."""
    for organisation, batch in _batches([each for each in subjects if each.taken and each.doer != each.user]):
        for group, alone in ((batch[:1], False), (batch[1:2], True), (batch[2:], False)):
            events = [identify_body(subject.user, subject.doer) for subject in group]
            for subject in group:
                if subject.row["identity"] == "identified twice":  # first with an id without a history
                    nobody = unique_uuid(probe.rng(probe.name("nothing")))
                    probe.send(probe.operations.events, identify_body(subject.user, nobody), organisation=organisation)
            taken = not events or _sent(probe, organisation, events[0] if alone else events)
            for subject in group:
                subject.taken = taken


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
