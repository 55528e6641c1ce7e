"""More requests that the lint reports, because they are accepted but certainly a mistake: path, body, rule, message."""

from typing import Any

from fixtures.bodies import item_body
from tests.support.mock_client import EVENTS, ITEMS, RECOMMEND, USERS

_EVENT = {"user_id": "u1", "event_family": "engagement", "event_name": "click", "item_id": "lamp"}


def _filtered(**filters: Any) -> dict[str, Any]:
    return {"strategy": "popular", "filters": filters}


def _custom(name: str, meant: str) -> tuple[str, Any, str, str]:
    said = f"$.event_name {name!r} is a custom event: did you mean `{meant}`?"
    return EVENTS, {**_EVENT, "event_name": name}, "event-name-nearly-standard", said


def _unset(path: str, body: dict[str, Any], name: str, value: str) -> tuple[str, Any, str, str]:
    said = f"$.{name} is {value!r}: the variable that should hold it is not set"
    return path, {**body, name: value}, "unset-id", said


def _unknown(path: str, body: dict[str, Any], name: str, meant: str) -> tuple[str, Any, str, str]:
    said = f"$.{name} is not a field of this request: did you mean `{meant}`?"
    return path, body, "unknown-field", said


CASES: list[tuple[str, Any, str, str]] = [
    _custom("add-to-cart", "add_to_cart"),
    _custom("purchased", "purchase"),
    _custom("order_completed", "purchase"),
    _unset(EVENTS, _EVENT, "user_id", "undefined"),
    _unset(EVENTS, _EVENT, "user_id", "[object Object]"),
    _unset(EVENTS, _EVENT, "session_id", "null"),
    _unset(RECOMMEND, {"strategy": "personalized"}, "user_id", "NaN"),
    _unset(RECOMMEND, {"strategy": "personalized"}, "user_id", "${USER_ID}"),
    _unset(ITEMS, item_body("b"), "item_id", "None"),
    _unknown(RECOMMEND, {"strategy": "popular", "pageSize": 5}, "pageSize", "limit"),
    _unknown(RECOMMEND, {"strategy": "popular", "size": 5}, "size", "limit"),
    _unknown(RECOMMEND, {"strategy": "popular", "filter": {"category": "light"}}, "filter", "filters"),
    _unknown(
        ITEMS, {"item_id": "b", "item_type": "product", "status": "active", "metadata": {}}, "metadata", "attributes"
    ),
    (
        RECOMMEND,
        _filtered(category="Light"),
        "filter-value-nearly-known",
        "$.filters no item has category 'Light': did you mean `light`?",
    ),
    (
        RECOMMEND,
        _filtered(category=["light", "lihgt"]),
        "filter-value-nearly-known",
        "$.filters no item has category 'lihgt': did you mean `light`?",
    ),
    (
        RECOMMEND,
        _filtered(price="9.5"),
        "filter-value-nearly-known",
        "$.filters no item has price '9.5': it is a number there, send 9.5 without quotes",
    ),
]

# The lint reports nothing for these, which may be intended.
GOOD: list[tuple[str, Any]] = [
    (ITEMS, item_body("c", created_at="2026-01-01T00:00:00Z", attributes={"price": 3, "colour": "red"}, shelf=3)),
    (USERS, {"user_id": "u", "status": "active", "created_at": "2026-01-01T00:00:00Z", "attributes": {"plan": "a"}}),
    (EVENTS, _EVENT | {"event_name": "click_through", "session_id": "s", "metadata": {"price": "9"}, "price": 5}),
    (EVENTS, _EVENT | {"event_family": "exposure", "event_name": "view", "event_timestamp": "2026-01-01"}),
    (EVENTS, {"user_id": "u", "event_family": "system", "event_name": "identify", "previous_user_id": "a"}),
    (RECOMMEND, {"strategy": "popular", "filters": {"category": "none", "status": "active"}, "placement": "home"}),
    (RECOMMEND, {"strategy": "session-based", "user_id": "new"}),
    (RECOMMEND, {"strategy": "popular", "filters": {"category": "garden", "price": 9.5}}),
    (EVENTS, _EVENT | {"user_id": "nan", "session_id": "none"}),
]
