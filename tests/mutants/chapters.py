"""The requests of the story that shows deviations: some of everything, ending where the limit is used up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mock_server.state.organisations import Organisation
from tests.mutants.last_chapters import (
    at_the_limit,
    corners,
    dressed_up,
    keys,
    oddities,
    second_thoughts,
    signing_in,
    together,
)
from tests.mutants.steps import ASK, BODIES, EVENT, ITEM, REQUIRED, STRATEGIES, USER, Step, Teller


def story(organisations: list[Organisation]) -> Iterator[Step]:
    tell = Teller(organisations)
    chapters = (
        _shop,
        _records,
        _wrong_records,
        _asked,
        _life,
        _people,
        _neighbours,
        _hostile,
        corners,
        dressed_up,
        together,
        oddities,
        second_thoughts,
        signing_in,
        keys,
        at_the_limit,
    )
    for chapter in chapters:
        yield from chapter(tell)


def _shop(tell: Teller) -> Iterator[Step]:
    for number in range(130):
        attributes = {
            "category": f"c{number % 3}",
            "group": "c1x" if number % 2 else "C1",
            "price": number,
            "new": True,
        }
        item = {**ITEM, "item_id": f"i-{number}", "attributes": attributes}
        yield tell.good("items", item | ({"created_at": "2026-01-01T00:00:00Z"} if number % 2 else {}))
    yield tell.good("items", [{**ITEM, "item_id": f"a-{number}"} for number in range(3)], wait=1)
    yield tell.good("items", [{**ITEM, "item_id": "b-1"}, {**ITEM, "item_id": "b-2"}])
    for name in ("u-1", "u-2"):
        yield tell.good("users", {**USER, "user_id": name})
        yield tell.good("users", {**USER, "user_id": name, "attributes": {"plan": "pro"}}, wait=1)
    events = [{**EVENT, "user_id": f"u-{number % 2 + 1}", "item_id": f"i-{number}"} for number in range(9)]
    yield tell.good("events", events)
    yield tell.good("events", [{**each, "event_name": "purchase", "event_family": "conversion"} for each in events[:4]])
    for number in range(4):
        yield tell.good("events", {**EVENT, "user_id": "u-3", "item_id": f"i-{number}", "event_id": f"e-{number}"})
    yield tell.good("events", {**EVENT, "user_id": "u-3", "event_id": "e-1"})


def _records(tell: Teller) -> Iterator[Step]:
    items: list[dict[str, Any]] = [
        {"attributes": {"deep": {"list": [1, {}], "empty": []}, "flag": True, "naïve name": "é"}},
        {"attributes": {}},
        {"attributes": {"tags": []}},
        {"attributes": {"title": "x" * 1000}},
        {"item_type": "podcast episode"},
        {"extra": 1},
        {"created_at": "2026-02-03T04:05:06Z", "attributes": {"brand": "b"}},
        {"item_id": "\U0001d4b3-1"},
    ]
    for item in items:
        yield tell.good("items", {**ITEM, "item_id": "r-1", **item})
    users: list[dict[str, Any]] = [
        {"attributes": {"a": [1], "b": {}}},
        {"attributes": {}},
        {"status": "inactive"},
        {"status": "deleted"},
        {"extra": 1},
    ]
    for user in users:
        yield tell.good("users", {**USER, "user_id": "r-2", **user})
    for name, family in (
        ("view", "exposure"),
        ("search", "engagement"),
        ("click", "engagement"),
        ("add_to_cart", "engagement"),
        ("remove_from_cart", "engagement"),
        ("checkout_start", "conversion"),
        ("quiz_taken", "engagement"),
        ("quiz", "engagement"),
        ("a_very_long_custom_name_of_ours", "system"),
    ):
        yield tell.good("events", {**EVENT, "user_id": "u-2", "event_name": name, "event_family": family})
    for event in (
        {"item_id": None},
        {"context": {"device": "mobile"}},
        {"item_id": "ghost-1"},
        {"user_id": "stranger"},
        {"recommendation_id": "no-such-id"},
        {"recommendation_id": "no-such-id-2"},
        {"metadata": {"x": 1}},
        {"event_name": "purchase", "event_family": "conversion", "recommendation_id": "no-such-id"},
    ):
        yield tell.good("events", {**EVENT, "user_id": "u-2", **event})
    yield tell.good("events", {"user_id": "u-2", "event_family": "engagement", "event_name": "search"})
    for operation, record in (("items", ITEM), ("users", USER), ("events", EVENT)):
        yield tell.good(operation, {**record, "attributes": "text", "context": "text"})
        yield tell.good(operation, {**record, "item_id": 7, "user_id": 7})


def _wrong_records(tell: Teller) -> Iterator[Step]:
    for operation, required in REQUIRED.items():
        for name in required:
            yield tell.good(operation, {key: value for key, value in BODIES[operation].items() if key != name})
        yield tell.good(
            operation, {**BODIES[operation], "status": "archived", "event_family": "other", "strategy": "none such"}
        )
        for body in (b"{", b"7", b'"text"', b"[]", b"", b"null", b"\xef\xbb\xbf{}"):
            yield tell.good(operation, body)
    for operation, record in (("items", ITEM), ("users", USER)):
        yield tell.good(operation, {**record, "created_at": "someday"})
        yield tell.good(operation, {**record, "status": "archived"})
    yield tell.good("events", [EVENT, {**EVENT, "event_family": "other"}])
    yield tell.good("events", [{**EVENT, "user_id": "u-9", "item_id": "i-50"}, {"user_id": "u-9"}])
    yield tell.good("events", {**EVENT, "event_name": "identify", "event_family": "system"})
    yield tell.good("events", {**EVENT, "user_id": None})


def _asked(tell: Teller) -> Iterator[Step]:
    for user in ("u-1", "u-2", "u-3", "stranger", "nobody"):
        for name in STRATEGIES:
            yield tell.ask(strategy=name, user_id=user, context_item_id="i-1", filters={"category": "c1"}, limit=5)
    for name in STRATEGIES:
        yield tell.ask(strategy=name)
        yield tell.ask(strategy=name, user_id="u-1", context_item_id="no such item", limit=3)
    for body in (
        {"user_id": "u-1"},
        {"user_id": "u-1", "limit": 100},
        {"limit": 101, **ASK},
        {"limit": 500, **ASK},
        {"limit": 1, **ASK},
        {"limit": 7, **ASK},
        {"limit": 0, **ASK},
        {"page": -1, **ASK},
        {"limit": "5", **ASK},
        {"page": 2, **ASK},
        {"page": 3, **ASK},
        {"page": 7, **ASK},
        {"page": 900, **ASK},
        {"filters": {}, **ASK},
        {"filters": {"category": "c1"}, **ASK},
        {"limit": 65, "page": 2, **ASK},
        {"limit": 137, "page": 1, **ASK},
        {"limit": 22, "page": 2, "filters": {"category": "c1"}, **ASK},
        {"limit": 10, "page": 2, "filters": {"category": "c1"}, **ASK},
        {"limit": 10, "page": 3, "filters": {"category": "c1"}, **ASK},
        {"filters": {"category": "c"}, **ASK},
        {"filters": {"category": "C1"}, **ASK},
        {"filters": {"group": "C1"}, **ASK},
        {"filters": {"group": "c1"}, **ASK},
        {"filters": {"category": "c1", "group": "C1"}, **ASK},
        {"filters": {"group": "C1", "category": "c1"}, "page": 2, "limit": 4, **ASK},
        {"filters": {"category": ["c1", "c2"]}, **ASK},
        {"filters": {"price": 5}, **ASK},
        {"filters": {"new": True}, **ASK},
        {"filters": {"new": False}, **ASK},
        {"filters": {"category": "7 %"}, **ASK},
        {"filters": {"category": "none such"}, **ASK},
        {"user_id": 7},
        {"user_id": {"a": 1}},
        {"filters": {"category": "c1"}},
        {"limit": 5, "page": 27, **ASK},
        {"limit": 13, "page": 10, **ASK},
        {"filters": {"category": None}, **ASK},
        {"limit": 50, "filters": {"category": "c1"}, **ASK},
        {"limit": 43, "filters": {"category": "c1"}, **ASK},
        {"limit": 44, "filters": {"category": "c1"}, **ASK},
        {"limit": 44, "filters": {"category": "c1"}, **ASK},
        {"strategy": "session-resumption", "user_id": "u-1", "filters": {"category": "none such"}},
    ):
        yield tell.good("recommend", body)


def _life(tell: Teller) -> Iterator[Step]:
    def look(wait: float = 1.0) -> Iterator[Step]:
        for name in ("popular", "trending", "similar", "session-resumption"):
            yield tell.ask(wait, strategy=name, user_id="u-3", context_item_id="i-9", filters={"mark": "life"})
        yield tell.ask(strategy="popular", filters={"mark": "changed"})

    marked = {**ITEM, "attributes": {"mark": "life"}}
    yield tell.good("items", {**marked, "item_id": "l-0"})
    for status in ("active", "inactive", "active", "deleted", "inactive", "active", "inactive", "deleted", "deleted"):
        yield tell.good("items", {**marked, "item_id": "l-1", "status": status})
        yield from look()
    yield tell.good("items", {**ITEM, "item_id": "l-0", "status": "inactive"})
    for status in ("inactive", "deleted"):
        yield tell.good("items", {**marked, "item_id": f"l-{status}", "status": status})
    yield tell.good("items", {**marked, "item_id": "l-2"})
    yield tell.good("items", {**marked, "item_id": "l-2", "status": "gone"}, wait=1)
    yield tell.good("items", {"item_id": "l-3", "status": "active", "attributes": {"mark": "life"}})
    yield from look()
    yield tell.good("items", {**ITEM, "item_id": "l-2", "attributes": {"mark": "changed"}})
    yield from look()
    for status in ("inactive", "deleted", "active"):
        yield tell.good("users", {**USER, "user_id": "u-1", "status": status})
        yield tell.ask(1, strategy="personalized", user_id="u-1", limit=9)


def _people(tell: Teller) -> Iterator[Step]:
    identify = {"event_family": "system", "event_name": "identify"}

    def saw(user: str, *numbers: int) -> list[dict[str, Any]]:
        return [{**EVENT, "user_id": user, "item_id": f"i-{number}"} for number in numbers]

    yield tell.good("events", saw("anon-1", 60, 61, 62) + saw("anon-2", 70, 71) + saw("real-1", 80, 81), wait=1)
    yield tell.good("events", {**identify, "user_id": "real-1", "previous_user_id": "anon-1"}, wait=1)
    yield tell.good("events", {**identify, "user_id": "real-1", "previous_user_id": "anon-1"}, wait=1)
    yield tell.good("events", {**EVENT, "user_id": "anon-1", "item_id": "i-63"}, wait=1)
    yield tell.good("events", [*saw("anon-3", 64, 65), {**identify, "user_id": "real-3", "previous_user_id": "anon-3"}])
    yield tell.good("events", {**identify, "user_id": "real-4", "previous_user_id": "real-3"}, wait=1)
    yield tell.good("events", {**identify, "user_id": "real-2", "previous_user_id": "anon-4"}, wait=1)
    for user in ("real-1", "real-2", "real-3", "real-4", "anon-1", "anon-2"):
        for name in ("personalized", "recently-viewed", "session_based"):
            yield tell.ask(1, strategy=name, user_id=user, limit=6)


def _neighbours(tell: Teller) -> Iterator[Step]:
    yield tell.good("items", {**ITEM, "item_id": "i-1", "attributes": {"mark": "other"}}, organisation=1)
    yield tell.good("items", {**ITEM, "item_id": "o-1", "attributes": {"mark": "other"}}, organisation=1)
    yield tell.good("items", {**ITEM, "item_id": "i-2", "status": "deleted"}, 1, organisation=1)
    yield tell.good("events", [{**EVENT, "item_id": item} for item in ("i-1", "o-1", "i-40")], organisation=1)
    for organisation in (0, 1):
        for name in ("popular", "personalized", "recently-viewed"):
            yield tell.ask(1, organisation, strategy=name, user_id="u-1", limit=4)
            yield tell.ask(0, organisation, strategy=name, user_id="u-1", filters={"mark": "other"})
    yield tell.ask(0, 1, strategy="popular", limit=5)


def _hostile(tell: Teller) -> Iterator[Step]:
    for raw in (
        b'{"item_id": "d", "item_id": "d", "item_type": "p", "status": "active"}',
        b'{"a": 1e400}',
        b'{"item_id": "\\ud800", "item_type": "p", "status": "active"}',
        b'{"a": ' + b"[" * 150 + b"]" * 150 + b"}",
        b"{{{",
    ):
        yield tell.good("items", raw)
    for text in ("\0", "א ع", "\U00020000", "\U0001d4b3"):
        yield tell.good("items", {**ITEM, "item_id": "t-1", "attributes": {"title": text}})
    yield tell.good("items", {**ITEM, "attributes": {"pad": "x" * 6_000_000}})
    for name, value in (
        ("content-type", "text/plain"),
        ("content-type", "application/json; charset=utf-8"),
        ("x-domain", "a"),
        ("x-environment", "b"),
    ):
        yield tell.good("events", EVENT, headers={name: value})
    for method in ("GET", "PUT", "DELETE"):
        yield Step("recommend", b"", {}, method=method)
    yield Step("recommend", ASK, {}, path="/v1/none/such")
    preflight = {
        "Origin": "https://shop.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "x-api-key",
    }
    yield Step("recommend", b"", preflight, method="OPTIONS")
    yield tell.good("recommend", ASK, headers={"origin": "https://shop.example"})
    yield tell.good("recommend", {"limit": 0}, headers={"origin": "https://shop.example"})
    for _ in range(3):
        yield tell.good("recommend", ASK)
