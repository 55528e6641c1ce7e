"""Sends events: one request for each row, or several rows in one array."""

import itertools
from collections.abc import Iterator
from typing import Any

from contracts.run.probe import Body, Probe
from contracts.situations.stage import Stage, stage
from contracts.situations.table import Coverage, Row
from fixtures.bodies import event_body, unique_uuid


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
