"""The lists about a user: sessions, carts, histories. The shop is so small that a comment works out every list.

Weights: view 0.2, click 0.3, add_to_cart 0.6, checkout_start 0.7, purchase 1. Catalogue order, where nothing else is
known: cake, milk, honey, jam, butter, bread.
"""

from __future__ import annotations

import pytest

from tests.support.tiny_world import CATALOGUE, DAY, HOUR, MINUTE, NOON, Grocer, sell_breakfast


@pytest.fixture
def shop() -> Grocer:
    return Grocer()


@pytest.fixture
def breakfast(shop: Grocer) -> Grocer:
    return sell_breakfast(shop)


def test_session_based_uses_the_running_session_and_leaves_its_items_out(breakfast: Grocer) -> None:
    # Dan looks at butter: bread was bought with it (2 / sqrt(3 * 2.2)); jam never was.
    breakfast.happens("dan", "view", "butter", ago=5 * MINUTE)
    assert breakfast.shows("session_based", "dan") == [
        "bread session_match",
        "jam trending",
        "cake catalogue",
        "milk catalogue",
        "honey catalogue",
    ]


def test_session_based_without_a_running_session_uses_the_last_interactions(breakfast: Grocer) -> None:
    breakfast.happens("dan", "view", "butter", ago=3 * DAY)
    assert breakfast.shows("session_based", "dan")[0] == "bread session_match"


def test_session_based_can_use_the_session_given_in_the_query(breakfast: Grocer) -> None:
    shown = breakfast.shows("session_based", context_item_ids=("butter",))
    assert shown[0] == "bread session_match"
    assert not any(line.startswith("butter") for line in shown)


def test_session_resumption_shows_unbought_items_of_the_previous_session(breakfast: Grocer) -> None:
    # Yesterday Dan viewed jam, then honey, and bought milk. Today's visit has only begun, with cake.
    # Newest first: honey, jam; milk was bought. Bread goes with jam. Then trending has butter and cake left.
    breakfast.happens("dan", "view", "jam", ago=DAY)
    breakfast.happens("dan", "view", "honey", ago=DAY - MINUTE)
    breakfast.happens("dan", "purchase", "milk", ago=DAY - 2 * MINUTE)
    breakfast.happens("dan", "view", "cake")
    assert breakfast.shows("session-resumption", "dan")[:3] == [
        "honey resumed_session",
        "jam resumed_session",
        "bread session_match",
    ]


def test_session_resumption_waits_until_the_session_has_ended(shop: Grocer) -> None:
    shop.happens("dan", "view", "jam")
    assert shop.shows("session-resumption", "dan")[0] == "jam trending"
    half_an_hour, later = NOON + 30 * MINUTE, NOON + 30 * MINUTE + 1
    assert shop.shows("session-resumption", "dan", now=half_an_hour)[0] == "jam trending"
    assert shop.shows("session-resumption", "dan", now=later)[0] == "jam resumed_session"


def test_abandonment_recovery_shows_the_cart_then_alternatives(breakfast: Grocer) -> None:
    # In the cart: jam and cake, honey reached the checkout, milk was taken out, butter was bought. Checkout first,
    # then the newest. Bread goes with jam (0.6 * ... from Ben). Butter was bought and stays out.
    breakfast.happens("dan", "add_to_cart", "jam", "honey", "milk", "butter", ago=3 * HOUR)
    breakfast.happens("dan", "checkout_start", "honey", ago=2 * HOUR)
    breakfast.happens("dan", "remove_from_cart", "milk", ago=2 * HOUR)
    breakfast.happens("dan", "purchase", "butter", ago=2 * HOUR)
    breakfast.happens("dan", "add_to_cart", "cake", ago=HOUR)
    assert breakfast.shows("abandonment-recovery", "dan") == [
        "honey abandoned_cart",
        "cake abandoned_cart",
        "jam abandoned_cart",
        "bread similar_item",
        "milk trending",
    ]


def test_abandonment_recovery_shows_alternatives_to_items_that_were_only_viewed(breakfast: Grocer) -> None:
    # No cart; Dan viewed butter in his last session. Bread goes with it.
    breakfast.happens("dan", "view", "butter", ago=5 * DAY)
    assert breakfast.shows("abandonment-recovery", "dan")[0] == "bread similar_item"


def test_a_cart_is_forgotten_after_seven_days(shop: Grocer) -> None:
    shop.happens("dan", "add_to_cart", "jam", ago=DAY)
    assert shop.shows("abandonment-recovery", "dan", now=NOON + 6 * DAY - 1)[0] == "jam abandoned_cart"
    assert shop.shows("abandonment-recovery", "dan", now=NOON + 6 * DAY)[0] == "jam trending"


def test_an_item_put_back_into_the_cart_is_in_it_again(shop: Grocer) -> None:
    shop.happens("dan", "remove_from_cart", "jam", ago=HOUR)
    shop.happens("dan", "add_to_cart", "jam", ago=2 * HOUR)  # this event arrives late
    assert shop.ranking("abandonment-recovery", "dan").mode == "fallback"
    shop.happens("dan", "add_to_cart", "jam", ago=MINUTE)
    assert shop.shows("abandonment-recovery", "dan")[0] == "jam abandoned_cart"


def test_price_optimized_prefers_prices_like_those_the_user_pays(shop: Grocer) -> None:
    # Others bought bread with honey (6) and bread with cake (12) equally often. Dan looked at bread (3): the spread is
    # at its least, 0.5: honey exp(-ln(2)**2 / 0.5) = 0.38, cake exp(-ln(4)**2 / 0.5) = 0.02.
    shop.happens("ann", "purchase", "bread", "cake", ago=2 * DAY)
    shop.happens("ben", "purchase", "bread", "honey", ago=2 * DAY)
    shop.happens("dan", "view", "bread")
    assert shop.shows("personalized", "dan")[:2] == ["cake behavioral_match", "honey behavioral_match"]
    assert shop.shows("price-optimized", "dan")[:2] == ["honey price_match", "cake price_match"]


def test_cross_sell_uses_the_whole_open_cart(breakfast: Grocer) -> None:
    # In the cart: butter and jam. Bread is in 2 baskets with butter and 1 with jam: 3 / 3 ** 0.2.
    # Then the category of what came into the cart last, jam: honey (one view); then popular: the rest.
    breakfast.happens("eve", "view", "honey", ago=DAY)
    breakfast.happens("dan", "add_to_cart", "butter", ago=HOUR)
    breakfast.happens("dan", "add_to_cart", "jam", ago=MINUTE)
    assert breakfast.shows("cross-sell", "dan") == [
        "bread cross_sell",
        "honey category_popular",
        "cake catalogue",
        "milk catalogue",
    ]


def test_cross_sell_can_use_the_basket_given_in_the_query(breakfast: Grocer) -> None:
    shown = breakfast.shows("cross-sell", context_item_ids=("butter",))
    assert shown[:2] == ["bread cross_sell", "jam popular"]


def test_cross_sell_without_a_cart_is_popular(breakfast: Grocer) -> None:
    assert breakfast.shows("cross-sell", "stranger")[:3] == ["bread popular", "butter popular", "jam popular"]


def test_recently_viewed_lists_the_users_items_newest_first(shop: Grocer) -> None:
    shop.happens("dan", "view", "bread", ago=3 * HOUR)
    shop.happens("dan", "purchase", "jam", ago=2 * HOUR)
    shop.happens("dan", "view", "milk", ago=HOUR)
    shop.happens("dan", "click", "bread")
    assert shop.shows("recently-viewed", "dan")[:4] == [
        "bread recently_viewed",
        "milk recently_viewed",
        "jam recently_viewed",
        "cake catalogue",
    ]


def test_recently_viewed_of_an_unknown_user_is_popular(breakfast: Grocer) -> None:
    assert breakfast.shows("recently-viewed", "stranger")[0] == "bread popular"


def test_buy_again_orders_items_by_number_of_purchases_then_by_the_latest(shop: Grocer) -> None:
    shop.happens("dan", "purchase", "bread", "bread", ago=9 * DAY)
    shop.happens("dan", "purchase", "jam", ago=2 * DAY)
    shop.happens("dan", "purchase", "milk", ago=DAY)
    shop.happens("dan", "view", "honey")
    assert shop.shows("buy-again", "dan")[:4] == [
        "bread bought_before",
        "milk bought_before",
        "jam bought_before",
        "honey popular",
    ]


def test_buy_again_without_purchases_is_popular(breakfast: Grocer) -> None:
    assert breakfast.shows("buy-again", "stranger")[0] == "bread popular"


def test_new_arrivals_are_the_catalogue_by_age_and_count_as_content(shop: Grocer) -> None:
    # An item without created_at counts from its arrival: noon, long after January.
    body = {"item_id": "tea", "item_type": "food", "status": "active"}
    shop.tenant.upsert_items([body], NOON)
    assert shop.shows("new-arrivals") == [f"{item} new_arrival" for item in ["tea", *CATALOGUE]]
    assert shop.ranking("new-arrivals").mode == "content"
    # Sent again, it doesn't become newer.
    shop.happens("ann", "purchase", "bread")
    shop.tenant.upsert_items([body | {"item_id": "coffee"}], NOON + 1)
    shop.tenant.upsert_items([body], NOON + 2)
    assert shop.shows("new-arrivals")[:2] == ["coffee new_arrival", "tea new_arrival"]
