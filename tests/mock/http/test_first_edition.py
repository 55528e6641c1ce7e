"""The older documentation's eight operations, on the same state (R1, R2, R46, R52)."""

from typing import Any

import pytest

from fixtures.bodies import event_body, item_body, recommend_body, user_body
from tests.support.mock_client import ITEMS, RECOMMEND, SPEC, Answer, Client

FIRST_EDITION = [operation for operation in SPEC.operations if "First edition" in operation.tags]
OLD_ITEMS, OLD_USERS, OLD_EVENTS = "/api/v1/items/upsert", "/api/v1/users/upsert", "/api/v1/events/ingest"


@pytest.fixture
def shop(mock: Client) -> Client:
    """30 items; two shoppers viewed and bought item-01 with item-02 in one session, and u viewed item-01."""
    mock.post(ITEMS, [item_body(f"item-{n:02}", attributes={"price": 10 + n}) for n in range(30)])
    for shopper in ("v", "w"):
        for name in ("view", "purchase"):
            for item in ("item-01", "item-02"):
                mock.post(OLD_EVENTS, event_body(name, shopper, item, session_id=f"s-{shopper}", order_id=shopper))
    mock.post(OLD_EVENTS, event_body("view", "u", "item-01"))
    return mock


def test_the_first_edition_has_eight_operations_all_deprecated() -> None:
    assert len(FIRST_EDITION) == 8
    assert all(operation.deprecated for operation in FIRST_EDITION)


def test_an_item_needs_only_its_id_and_defaults_to_an_active_product(mock: Client) -> None:
    assert mock.post(OLD_ITEMS, [{"item_id": "a"}, {"item_id": "b", "status": None, "item_type": None}]).status == 202
    stored = mock.first.tenant.items
    assert {(item.item_type, item.status) for item in stored.values()} == {("product", "active")}
    assert mock.post(ITEMS, {"item_id": "a"}).status == 400


def test_items_loaded_by_the_old_paths_are_recommended_by_the_current_one(mock: Client) -> None:
    assert mock.post(OLD_ITEMS, {"item_id": "a"}).message == "items accepted"
    assert mock.post(OLD_USERS, user_body("u")).message == "users accepted"
    assert mock.post(OLD_EVENTS, event_body("view", "u", "a")).message == "events accepted"
    assert mock.post(RECOMMEND, recommend_body("recently-viewed", user_id="u")).ids == ["a"]


def ask_old(client: Client, path: str, body: Any) -> Answer:
    return client.get(path) if body is None else client.post(path, body)


@pytest.mark.parametrize(
    ("path", "body", "current"),
    [
        ("/recommend", {"user_id": "u"}, recommend_body("personalized", user_id="u")),
        ("/item/item-01", None, recommend_body("similar", context_item_id="item-01")),
        ("/recommend/price_optimized", {"user_id": "u"}, recommend_body("price-optimized", user_id="u")),
    ],
    ids=["user", "item", "price"],
)
def test_each_mode_answers_like_the_current_strategy_with_twelve_results(
    shop: Client, path: str, body: Any, current: dict[str, Any]
) -> None:
    old, new = ask_old(shop, path, body), shop.post(RECOMMEND, {**current, "limit": 12})
    assert old.status == 200
    assert old.data["strategy"] == current["strategy"]
    assert old.ids == new.ids
    assert old.data["pagination"] == new.data["pagination"]
    assert len(old.ids) == 12


def test_the_session_operation_uses_the_items_that_are_sent(shop: Client) -> None:
    answer = shop.post("/recommend/session", {"item_ids": ["item-01"], "limit": 4})
    assert answer.data["strategy"] == "session_based"
    assert answer.ids[0] == "item-02"
    assert "item-01" not in answer.ids
    assert len(answer.ids) == 4


def test_the_basket_operation_uses_the_items_that_are_sent(shop: Client) -> None:
    answer = shop.post("/recommend/basket", {"item_ids": ["item-02"], "user_id": "u"})
    assert answer.data["strategy"] == "cross-sell"
    assert answer.ids[0] == "item-01"
    assert "item-02" not in answer.ids


def test_placement_changes_nothing_and_page_selects_the_page(shop: Client) -> None:
    for placement in ("home", "pdp", "cart", "anything"):
        assert shop.post("/recommend", {"user_id": "u", "placement": placement}).status == 200
    first, second = (shop.post("/recommend", {"user_id": "u", "page": page}).ids for page in (1, 2))
    assert not {*first} & {*second}
    assert shop.get("/item/item-01?limit=3&page=2").ids == shop.get("/item/item-01?limit=6").ids[3:]


@pytest.mark.parametrize(
    ("path", "body", "fields"),
    [
        ("/recommend", {}, {"$.user_id": "is required"}),
        ("/recommend/session", {"item_ids": []}, {"$.item_ids": "must not be empty"}),
        ("/recommend/basket", {"item_ids": ["a", ""]}, {"$.item_ids[1]": "must not be empty"}),
        ("/recommend/price_optimized", {"user_id": "u", "limit": 101}, {"$.limit": "must be at most 100"}),
        (OLD_ITEMS, {"item_type": "product"}, {"$.item_id": "is required"}),
    ],
    ids=str,
)
def test_bad_input_is_400(mock: Client, path: str, body: dict[str, Any], fields: dict[str, str]) -> None:
    answer = mock.post(path, body)
    assert answer.status == 400
    assert answer.fields == fields


@pytest.mark.parametrize("value", [None, "commerce", "ecommerce"])
def test_the_old_headers_are_accepted_and_never_required(mock: Client, value: str | None) -> None:
    headers = [] if value is None else [("x-domain", value), ("x-environment", "dev")]
    assert mock.get("/item/a", headers=headers).status == 200


@pytest.mark.parametrize("operation", FIRST_EDITION, ids=lambda operation: operation.operation_id)
def test_the_wrong_type_of_key_is_403(mock: Client, operation: Any) -> None:
    path = operation.path.replace("{item_id}", "a")
    key = mock.first.publishable_key if operation.key_type == "secret" else mock.first.secret_key
    assert mock.send(operation.method, path, {}, key).status == 403
