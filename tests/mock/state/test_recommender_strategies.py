"""The lists about all users or about an item. The shop is so small that a comment works out every list.

Weights: view 0.2, click 0.3, add_to_cart 0.6, checkout_start 0.7, purchase 1. Catalogue order, where nothing else is
known: cake, milk, honey, jam, butter, bread.
"""

from __future__ import annotations

import pytest

from mock_server.state.recommender import ALIASES, STRATEGIES
from tests.support.tiny_world import CATALOGUE, DAY, HOUR, MINUTE, Grocer, sell_breakfast


@pytest.fixture
def shop() -> Grocer:
    return Grocer()


@pytest.fixture
def breakfast(shop: Grocer) -> Grocer:
    return sell_breakfast(shop)


def test_the_nine_documented_strategies_and_five_of_ours_are_there() -> None:
    assert len(STRATEGIES) == 14
    assert STRATEGIES[ALIASES["session-based"]] is STRATEGIES["session_based"]


@pytest.mark.parametrize("strategy", [name for name in STRATEGIES if name != "new-arrivals"])
def test_without_any_event_every_strategy_shows_the_catalogue(shop: Grocer, strategy: str) -> None:
    # There are no events. Only `similar` has a signal: cake is from the bakery, too. Bread itself is left out.
    expected = [f"{item} catalogue" for item in CATALOGUE]
    if strategy == "similar":
        expected = ["cake content_match", *(f"{item} catalogue" for item in ["milk", "honey", "jam", "butter"])]
    elif strategy.startswith("frequently"):
        expected.remove("bread catalogue")
    assert shop.shows(strategy, "ann", "bread") == expected
    assert shop.ranking(strategy, "ann", "bread").mode == ("content" if strategy == "similar" else "fallback")


def test_popular_sums_the_weights_of_all_events(shop: Grocer) -> None:
    # bread 3 views = 0.6, jam 1 purchase = 1, milk 1 click = 0.3; a removal from the cart and a search weigh nothing.
    shop.happens("ann", "view", "bread", "bread", "bread", ago=9 * DAY)
    shop.happens("ben", "purchase", "jam", ago=99 * DAY)
    shop.happens("ben", "click", "milk")
    shop.happens("ben", "remove_from_cart", "honey")
    shop.happens("ben", "search", "honey")
    assert shop.shows("popular") == [
        "jam popular",
        "bread popular",
        "milk popular",
        "cake catalogue",
        "honey catalogue",
        "butter catalogue",
    ]
    assert shop.ranking("popular").mode == "behavioral"


def test_custom_events_have_the_weight_of_their_family(shop: Grocer) -> None:
    # bread 0.05, butter 0.3, jam 1, and a system event 0
    for item, family in (("bread", "exposure"), ("butter", "engagement"), ("jam", "conversion"), ("milk", "system")):
        shop.happens("ann", "shared_with_a_friend", item, event_family=family)
    assert shop.shows("popular")[:4] == ["jam popular", "butter popular", "bread popular", "cake catalogue"]


def test_trending_halves_the_weight_of_an_event_every_day(shop: Grocer) -> None:
    # bread: bought two days ago, 1 -> 0.25; milk: clicked just now, 0.3; jam: bought three days ago, 0.125.
    # By popularity bread and jam (1 each) would stand before milk.
    shop.happens("ann", "purchase", "bread", ago=2 * DAY)
    shop.happens("ben", "purchase", "jam", ago=3 * DAY)
    shop.happens("ben", "click", "milk")
    assert shop.shows("trending")[:4] == ["milk trending", "bread trending", "jam trending", "cake catalogue"]
    assert shop.shows("popular")[:3] == ["bread popular", "jam popular", "milk popular"]


def test_personalized_shows_items_that_others_touched_together_with_the_users(breakfast: Grocer) -> None:
    # Dan viewed bread (affinity 0.2). Totals: bread 3.2, butter 2, jam 1. Together with bread: butter 2, jam 1.
    # butter 0.2 * 2 / sqrt(3.2 * 2) = 0.158, jam 0.2 * 1 / sqrt(3.2 * 1) = 0.112
    # Then trending has only bread left: it was viewed, not bought, so it stays in.
    breakfast.happens("dan", "view", "bread")
    assert breakfast.shows("personalized", "dan") == [
        "butter behavioral_match",
        "jam behavioral_match",
        "bread trending",
        "cake catalogue",
        "milk catalogue",
        "honey catalogue",
    ]
    first = breakfast.ranking("personalized", "dan")
    assert first.mode == "behavioral"
    # In the first source's half of the range, in proportion: 0.5 + 0.5 * 0.112 / 0.158
    assert [entry.score for entry in first[:2]] == [1.0, pytest.approx(0.5 + 0.5 / 2**0.5)]


def test_personalized_leaves_out_bought_items(breakfast: Grocer) -> None:
    # Ann bought bread and butter. Ben's jam goes with bread.
    assert breakfast.shows("personalized", "ann") == [
        "jam behavioral_match",
        "cake catalogue",
        "milk catalogue",
        "honey catalogue",
    ]


def test_personalized_ignores_pairs_that_only_the_user_made(shop: Grocer) -> None:
    # Dan's own visit puts bread and jam together, but nobody else's does: that is no reason to show him either.
    shop.happens("dan", "view", "bread", "jam")
    assert shop.shows("personalized", "dan")[:2] == ["bread trending", "jam trending"]
    assert shop.ranking("personalized", "dan").mode == "fallback"


def test_personalized_weighs_the_newest_items_most(shop: Grocer) -> None:
    # Honey goes with bread, cake goes with milk. Dan viewed milk last: cake 1, honey 1 / sqrt(2).
    shop.happens("ann", "purchase", "bread", "honey", ago=DAY)
    shop.happens("ben", "purchase", "milk", "cake", ago=DAY)
    shop.happens("dan", "view", "bread", ago=HOUR)
    shop.happens("dan", "view", "milk", ago=MINUTE)
    assert shop.shows("personalized", "dan")[:2] == ["cake behavioral_match", "honey behavioral_match"]
    # When he views bread again, the order is reversed; nothing else has changed.
    shop.happens("dan", "view", "bread")
    assert shop.shows("personalized", "dan")[:2] == ["honey behavioral_match", "cake behavioral_match"]


@pytest.mark.parametrize("strategy", ["personalized", "session_based", "session-resumption", "price-optimized"])
def test_an_unknown_user_gets_global_trending_then_popular_then_the_catalogue(shop: Grocer, strategy: str) -> None:
    # milk trends (0.3 now) over bread (1 two days ago: 0.25)
    shop.happens("ann", "purchase", "bread", ago=2 * DAY)
    shop.happens("ben", "click", "milk")
    assert shop.shows(strategy, "stranger")[:3] == ["milk trending", "bread trending", "cake catalogue"]
    assert shop.ranking(strategy, "stranger").mode == "fallback"


def test_similar_is_cosine_damped_for_few_observations_then_alike_by_content(breakfast: Grocer) -> None:
    # Totals: bread 3, butter 2, jam 1. butter 2 / (1 + sqrt(3 * 2)) = 0.580, jam 1 / (1 + sqrt(3 * 1)) = 0.366.
    # Cake shares the bakery. Milk and honey share nothing with bread, and bread itself is never in its own list.
    assert breakfast.shows("similar", item="bread") == [
        "butter similar_item",
        "jam similar_item",
        "cake content_match",
        "milk catalogue",
        "honey catalogue",
    ]


def test_similar_trusts_many_shoppers_more_than_one(shop: Grocer) -> None:
    # One shopper saw honey with bread and nothing else: cosine 1 / sqrt(5), butter has 4 / sqrt(5 * 8): less than 1.
    # Plain cosine: honey 0.447, butter 0.632. Damped: 1 / (1 + 2.236) = 0.309 and 4 / (1 + 6.325) = 0.546.
    # One who bought only jam and cake: plain cosine 1; damped 1 / (1 + 1) = 0.5.
    shop.happens("zoe", "purchase", "jam", "cake")
    assert shop.explains("similar", "cake", item="jam")["why"]["with"][0]["together"] == 1.0
    for shopper in "abcd":
        shop.happens(shopper, "purchase", "bread", "butter")
        shop.happens(shopper.upper(), "purchase", "butter")
    shop.happens("eve", "purchase", "bread", "honey")
    assert shop.shows("similar", item="bread")[:2] == ["butter similar_item", "honey similar_item"]


def test_similar_to_a_new_item_uses_its_attributes(shop: Grocer) -> None:
    # 8 active items. New rye: bakery (shared by bread, cake, toast), brand Mill (shared by toast): rarer weighs more.
    # Toast shares both. Bread costs 3 as rye does, cake 12: closeness 1 against 3/12, so bread comes before cake.
    shop.stock("toast", category="bakery", brand="Mill", price=3)
    shop.stock("rye", category="bakery", brand="Mill", price=3)
    assert shop.shows("similar", item="rye")[:4] == [
        "toast content_match",
        "bread content_match",
        "cake content_match",
        "milk catalogue",
    ]
    assert shop.ranking("similar", item="rye").mode == "content"


def test_similar_to_an_unknown_item_is_global_trending(breakfast: Grocer) -> None:
    assert breakfast.shows("similar", item="no-such-thing")[:3] == ["bread trending", "butter trending", "jam trending"]


def test_bought_together_counts_baskets_and_damps_popular_items(breakfast: Grocer) -> None:
    # With bread: butter in 2 baskets, jam in 1, milk in 1. Those in two or more come first.
    # Jam is in 4 baskets, milk in 1: milk 1 / 1 ** 0.2 = 1, jam 1 / 4 ** 0.2 = 0.758.
    breakfast.happens("dan", "purchase", "bread", "milk", ago=DAY, order_id="o4")
    for order in "567":
        breakfast.happens("eve", "purchase", "jam", ago=DAY, order_id=f"o{order}")
    assert breakfast.shows("frequently-bought-together", item="bread") == [
        "butter bought_together",
        "milk bought_together",
        "jam bought_together",
        "cake catalogue",
        "honey catalogue",
    ]


def test_purchases_half_an_hour_apart_are_one_basket_without_an_order_id(shop: Grocer) -> None:
    # bread 0:00, butter 0:30, jam 1:00:01: butter is in the basket of bread, jam is not.
    shop.happens("ann", "purchase", "bread", ago=2 * HOUR)
    shop.happens("ann", "purchase", "butter", ago=2 * HOUR - 30 * MINUTE)
    shop.happens("ann", "purchase", "jam", ago=2 * HOUR - 60 * MINUTE - 1)
    shown = shop.shows("frequently-bought-together", item="bread")
    assert shown[:2] == ["butter bought_together", "jam popular"]


def test_a_late_purchase_joins_the_baskets_on_both_sides_of_it(shop: Grocer) -> None:
    shop.happens("ann", "purchase", "bread", ago=50 * MINUTE)
    shop.happens("ann", "purchase", "jam", ago=10 * MINUTE)
    assert "jam bought_together" not in shop.shows("frequently-bought-together", item="bread")
    shop.happens("ann", "purchase", "milk", ago=30 * MINUTE)
    assert shop.shows("frequently-bought-together", item="bread")[:2] == ["jam bought_together", "milk bought_together"]


@pytest.mark.parametrize("strategy", ["frequently-bought-together", "frequently-consumed-together"])
def test_without_common_baskets_the_popular_items_of_the_category_are_shown(shop: Grocer, strategy: str) -> None:
    # Nobody took anything with milk. In its category butter (1) is popular; over all bread (1.2), butter (1), jam 0.3.
    shop.happens("ann", "purchase", "bread", ago=5 * DAY)
    shop.happens("ann", "view", "bread", ago=4 * DAY)
    shop.happens("ben", "purchase", "butter", ago=3 * DAY)
    shop.happens("cas", "click", "jam", ago=2 * DAY)
    assert shop.shows(strategy, item="milk") == [
        "butter category_popular",
        "bread popular",
        "jam popular",
        "cake catalogue",
        "honey catalogue",
    ]
    assert shop.ranking(strategy, item="milk").mode == "fallback"
    # of an unknown item there is no category
    assert shop.shows(strategy, item="no-such-thing")[:2] == ["bread popular", "butter popular"]


def test_consumed_together_counts_sessions_of_any_event(shop: Grocer) -> None:
    # Two sessions saw bread and honey, one bread and cake; cake is in one session, honey in two.
    # honey 2 / 2 ** 0.2 has support; cake comes after it.
    shop.happens("ann", "view", "bread", "honey", session_id="s1")
    shop.happens("ben", "click", "bread", "honey", session_id="s1")  # another person's: another session
    shop.happens("ben", "view", "bread", "cake", session_id="s2")
    assert shop.shows("frequently-consumed-together", item="bread")[:3] == [
        "honey consumed_together",
        "cake consumed_together",
        "milk catalogue",
    ]
