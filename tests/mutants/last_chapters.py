"""The end of the story: what only some bodies show, every wrong key, and the limit used up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.mutants.steps import ASK, BODIES, EVENT, ITEM, LAST_SERVED, LIMIT, USER, WINDOW_SECONDS, Step, Teller
from tests.mutants.traffic import EVERY, NEEDS_SECRET, PATHS


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


def dressed_up(tell: Teller) -> Iterator[Step]:
    """Bodies with more in them than they need, sound ones and others, with every kind of key."""
    first = tell.organisations[0]
    wrong = {name: {"X-API-KEY": tell.key(name)[:-1] + "!"} for name in BODIES}
    other = {
        name: {"X-API-KEY": first.publishable_key if name in NEEDS_SECRET else first.secret_key} for name in BODIES
    }
    extras: list[tuple[str, dict[str, Any]]] = [
        ("items", {"created_at": "2026-01-01T00:00:00Z"}),
        ("items", {"item_id": "é-1"}),
        ("users", {"attributes": {"plan": "pro"}}),
        ("events", {"context": {"device": "mobile"}}),
        ("users", {"created_at": "1999-12-31T23:59:59Z"}),
        ("events", {"event_name": "quiz"}),
        ("recommend", {"limit": 50}),
        ("events", {"event_name": "quiz 2"}),
        ("recommend", {"page": 11}),
        ("recommend", {"page": 5}),
        ("recommend", {"limit": 33}),
        ("recommend", {"limit": 60, "filters": {"category": "c1"}}),
        ("users", {"attributes": {}}),
        ("recommend", {"strategy": "similar", "context_item_id": "i-1"}),
    ]
    for operation, extra in extras:
        body = {**BODIES[operation], **extra}
        yield tell.good(operation, {**body, "status": "archived", "event_family": "other"})
        yield tell.good(operation, {**body, "extra": 1, "status": "archived"})
        for headers in (wrong[operation], other[operation]):
            yield Step(operation, body, headers)
    for headers in (wrong["events"], other["events"]):
        yield Step("events", [EVENT] * 6, headers)
    for strategy in (7, ["popular"], {"name": "popular"}):
        yield tell.ask(strategy=strategy)


def together(tell: Teller) -> Iterator[Step]:
    """What was sent before has a say in what comes after."""
    yield tell.good("items", [{**ITEM, "item_id": f"w-{number}"} for number in range(3)], wait=1)
    yield tell.good("items", {**ITEM, "item_id": "w-0", "attributes": {"mark": "w"}}, wait=1)
    bought = {**EVENT, "event_name": "purchase", "event_family": "conversion"}
    yield tell.good("events", {**bought, "item_id": "ghost-2"})
    yield tell.good("events", [{**bought, "user_id": f"w-{number}", "item_id": "w-1"} for number in range(5)])
    yield tell.good("items", {**ITEM, "item_id": "o-2"}, organisation=1)
    yield tell.ask(1, strategy="popular", limit=20)
    yield tell.ask(strategy="similar", context_item_id="o-2", limit=3)
    yield tell.good("items", {**ITEM, "item_id": "w-4", "item_type": "podcast episode"})
    yield tell.ask(1, strategy="similar", context_item_id="w-4", limit=3)
    yield tell.good("events", {**EVENT, "user_id": "w-9", "recommendation_id": LAST_SERVED})
    yield tell.ask(strategy="personalized", user_id="w-9", limit=3)
    yield tell.good("events", [{**EVENT, "user_id": "w-10", "item_id": f"i-{number}"} for number in range(12)])
    for organisation in (0, 1):
        event = {**EVENT, "user_id": "w-11", "item_id": "i-1", "event_id": "w-11"}
        yield tell.good("events", event, 1, organisation)
    for user, organisation in (("w-10", 0), ("w-11", 1)):
        yield tell.ask(1, organisation, strategy="recently-viewed", user_id=user, limit=20)


def oddities(tell: Teller) -> Iterator[Step]:
    """Sound requests of a kind that few clients send."""
    yield tell.good("items", {**ITEM, "item_id": "12345", "attributes": {"mark": "digits", "nothing": None}})
    yield tell.ask(1, strategy="popular", filters={"mark": "digits"})
    yield tell.ask(context_item_id="i-1", limit=3)
    yield tell.ask(strategy="popular", filters={"new": True, "price": 0})
    yield tell.good("events", {**EVENT, "context": {"device": {"name": "phone"}, "tags": [1]}})
    yield tell.good("events", EVENT, headers={"origin": "https://shop.example"})
    path = f"{PATHS['recommend']}?api_key={tell.key('recommend')}"
    yield Step("recommend", ASK, {}, path=path)


def second_thoughts(tell: Teller) -> Iterator[Step]:
    """What is known is sent again and is otherwise; who is known is known by a further name."""
    key = tell.key("events")
    yield Step("events", EVENT, {"X-API-KEY": f"{key[:12]}!{key[13:]}"})
    yield tell.good("items", {**ITEM, "item_id": "i-5", "item_type": "article"})
    for status, mark in (("active", "first"), ("inactive", "second"), ("active", "third")):
        yield tell.good("items", {**ITEM, "item_id": "s-1", "status": status, "attributes": {"mainMark": mark}})
        yield tell.ask(1, strategy="popular", filters={"mainMark": mark})
    yield tell.good("events", {**EVENT, "user_id": "s-1", "item_id": "i-6"})
    yield tell.good("items", {**ITEM, "item_id": "i-6", "status": "inactive"}, wait=1)
    yield tell.ask(1, strategy="personalized", user_id="s-1", limit=3)
    for number in (1, 2, 3):
        visit = {**EVENT, "user_id": f"before-{number}", "item_id": f"i-{4 - number}"}
        known = {**EVENT, "event_family": "system", "event_name": "identify", "previous_user_id": f"before-{number}"}
        yield tell.good("events", visit, organisation=number // 3)
        yield tell.good("events", {**known, "user_id": f"s-{number // 3 + 2}"}, wait=1)
        yield tell.ask(1, number // 3, strategy="recently-viewed", user_id=f"s-{number // 3 + 2}", limit=3)
    yield tell.ask(strategy="none such", user_id="u-1")
    yield tell.ask(strategy="frequently-bought-together", context_item_id="i-100", limit=3)
    yield tell.ask(strategy="popular", page=2_000_000_000)


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


def signing_in(_: Teller) -> Iterator[Step]:
    """More logins and registrations than an address may make."""
    credentials = {"email": "ada@shop.example", "password": "wrong horse battery"}
    for path in ("/auth/login",) * 13 + ("/auth/register",) * 2:
        yield Step("recommend", credentials, {}, path=path)


def at_the_limit(tell: Teller) -> Iterator[Step]:
    for _ in range(LIMIT):
        yield tell.good("recommend", {"strategy": "popular", "limit": 1})
    for wait in (0, 0, WINDOW_SECONDS / 2, 0):
        yield tell.good("recommend", {"strategy": "popular", "limit": 1}, wait)
        yield tell.good("recommend", {"strategy": "popular", "limit": 1, "filters": {"category": "c1"}})
        yield tell.ask(strategy="personalized", user_id="u-2", limit=1)
        yield tell.good("recommend", {"strategy": "popular", "limit": 50})
        yield tell.good("users", {**USER, "attributes": {"plan": "pro"}})
        for operation, body in BODIES.items():
            yield tell.good(operation, body)
            yield tell.good(operation, [body])
    for _ in range(3):
        yield tell.good("recommend", {"strategy": "popular", "limit": 1}, WINDOW_SECONDS / 2)
