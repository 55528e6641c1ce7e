"""Questions, events and refusals: one request for each row, on connections of every kind."""

import itertools
from collections.abc import Iterator
from typing import Any

from contracts.run.operations import SESSION
from contracts.run.probe import Body, Probe
from contracts.situations.stage import SIZE, Stage, stage
from contracts.situations.table import Coverage, Row
from contracts.situations.values import VALUES
from fixtures.bodies import (
    event_body,
    full_event_body,
    full_item_body,
    full_user_body,
    item_body,
    unique_uuid,
    user_body,
)
from fixtures.spec import Operation

_PAGES: dict[str, dict[str, int]] = {
    "left out": {},
    "limit 1": {"limit": 1},
    "limit 99": {"limit": 99},
    "limit 100": {"limit": 100},
    "limit 5, page 2": {"limit": 5, "page": 2},
    "last full page": {"limit": SIZE // 3, "page": 3},
    "last short page": {"limit": 7, "page": SIZE // 7 + 1},
    "past the end": {"limit": 50, "page": 40},
}
_QUESTIONS: dict[str, Body] = {
    "without its user": {"strategy": "personalized"},
    "without its item": {"strategy": "similar"},
}
_UNKNOWN_FIELDS: Body = {"supplier": "Acme", "metadata": {"source": "import"}}


def questions(probe: Probe, rows: list[Row], coverage: Coverage) -> Iterator[None]:
    organisations = ("main", "other") if probe.target.other else ("main",)
    wanted = {"other" if row["organisation"] == "second" else "main" for row in rows}
    stages = {each: stage(probe, each) for each in organisations if each in wanted}
    yield
    for row in rows:
        organisation = "other" if row["organisation"] == "second" else "main"
        if organisation not in stages:
            coverage.missed["no second organisation"] += 1
            continue
        body = _question(probe, row, stages[organisation])
        plain = row["filters"] in ("none", "text", "none matching") and body.get("page", 1) == 1
        if body.get("page") == 2:  # turned right after the page before it
            probe.recommend(organisation, **{**body, "page": 1})
        fresh = _connection(probe, row["connection"], organisation)
        probe.send(probe.operations.recommend, body, organisation=organisation, fresh=fresh, valid=plain)
        coverage.performed(row)


def _question(probe: Probe, row: Row, found: Stage) -> Body:
    strategy = probe.operations.session if row["strategy"] == SESSION[0] else row["strategy"]
    named: Body = {} if strategy == "default" else {"strategy": strategy}
    user = probe.name("nobody") if row["user"] == "unknown" else found.users[row["user"]]
    item = {"context_item_id": found.items[1]} if _requires(probe, strategy) == "context_item_id" else {}
    return {**named, "user_id": user, **item, **_filters(probe, row["filters"], found), **_PAGES[row["page"]]}


def _requires(probe: Probe, strategy: str) -> str | None:
    return probe.operations.strategies.get(strategy, {}).get("requires")


def _filters(probe: Probe, kind: str, found: Stage) -> Body:
    if kind == "none":
        return {}
    if kind == "several":
        return {"filters": {"category": found.category, found.trait: VALUES["text"]}}
    if kind == "none matching":
        return {"filters": {"category": probe.name("nothing")}}
    if kind == "on a value that changed":
        return {"filters": {"category": found.category, "colour": "red"}}
    return {"filters": {"category": found.category} if kind == "text" else {found.trait: VALUES[kind]}}


def _connection(probe: Probe, kind: str, organisation: str) -> bool:
    """Whether a fresh connection is to be used; brings about what came before on a kept one."""
    recommend = probe.operations.recommend
    if kind == "after another key":
        probe.send(recommend, {"user_id": "visitor"}, probe.credentials.wrong("publishable").get("unknown"))
    elif kind == "after a refusal":
        probe.send(recommend, content=b'{"strategy": ', organisation=organisation, understood=False)
    return kind == "fresh"


def events(probe: Probe, rows: list[Row], coverage: Coverage) -> Iterator[None]:
    organisation = probe.spare
    found = stage(probe, organisation)
    yield
    served = probe.recommend(organisation, user_id=found.users["known"], limit=5).data.get("recommendation_id")
    sizes = {"one": 1, "array of 2": 2, "array of 30": 30, "array of 90": 90}
    for form, group in itertools.groupby(sorted(rows, key=lambda row: row["body"]), key=lambda row: row["body"]):
        due = [row for row in group if row["recommendation"] == "none" or isinstance(served, str)]
        size = 1 if form == "one" else len(due) if sizes[form] > 2 else 2
        for start in range(0, len(due), size):
            batch = due[start : start + size]
            bodies = [_event(probe, row, found, served) for row in batch]
            filler = [event_body("search", probe.name("passer-by")) for _ in range(sizes[form] - len(bodies))]
            body: Any = bodies[0] if form == "one" else [*bodies, *filler]
            exchange = probe.send(probe.operations.events, body, organisation=organisation, valid=sizes[form] <= 30)
            for row in batch:
                if exchange.ok:
                    coverage.performed(row)
                else:
                    coverage.missed[f"the target refuses it ({exchange.failure or exchange.status})"] += 1
    yield
    for kind in ("known", "identified", "anonymous"):
        probe.recommend(organisation, user_id=found.users[kind], limit=5)


def _event(probe: Probe, row: Row, found: Stage, served: Any) -> Body:
    user = probe.name("nobody") if row["user"] == "unknown" else found.users[row["user"]]
    custom = row["name"].startswith("custom")
    body = event_body("wishlist_shared" if custom else row["name"], user)
    if custom:
        body["event_family"] = row["name"].removeprefix("custom ")
    if row["name"] == "identify":
        body |= {"user_id": probe.name("real"), "previous_user_id": unique_uuid(probe.rng(probe.name("before")))}
    items: dict[str, Body] = {"known": {"item_id": found.items[2]}, "null": {"item_id": None}}
    echo = {} if row["recommendation"] == "none" else {"recommendation_id": served}
    unique = {"event_id": unique_uuid(probe.rng(probe.name("event")))} if row["event_id"] == "UUID" else {}
    contexts = {"flat": {"device": "mobile"}, "nested": {"cart": {"lines": [1, "two"]}}}
    context = {"context": contexts[row["context"]]} if row["context"] in contexts else {}
    return {**body, **items.get(row["item"], {}), **echo, **unique, **context}


def refusals(probe: Probe, rows: list[Row], coverage: Coverage) -> Iterator[None]:
    organisation = probe.spare
    for row in rows:
        operation, body = _broken(probe, row["broken"], row["beside"])
        fresh = _connection(probe, row["connection"], organisation)
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
    if what.startswith("without ") and kind != "question":
        del bare[what.removeprefix("without ")]
    if what.startswith("of no ") and kind != "question":
        bare["event_family" if kind == "event" else "status"] = "archived"
    return operation, {**bare, **extra}
