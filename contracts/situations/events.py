"""Sends events of every kind, by users of every kind: one request for each row, or many rows in one array."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from contracts.rules.other_organisation import STEADY
from contracts.run.operations import NOT_ACTIVE
from contracts.run.probe import Body, Probe
from contracts.situations.arrays import AGAIN, INACTIVE, SERVED_ELSEWHERE, Part, Sender, doubt_of
from contracts.situations.coverage import Coverage
from contracts.situations.shared_items import SharedItems, share
from contracts.situations.stage import Stage, stage
from contracts.situations.table import Row
from contracts.situations.values import class_of, identifier, organisation_of
from fixtures.bodies import event_body, identify_body, unique_uuid, user_body

_SIZES = {"array of 30": 30, "array of 90": 90}
_ELSEWHERE = "served elsewhere"
_PROFILES = {"known": "active", **{status: status for status in NOT_ACTIVE}}  # kind of user -> status
_CONTEXTS: dict[str, Body] = {
    "empty": {},
    "flat": {"device": "mobile"},
    "nested": {"cart": {"lines": [1, "two"]}},
    "of every type": {"number": -2, "fraction": 0.5, "truth": False, "list": [], "object": {}, "text": ""},
}


def events(probe: Probe, rows: list[Row], coverage: Coverage) -> Iterator[None]:
    stages = {organisation: stage(probe, organisation) for organisation in {*map(organisation_of, rows)}}
    users = [identifier(probe, row["id"]) for row in rows]
    _prepare(probe, rows, users)
    shared = share(probe, ((organisation_of(row), row["id"]) for row in rows))
    yield
    served = {organisation: _served(probe, organisation, found) for organisation, found in stages.items()}
    shared.look(probe, STEADY)  # after this the recommendation_id is an older one, as of a page with two lists
    parts, turns = [], Counter[str]()
    for n, (row, user) in enumerate(zip(rows, users, strict=True)):
        organisation = organisation_of(row)
        odd = stages[organisation].odd
        echo = _echo(row, organisation, served, turns)
        if (echo or row["recommendation"] == "none") and (odd or row["item"] != "odd id"):
            known = shared.of.get((organisation, row["id"]), stages[organisation].items[2])
            kind, item_id = odd[n % len(odd)] if row["item"] == "odd id" else ("", known)
            body = _event(probe, row, user, item_id, echo)
            parts.append(Part(row, organisation, body, _doubt(row) or kind))
    filler = [event_body("search", probe.name("passer-by")) for _ in range(_SIZES["array of 90"])]
    beside = [*_bought(probe, shared)]
    for part in Sender(probe, probe.operations.events, coverage.missed).send([*parts, *beside], _SIZES, filler):
        if part not in beside:
            coverage.performed(part.row)
    yield
    shared.look(probe)
    for organisation, found in stages.items():
        for kind in ("known", "identified", "anonymous"):
            probe.recommend(organisation, user_id=found.users[kind], limit=5)


def _bought(probe: Probe, shared: SharedItems) -> Iterator[Part]:
    """Yield events of users of every kind, who view and buy the item that is theirs."""
    for (organisation, kind), item_id in shared.of.items():
        row, user = {"body": "array of 30", "id": kind}, identifier(probe, kind)
        for name in ("view", "purchase"):
            yield Part(row, organisation, event_body(name, user, item_id), doubt_of(row))


def _served(probe: Probe, organisation: str, found: Stage) -> list[str]:
    """Return the ids of lists of several kinds, all of them with items."""
    item, filters = found.contexts["product"], {"category": found.category}
    questions: tuple[Body, ...] = (
        {"user_id": found.users["known"], "limit": 5},
        {"user_id": found.users["known"], "limit": 5, "page": 2},
        {"user_id": probe.name("visitor"), "strategy": "popular", "filters": filters},
        {"strategy": "similar", "context_item_id": item},
    )
    lists = [probe.recommend(organisation, **question) for question in questions]
    named = [each.data.get("recommendation_id") for each in lists if each.ids]
    return [each for each in named if isinstance(each, str) and each]


def _echo(row: Row, organisation: str, served: dict[str, list[str]], turns: Counter[str]) -> str | None:
    """Return the recommendation_id that the event repeats; that of another organisation is an unknown one (R29)."""
    elsewhere = [named for other, ids in served.items() if other != organisation for named in ids]
    ids = elsewhere if row["recommendation"] == _ELSEWHERE else served[organisation]
    if row["recommendation"] == "served":
        sort = f"{organisation} {class_of(row['id'])}"
        turns[sort] += 1
        return ids[turns[sort] % len(ids)] if ids else None
    return ids[0] if ids else None


def _prepare(probe: Probe, rows: list[Row], users: list[str]) -> None:
    """Upsert and identify the users that are to be known, as far as the target takes their ids."""
    profiles, identities = [], []
    for row, user in zip(rows, users, strict=True):
        place = {**row, "body": "array of 30"}, organisation_of(row)
        if status := _PROFILES.get(row["user"]):
            profiles.append(Part(*place, user_body(user, status=status), doubt_of(row)))
        elif row["user"] == "identified":
            before = unique_uuid(probe.rng(probe.name("before")))
            identities.append(Part(*place, identify_body(user, before), doubt_of(row)))
    if probe.visibility.arrays:
        Sender(probe, probe.operations.users).send(profiles, _SIZES)
    Sender(probe, probe.operations.events).send(identities, _SIZES)


def _event_id(probe: Probe, kind: str) -> str:
    """Return a new UUID: of version 4, or of another one, in capitals or not."""
    made = unique_uuid(probe.rng(probe.name("event")))
    version = kind.removeprefix("UUID of version ") if "version" in kind else "4"
    made = f"{made[:14]}{version}{made[15:]}"
    return made.upper() if "capitals" in kind else made


def _doubt(row: Row) -> str:
    if row["user"] in NOT_ACTIVE:
        return INACTIVE
    if row["recommendation"] == _ELSEWHERE:
        return SERVED_ELSEWHERE
    return AGAIN if (row["name"], row["user"]) == ("identify", "identified") else doubt_of(row)


def _event(probe: Probe, row: Row, user: str, item_id: str, served: Any) -> Body:
    custom = row["name"].startswith("custom")
    body = event_body("wishlist_shared" if custom else row["name"], user)
    if custom:
        body["event_family"] = row["name"].removeprefix("custom ")
    if row["name"] == "identify":
        body["previous_user_id"] = unique_uuid(probe.rng(probe.name("before")))
    items: dict[str, Body] = {"left out": {}, "null": {"item_id": None}}
    echo = {} if row["recommendation"] == "none" else {"recommendation_id": served}
    unique = {} if row["event_id"] == "left out" else {"event_id": _event_id(probe, row["event_id"])}
    context = {"context": _CONTEXTS[row["context"]]} if row["context"] in _CONTEXTS else {}
    return {**body, **items.get(row["item"], {"item_id": item_id}), **echo, **unique, **context}
