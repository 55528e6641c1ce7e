"""A copy of a tenant is cheap and independent."""

from collections.abc import Callable
from typing import Any

import pytest

from fixtures.world import build_world
from mock_server.state.recommender import STRATEGIES, Query
from mock_server.state.records import Event, epoch_seconds
from mock_server.state.tenant import Tenant

WORLD = build_world("small", seed=7)
NOW = WORLD.now.timestamp()
Story = Callable[[Tenant], None]


def events(bodies: list[dict[str, Any]]) -> list[Event]:
    return [Event.from_body(body, epoch_seconds(body["event_timestamp"]) or NOW, body["event_id"]) for body in bodies]


ITEMS = list(WORLD.items)
EVENTS = events(list(WORLD.events()))
USERS = sorted({event.user_id for event in EVENTS})


def beginning(tenant: Tenant) -> None:
    tenant.upsert_items(ITEMS, NOW)
    tenant.upsert_users(WORLD.users)
    tenant.apply_events(EVENTS[:1200])


def one_way(tenant: Tenant) -> None:
    """Apply more events, merge persons, and change an item."""
    tenant.apply_events(EVENTS[1200:1600])
    for number, (previous, user) in enumerate(zip(USERS[:20:2], USERS[1:20:2], strict=True)):
        body = {"user_id": user, "event_family": "system", "event_name": "identify", "previous_user_id": previous}
        tenant.apply_event(Event.from_body(body, NOW + number, f"one-way-{number}"))
    tenant.upsert_items([{**ITEMS[0], "status": "inactive"}], NOW)


def other_way(tenant: Tenant) -> None:
    tenant.apply_events(EVENTS[1600:])
    tenant.upsert_items([{**ITEMS[1], "attributes": {"price": 1, "category": "else"}}], NOW)
    for number, (previous, user) in enumerate(zip(USERS[1:20:2], USERS[2:21:2], strict=True)):
        body = {"user_id": user, "event_family": "system", "event_name": "identify", "previous_user_id": previous}
        tenant.apply_event(Event.from_body(body, NOW + number, f"other-way-{number}"))


def answers(tenant: Tenant) -> list[Any]:
    """Return every list of every strategy, for some users and items."""
    queries = [
        Query(strategy, user_id=user, context_item_id=ITEMS[number]["item_id"])
        for strategy in STRATEGIES
        for number, user in enumerate(USERS[:24])
    ]
    rankings = [tenant.recommend(query, NOW + 60) for query in queries]
    return [[(entry.item_id, entry.score, entry.reason) for entry in ranking[:30]] for ranking in rankings]


def never_copied(*stories: Story) -> list[Any]:
    tenant = Tenant("never-copied")
    for story in stories:
        story(tenant)
    return answers(tenant)


@pytest.fixture(scope="module")
def begun() -> list[Any]:
    return never_copied(beginning)


def test_a_copy_answers_like_its_original(begun: list[Any]) -> None:
    original = Tenant("original")
    beginning(original)
    copy = original.copy("copy")
    assert (copy.tenant_id, original.tenant_id) == ("copy", "original")
    assert answers(copy) == answers(original) == begun


@pytest.mark.parametrize("first", [one_way, other_way])
def test_original_and_copy_change_independently(first: Story, begun: list[Any]) -> None:
    second = other_way if first is one_way else one_way
    original = Tenant("original")
    beginning(original)
    copy, untouched = original.copy(), original.copy()
    first(copy)
    second(original)
    assert answers(copy) == never_copied(beginning, first)
    assert answers(original) == never_copied(beginning, second)
    assert answers(untouched) == begun


def test_a_copy_of_a_copy_answers_like_the_original(begun: list[Any]) -> None:
    original = Tenant("original")
    beginning(original)
    copy = original.copy()
    one_way(copy)
    again = copy.copy()
    other_way(copy)
    assert answers(again) == never_copied(beginning, one_way)
    assert answers(copy) == never_copied(beginning, one_way, other_way)
    assert answers(original) == begun


def test_original_and_copy_count_the_results_of_lists_separately() -> None:
    original = Tenant("original")
    original.served("r-1", "popular", ["a"], NOW)
    copy = original.copy()
    click = {"user_id": "u", "event_family": "engagement", "event_name": "click", "recommendation_id": "r-1"}
    copy.apply_event(Event.from_body(click, NOW, "e-1"))
    copy.served("r-2", "popular", ["a"], NOW)
    assert (copy.attribution.funnels["popular"].clicks, original.attribution.funnels["popular"].clicks) == (1, 0)
    assert original.attribution.served("r-2") is None
    assert original.events == {}


def test_large_parts_are_copied_only_when_they_are_changed() -> None:
    """A reset takes milliseconds because histories and rows of pairs are shared until a copy changes them."""
    original = Tenant("original")
    beginning(original)
    copy = original.copy()

    def changed() -> list[str]:
        mine, theirs = copy.recommender.people, original.recommender.people
        return [user for user in mine if mine[user] is not theirs[user]]

    assert changed() == []
    bought = {
        "user_id": USERS[0],
        "event_family": "conversion",
        "event_name": "purchase",
        "item_id": ITEMS[0]["item_id"],
    }
    copy.apply_event(Event.from_body(bought, NOW, "e-1"))
    assert changed() == [USERS[0]]
    rows = zip(copy.recommender.tables.touched.rows, original.recommender.tables.touched.rows, strict=True)
    assert 0 < sum(mine is not theirs for mine, theirs in rows) < len(original.items)
