"""Rules for every list: filters, ties, scores. The shop is so small that a comment works out every list.

Weights: view 0.2, click 0.3, add_to_cart 0.6, checkout_start 0.7, purchase 1. Catalogue order, where nothing else is
known: cake, milk, honey, jam, butter, bread.
"""

from __future__ import annotations

from typing import Any

import pytest

from mock_server.state.recommender import STRATEGIES, FilterError
from tests.support.tiny_world import DAY, NOON, Grocer, sell_breakfast


@pytest.fixture
def shop() -> Grocer:
    return Grocer()


@pytest.fixture
def breakfast(shop: Grocer) -> Grocer:
    return sell_breakfast(shop)


def test_inactive_and_deleted_items_are_never_shown_and_come_back(breakfast: Grocer) -> None:
    breakfast.happens("dan", "view", "bread")
    before = {strategy: breakfast.shows(strategy, "dan", "jam") for strategy in STRATEGIES}
    for status in ("inactive", "deleted"):
        breakfast.stock("butter", status)
        for strategy in STRATEGIES:
            assert not any(line.startswith("butter") for line in breakfast.shows(strategy, "dan", "jam"))
    breakfast.stock("butter")
    assert {strategy: breakfast.shows(strategy, "dan", "jam") for strategy in STRATEGIES} == before


def test_events_that_come_before_their_item_count_when_it_arrives(shop: Grocer) -> None:
    shop.happens("ann", "purchase", "bread", "tea", order_id="o1")
    assert all("tea" not in line for line in shop.shows("frequently-bought-together", item="bread"))
    shop.stock("tea", category="drinks")
    assert shop.shows("frequently-bought-together", item="bread")[0] == "tea bought_together"
    assert shop.shows("popular")[:2] == ["bread popular", "tea popular"]


def test_filters_apply_in_every_source_before_the_list_is_cut(breakfast: Grocer) -> None:
    # Dairy only: butter goes with bread; the catalogue adds only milk.
    breakfast.happens("dan", "view", "bread")
    assert breakfast.shows("personalized", "dan", filters={"category": "dairy"}) == [
        "butter behavioral_match",
        "milk catalogue",
    ]
    assert breakfast.shows("popular", filters={"category": ["dairy", "spread"], "price": 4.0}) == ["jam popular"]
    assert breakfast.shows("popular", filters={"status": "inactive"}) == []
    assert len(breakfast.ranking("popular", filters={"item_type": "food"})) == 6
    assert breakfast.ranking("popular", filters={"category": "none"}).mode == "fallback"


def test_filters_compare_json_values(shop: Grocer) -> None:
    shop.stock("flag", on=True, size=1, tags=["a", "b"], note=None)
    matches: dict[str, list[tuple[Any, int]]] = {
        "on": [(True, 1), (1, 0), ("true", 0)],
        "size": [(1, 1), (1.0, 1), (True, 0), ("1", 0), ([2, 1], 1)],
        "tags": [("a", 1), ("A", 0), (["x", "b"], 1)],
        "note": [(None, 7)],  # null matches null and absent
        "category": [(None, 1)],
    }
    for name, cases in matches.items():
        for value, expected in cases:
            assert len(shop.ranking("popular", filters={name: value})) == expected, (name, value)


@pytest.mark.parametrize("value", [{"min": 3}, [], [["a"]], [{"a": 1}]])
def test_nested_filters_and_empty_lists_are_refused_by_name(shop: Grocer, value: object) -> None:
    with pytest.raises(FilterError, match=r"filters\.price: ") as caught:
        shop.shows("popular", filters={"price": value})
    assert caught.value.field == "filters.price"


def test_ties_are_ordered_by_popularity_then_by_id(shop: Grocer) -> None:
    # All bought bread with one other thing; cosine depends on its total alone. Butter and honey tie at 1,
    # and in popularity too: id decides. Jam was also viewed by Cas at an affinity that its purchase covers: popularity
    # 1.2, total still 1, so it comes before them.
    shop.happens("ann", "purchase", "bread", "honey", ago=DAY)
    shop.happens("ben", "purchase", "bread", "butter", ago=DAY)
    shop.happens("cas", "purchase", "bread", "jam", ago=DAY)
    shop.happens("cas", "view", "jam", ago=DAY)
    shop.happens("dan", "view", "bread")
    shown = shop.ranking("personalized", "dan")[:3]
    assert [entry.item_id for entry in shown] == ["jam", "butter", "honey"]
    assert [entry.score for entry in shown] == [1.0, 1.0, 1.0]


def test_decay_alone_reorders_nothing(breakfast: Grocer) -> None:
    breakfast.happens("dan", "view", "bread")
    for strategy in ("personalized", "trending", "popular", "similar"):
        first = breakfast.ranking(strategy, "dan", "bread", now=NOON)[:]
        assert breakfast.ranking(strategy, "dan", "bread", now=NOON + 400 * DAY)[:] == first


def test_a_score_can_be_explained(breakfast: Grocer) -> None:
    breakfast.happens("dan", "view", "bread")
    butter = breakfast.explains("personalized", "butter", "dan")
    # weight of bread: affinity 0.2 / sqrt(total 3.2); together with butter: 2
    assert butter == {
        "item_id": "butter",
        "position": 1,
        "score": 1.0,
        "score_range": [0.5, 1.0],
        "reason": "behavioral_match",
        "mode": "behavioral",
        "why": {
            "with": [
                {
                    "item_id": "bread",
                    "weight": pytest.approx(0.2 / 3.2**0.5),
                    "together": pytest.approx(2),
                    "adds": pytest.approx(0.4 / 3.2**0.5),
                }
            ],
            "total": pytest.approx(2),
        },
    }
    cake = breakfast.explains("similar", "cake", item="bread")
    assert cake["why"]["shared"] == ["category=bakery"]
    assert cake["why"]["price_closeness"] == pytest.approx(0.25)
