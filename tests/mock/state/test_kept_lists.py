"""Which parts of a list are cached for the next request, and until when."""

from __future__ import annotations

import pytest

from mock_server.state.recommender import IMPERSONAL, STRATEGIES, Config, Page, Query
from mock_server.state.tenant import Tenant
from tests.support.tiny_world import DAY, NOON, Grocer


@pytest.fixture
def shop() -> Grocer:
    """A shop in which bread was bought twice, butter and milk once; honey, jam and cake never."""
    shop = Grocer()
    shop.happens("ann", "purchase", "bread", "butter", ago=DAY)
    shop.happens("ben", "purchase", "bread", "milk", ago=DAY)
    return shop


def test_a_list_requested_twice_is_cached_until_something_is_applied(shop: Grocer) -> None:
    query = Query("personalized", "dan", filters={"category": ["dairy", "spread"]})
    first = shop.tenant.recommend(query, NOON)
    ranking = shop.tenant.recommend(query, NOON)
    assert ranking[:] == first[:]
    assert shop.tenant.recommend(query, NOON + 9 * DAY) is ranking
    shop.happens("eve", "view", "bread")
    assert shop.tenant.recommend(query, NOON) is not ranking
    assert shop.tenant.recommend(query, NOON) is not ranking


def test_at_most_as_many_queries_are_remembered_as_lists(shop: Grocer) -> None:
    shop.tenant = Tenant("small", Config(rankings=2))
    asked = [Query("personalized", user) for user in ("ann", "ben", "dan")]
    for query in asked:
        shop.tenant.recommend(query, NOON)
    again = [shop.tenant.recommend(query, NOON) for query in asked[2:]]
    assert [shop.tenant.recommend(query, NOON) for query in asked[2:]] == again
    assert shop.tenant.recommend(asked[0], NOON) is not shop.tenant.recommend(asked[0], NOON)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_list_that_does_not_depend_on_the_user_is_cached_once(shop: Grocer, strategy: str) -> None:
    shop.happens("eve", "add_to_cart", "jam")
    rankings = [shop.ranking(strategy, user, "bread") for user in ("ann", "ben", "eve", "eve")]
    assert (rankings[2] is rankings[1]) == (strategy in IMPERSONAL)
    if strategy in IMPERSONAL:
        assert rankings[0][:] == rankings[1][:]


def best_two(shop: Grocer, strategy: str) -> Page:
    return shop.ranking(strategy).page(0, 2)


@pytest.mark.parametrize("strategy", ["popular", "trending"])
def test_the_first_page_is_cached_until_an_event_changes_its_order_or_scores(shop: Grocer, strategy: str) -> None:
    before = best_two(shop, strategy)
    assert before.ids == ("bread", "butter")
    shop.happens("eve", "view", "cake", ago=DAY)
    assert best_two(shop, strategy) is before
    shop.happens("eve", "view", "bread", ago=DAY)
    scored = best_two(shop, strategy)
    assert scored.ids == before.ids
    assert scored.results != before.results
    shop.happens("eve", "view", "milk", ago=DAY)
    assert best_two(shop, strategy).ids == ("bread", "milk")


@pytest.mark.parametrize("strategy", ["popular", "trending"])
def test_the_first_page_shows_what_an_upsert_changes(shop: Grocer, strategy: str) -> None:
    before = best_two(shop, strategy)
    shop.stock("bread", price=99)
    changed = best_two(shop, strategy)
    assert changed.ids == before.ids
    assert b'"price":99' in changed.results
    shop.stock("bread", status="inactive")
    assert best_two(shop, strategy).ids == ("butter", "milk")


@pytest.mark.parametrize("strategy", ["popular", "trending"])
def test_a_page_that_reaches_beyond_the_board_follows_the_catalogue(shop: Grocer, strategy: str) -> None:
    assert shop.ranking(strategy).page(2, 5).ids == ("milk", "cake", "honey")
    shop.happens("eve", "view", "jam", ago=9 * DAY)
    assert shop.ranking(strategy).page(2, 5).ids == ("milk", "jam", "cake")


def test_the_number_of_cached_pages_is_limited(shop: Grocer) -> None:
    shelf = shop.tenant.recommender.catalogue.shelf()
    for stop in range(1, shelf.kept_pages + 5):
        shop.happens("eve", "view", f"new-{stop}")
        shop.stock(f"new-{stop}")
        shop.ranking("popular").page(0, stop)
        assert len(shelf.pages) <= shelf.kept_pages
