"""One organisation's data: deduplication, identity, hidden users, attribution and stable lists."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from mock_server.state.recommender import STRATEGIES, Config, FilterError, Query
from mock_server.state.records import Event
from mock_server.state.tenant import Tenant
from tests.support.tiny_world import DAY, HOUR, NOON, Grocer


@pytest.fixture
def shop() -> Grocer:
    """Ann bought bread and butter, Ben bought milk and honey."""
    shop = Grocer()
    shop.happens("ann", "purchase", "bread", "butter", ago=DAY)
    shop.happens("ben", "purchase", "milk", "honey", ago=DAY)
    return shop


def test_the_first_event_with_an_id_wins(shop: Grocer) -> None:
    body = {"user_id": "u", "event_family": "conversion", "event_name": "purchase", "item_id": "cake"}
    events = [Event.from_body(body, NOON, "same"), Event.from_body(body | {"item_id": "jam"}, NOON, "same")]
    assert shop.tenant.apply_events(events) == 1
    assert shop.tenant.apply_events(events) == 0
    assert shop.tenant.events["same"].item_id == "cake"
    assert "cake popular" in shop.shows("popular")
    assert "jam catalogue" in shop.shows("popular")


def test_an_anonymous_visit_counts_for_the_user_after_identify(shop: Grocer) -> None:
    shop.happens("anonymous", "view", "bread")
    assert shop.ranking("personalized", "dan").mode == "fallback"
    shop.identify("dan", previous="anonymous")
    assert shop.shows("personalized", "dan")[0] == "butter behavioral_match"
    assert shop.shows("personalized", "anonymous") == shop.shows("personalized", "dan")


def test_late_events_under_the_anonymous_id_count_for_the_user(shop: Grocer) -> None:
    shop.identify("dan", previous="anonymous")
    shop.happens("anonymous", "view", "bread", ago=HOUR)
    assert shop.shows("personalized", "dan")[0] == "butter behavioral_match"


def test_events_joined_by_identify_give_the_same_lists_as_under_one_id(shop: Grocer) -> None:
    control = Grocer()
    control.happens("ann", "purchase", "bread", "butter", ago=DAY)
    control.happens("ben", "purchase", "milk", "honey", ago=DAY)
    for item, name, visitor in (("bread", "view", "a1"), ("milk", "add_to_cart", "a2"), ("jam", "purchase", "dan")):
        shop.happens(visitor, name, item, ago=HOUR)
        control.happens("dan", name, item, ago=HOUR)
    shop.identify("a1", previous="a2")
    shop.identify("dan", previous="a1")
    for strategy in STRATEGIES:
        assert shop.shows(strategy, "dan", "bread") == control.shows(strategy, "dan", "bread")


def test_previous_user_id_joins_ids_only_in_an_identify_event(shop: Grocer) -> None:
    shop.happens("anonymous", "view", "bread", previous_user_id="ann")
    assert shop.tenant.identity.ids("anonymous") == ["anonymous"]


def user(user_id: str, status: str) -> dict[str, Any]:
    return {"user_id": user_id, "status": status, "created_at": "2026-01-01"}


@pytest.mark.parametrize("status", ["inactive", "deleted"])
def test_a_hidden_user_gets_the_non_personal_list_until_active_again(shop: Grocer, status: str) -> None:
    shop.happens("dan", "view", "bread")
    personal = shop.shows("personalized", "dan")
    shop.tenant.upsert_users([user("dan", status)])
    assert shop.shows("personalized", "dan") == shop.shows("personalized", "stranger")
    assert "bread popular" in shop.shows("popular")  # his events still count for others
    shop.tenant.upsert_users([user("dan", "active")])
    assert shop.shows("personalized", "dan") == personal


def test_an_id_without_a_record_is_hidden_if_its_user_is_hidden(shop: Grocer) -> None:
    shop.happens("anonymous", "view", "bread")
    shop.identify("middle", previous="anonymous")
    shop.identify("dan", previous="middle")
    shop.tenant.upsert_users([user("dan", "inactive")])
    assert shop.tenant.hidden("anonymous")
    shop.tenant.upsert_users([user("anonymous", "active")])  # its own record decides
    assert not shop.tenant.hidden("anonymous")
    assert shop.tenant.hidden("dan")


def test_hiding_an_anonymous_id_does_not_hide_its_user(shop: Grocer) -> None:
    shop.identify("dan", previous="anonymous")
    shop.tenant.upsert_users([user("anonymous", "deleted")])
    assert not shop.tenant.hidden("dan")


def test_an_event_that_echoes_a_served_list_is_attributed_once(shop: Grocer) -> None:
    ranking = shop.ranking("popular")
    shop.tenant.served("r1", ranking.strategy, [entry.item_id for entry in ranking[:2]], NOON)
    shop.happens("dan", "purchase", "bread", recommendation_id="r1", metadata={"price": 3})
    body = {"user_id": "dan", "event_family": "conversion", "event_name": "purchase", "recommendation_id": "r1"}
    for _ in range(2):
        shop.tenant.apply_event(Event.from_body(body, NOON, "same"))
    funnel = shop.tenant.attribution.funnels["popular"]
    assert (funnel.recommendations, funnel.impressions, funnel.purchases, funnel.revenue) == (1, 2, 2, 3.0)


def test_a_kept_list_is_not_reused_across_the_end_of_a_session(shop: Grocer) -> None:
    shop.happens("dan", "view", "bread")
    query = Query("session-resumption", "dan")
    assert shop.tenant.recommend(query, NOON).mode == "fallback"
    assert shop.tenant.recommend(query, NOON + HOUR).mode == "behavioral"
    assert shop.tenant.recommend(query, NOON).mode == "fallback"  # the clock was set back


def test_a_copy_gives_the_same_answers_and_changes_independently(shop: Grocer) -> None:
    shop.happens("dan", "view", "bread")
    expected = {strategy: shop.shows(strategy, "dan", "bread") for strategy in STRATEGIES}
    original, shop.tenant = shop.tenant, pickle.loads(pickle.dumps(shop.tenant))  # noqa: S301  our own bytes
    assert {strategy: shop.shows(strategy, "dan", "bread") for strategy in STRATEGIES} == expected
    shop.happens("dan", "purchase", "cake")
    assert "cake catalogue" in [
        f"{entry.item_id} {entry.reason}" for entry in original.recommend(Query("popular"), NOON)
    ]
    assert "cake popular" in shop.shows("popular")


def test_two_tenants_share_nothing(shop: Grocer) -> None:
    other = Tenant("other")
    other.upsert_items([{"item_id": "bread", "item_type": "food", "status": "active"}], NOON)
    assert [entry.reason for entry in other.recommend(Query("popular"), NOON)] == ["catalogue"]
    assert len(shop.ranking("popular")) == 6


def test_a_refused_filter_stores_nothing(shop: Grocer) -> None:
    with pytest.raises(FilterError):
        shop.tenant.recommend(Query("popular", filters={"category": {}}), NOON)
    assert len(shop.ranking("popular")) == 6


def test_a_list_ends_at_the_configured_depth() -> None:
    tenant = Tenant("deep", Config(depth=5))
    tenant.upsert_items(({"item_id": f"i{n}", "item_type": "x", "status": "active"} for n in range(9)), NOON)
    ranking = tenant.recommend(Query("new-arrivals"), NOON)
    assert len(ranking) == len(ranking[:]) == 5
    assert ranking[4:9] == ranking[4:]
    assert ranking[5:] == []
