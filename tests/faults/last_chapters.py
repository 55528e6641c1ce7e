"""The end of the story: what only some bodies show, every wrong key, and the limit used up."""

from __future__ import annotations

from collections.abc import Iterator

from tests.faults.steps import ASK, BODIES, EVENT, ITEM, LIMIT, USER, WINDOW_SECONDS, Step, Teller
from tests.faults.traffic import EVERY, NEEDS_SECRET


def corners(tell: Teller) -> Iterator[Step]:
    """Bodies in which only one thing is odd."""
    yield tell.good("items", {**ITEM, "status": ""})
    yield tell.good("items", {"item_type": "product", "status": "active", "attributes": {"a": 1}})
    yield tell.good("events", {"event_family": "engagement", "event_name": "view", "event_id": "e-9"})
    identify = {"event_family": "system", "event_name": "identify"}
    for user, before in (("self", "self"), ("circle-a", "circle-b"), ("circle-b", "circle-a")):
        yield tell.good("events", {**identify, "user_id": user, "previous_user_id": before})
        yield tell.ask(1, strategy="personalized", user_id=user, limit=2)
    first = tell.organisations[0]
    yield Step("recommend", {**ASK, "page": 2}, {"X-API-KEY": first.secret_key})
    yield Step("recommend", {**ASK, "page": 2}, {"X-API-KEY": first.publishable_key[:-1] + "!"})
    yield Step("items", {**ITEM, "item_id": "i-3", "status": "inactive"}, {"X-API-KEY": first.publishable_key})
    yield Step("users", {**USER, "user_id": "u-7", "status": "deleted"}, {"X-API-KEY": first.secret_key[:-1] + "!"})
    yield tell.good("events", {**EVENT, "user_id": "u-7"})


def keys(tell: Teller) -> Iterator[Step]:
    first = tell.organisations[0]
    for operation in EVERY:
        key = tell.key(operation)
        other = first.publishable_key if operation in NEEDS_SECRET else first.secret_key
        body = {
            **BODIES[operation],
            "item_id": f"key-{operation}",
            "filters": {"category": "c1"},
            "context_item_id": "i-1",
        }
        for headers in (
            {},
            {"X-API-KEY": ""},
            {"X-API-KEY": "lehnz_pk_"},
            {"X-API-KEY": "lehnz_pk_0123456789abcdef"},
            {"X-API-KEY": key[:-1] + "!"},
            {"X-API-KEY": key[:-4]},
            {"X-API-KEY": key + "0"},
            {"X-API-KEY": key.upper()},
            {"X-API-KEY": f"Bearer {key}"},
            {"Authorization": f"Bearer {key}"},
            {"X-Key": key},
            {"X-API-KEY": other},
        ):
            yield Step(operation, body, headers)
        for headers in ({"X-API-KEY": key[:-1] + "!"}, {"X-API-KEY": other}):
            yield Step(operation, [body], headers)
        yield Step(operation, {}, {"X-API-KEY": other})
        yield Step(operation, {**body, "item_id": "key-right"}, {"X-API-KEY": key})
    for strategy in ("popular", "recently-viewed"):
        yield tell.ask(1, strategy=strategy, user_id="u-1", limit=50)


def at_the_limit(tell: Teller) -> Iterator[Step]:
    for _ in range(LIMIT):
        yield tell.good("recommend", {"strategy": "popular", "limit": 1})
    for wait in (0, 0, WINDOW_SECONDS / 2, 0):
        yield tell.good("recommend", {"strategy": "popular", "limit": 1}, wait)
        yield tell.good("recommend", {"strategy": "popular", "limit": 1, "filters": {"category": "c1"}})
        yield tell.ask(strategy="personalized", user_id="u-2", limit=1)
        for operation, body in BODIES.items():
            yield tell.good(operation, body)
            yield tell.good(operation, [body])
    for _ in range(3):
        yield tell.good("recommend", {"strategy": "popular", "limit": 1}, WINDOW_SECONDS / 2)
