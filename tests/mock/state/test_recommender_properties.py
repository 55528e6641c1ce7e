"""For any order of events the recommender agrees with a naive model, and its lists follow the rules."""

from __future__ import annotations

import math
from itertools import chain
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_server.state.recommender import STRATEGIES, Config, Query, Ranking, StaleRankingError, scores
from mock_server.state.recommender.pairs import Pairs
from mock_server.state.records import Event
from mock_server.state.tenant import Tenant
from tests.support.naive_model import Counts, Naive

Log = list[dict[str, Any]]
Filters = dict[str, Any]
START = 1_780_000_000.0
MINUTES = 60.0
ITEMS: dict[str, dict[str, Any]] = {
    f"item-{number}": {
        "item_id": f"item-{number}",
        "item_type": "article" if number == 3 else "product",
        "status": "inactive" if number == 5 else "active",
        "created_at": f"2026-01-0{1 + number % 4}T00:00:00Z",
        "created": 1_767_225_600.0 + 86_400 * (number % 4),
        "attributes": {"category": "abc"[number % 3], "price": 10 * number, "tags": ["x", number], "new": number > 3},
    }
    for number in range(8)
}
UNKNOWN = "never-upserted"
USERS = ["anna", "bob", "anonymous-1", "anonymous-2"]
NAMES = ["view", "click", "add_to_cart", "remove_from_cart", "checkout_start", "purchase", "search", "share"]
RUN = settings(max_examples=50, deadline=None, derandomize=True, database=None)

times = st.integers(0, 30).map(lambda step: START + 10 * MINUTES * step)
visits = st.builds(
    lambda user, name, item, at, session, order, recommendation: {
        "user_id": user,
        "event_family": "engagement",
        "event_name": name,
        "item_id": item,
        "at": at,
        "session_id": session,
        "order_id": order,
        "recommendation_id": recommendation,
        "price": 2.5,
    },
    st.sampled_from(USERS),
    st.sampled_from(NAMES),
    st.sampled_from([*ITEMS, UNKNOWN]),
    times,
    st.sampled_from([None, None, "s1", "s2"]),
    st.sampled_from([None, "o1"]),
    st.sampled_from([None, "served", "never-served"]),
)
identifies = st.builds(
    lambda user, previous, at: {
        "user_id": user,
        "event_family": "system",
        "event_name": "identify",
        "previous_user_id": previous,
        "at": at,
    },
    st.sampled_from(USERS),
    st.sampled_from(USERS),
    times,
)
logs = st.lists(st.one_of(visits, visits, visits, visits, identifies), min_size=20, max_size=40).map(
    lambda events: [event | {"event_id": f"e{number}"} for number, event in enumerate(events)]
)
filters = st.sampled_from(
    [
        {},
        {"category": "a"},
        {"category": ["a", "b"], "new": False},
        {"tags": "x", "item_type": "product"},
        {"tags": 4.0},
        {"status": "inactive"},
        {"missing": None},
        {"new": [True, "yes"]},
    ]
)


def tenant_of(events: list[dict[str, Any]], items_after: int = 0) -> Tenant:
    """Return a tenant that gets its items after that many events."""
    tenant = Tenant("property")
    tenant.served("served", "popular", ["item-1", "item-2"], START)
    for body in events[:items_after]:
        tenant.apply_event(event_of(body))
    tenant.upsert_items(ITEMS.values(), START)
    for body in events[items_after:]:
        tenant.apply_event(event_of(body))
    return tenant


def event_of(body: dict[str, Any]) -> Event:
    return Event.from_body(body | {"event_timestamp": body["at"]}, START + 1e6, body["event_id"])


def counted(tenant: Tenant, pairs: Pairs) -> tuple[Counts, dict[str, float]]:
    ids = tenant.recommender.catalogue.ids
    counts: Counts = {}
    for item, name in enumerate(ids):
        partners, sums = pairs.row(item)
        for partner, count in zip(partners.tolist(), sums.tolist(), strict=True):
            assert pairs.count(partner, item) == pytest.approx(count, abs=1e-9)
            counts[frozenset((name, ids[partner]))] = count
    return counts, {ids[item]: total for item, total in enumerate(pairs.totals) if abs(total) > 1e-9}


@RUN
@given(logs, st.integers(0, 40), st.randoms(use_true_random=False))
def test_any_order_of_arrival_gives_the_counts_of_the_event_log(events: Log, items_after: int, rng: Random) -> None:
    shuffled = events[:]
    rng.shuffle(shuffled)
    naive = Naive(ITEMS, events)
    for order in (events, shuffled):
        tenant = tenant_of(order, items_after)
        recommender, ids = tenant.recommender, tenant.recommender.catalogue.ids
        for user in USERS:
            person = naive.person(user)
            assert set(tenant.identity.ids(user)) == person
            known = recommender.people.get(tenant.identity.person(user))
            if known is None:
                assert not naive.by(person)
                continue
            affinities = {ids[item]: touch.affinity for item, touch in known.touches.items()}
            assert affinities == pytest.approx(naive.affinities(person), abs=1e-9)
            assert [item for _, item, _ in reversed(known.recent)] == naive.history(person)
            assert {ids[item] for item in known.bought} == set(naive.bought(person))
            for now in (START, START + 7 * 86_400):
                cart = {ids[item] for *_, item in known.open_cart(now - 7 * 86_400)}
                assert cart == set(naive.cart(person, now))
        funnel = naive.funnel("served", ["item-1", "item-2"])
        assert {name: getattr(tenant.attribution.funnels["popular"], name) for name in funnel} == funnel
        assert {item_id: item.status for item_id, item in tenant.items.items()} == {
            i: ITEMS[i]["status"] for i in ITEMS
        }
        for table, (counts, totals) in (
            (recommender.tables.touched, naive.touched()),
            (recommender.tables.bought, naive.together("order_id", {"purchase"})),
            (recommender.tables.consumed, naive.together("session_id")),
        ):
            found_counts, found_totals = counted(tenant, table)
            assert found_counts == pytest.approx(counts, abs=1e-9)
            assert found_totals == pytest.approx(totals, abs=1e-9)
        popularity = naive.popularity()
        found = {ids[item]: score for item, score in enumerate(recommender.scores.popularity) if score}
        assert found == pytest.approx(popularity, abs=1e-9)
        for item, decayed in naive.trend(scores.ORIGIN).items():
            trend = recommender.scores.trend(recommender.catalogue.numbers[item])
            assert trend == pytest.approx(math.log2(decayed), abs=1e-8)


@RUN
@given(logs, st.randoms(use_true_random=False), filters, times, st.sampled_from(USERS), st.sampled_from(list(ITEMS)))
def test_every_list_is_the_one_that_the_naive_model_gives(
    events: Log, rng: Random, filters: Filters, now: float, user: str, context: str
) -> None:
    shuffled = events[:]
    rng.shuffle(shuffled)
    tenant, naive = tenant_of(shuffled), Naive(ITEMS, events)
    for strategy in STRATEGIES:
        if strategy in ("similar", "price-optimized"):
            continue  # tested with examples
        ranking = tenant.recommend(Query(strategy, user, context, filters=filters), now)
        expected = naive.ranking(strategy, user, context, now, filters)
        assert [(entry.item_id, entry.reason) for entry in ranking] == expected, strategy


@RUN
@given(
    logs, filters, times, st.sampled_from([*USERS, "stranger"]), st.sampled_from([*ITEMS, UNKNOWN]), st.integers(1, 9)
)
def test_every_list_follows_the_rules(
    events: Log, filters: Filters, now: float, user: str, context: str, limit: int
) -> None:
    tenant, naive = tenant_of(events), Naive(ITEMS, events)
    for strategy in STRATEGIES:
        query = Query(strategy, user, context, (context,), filters)
        ranking = tenant.recommend(query, now)
        pages = [ranking[start : start + limit] for start in range(0, len(ranking) + limit, limit)]
        ids = [entry.item_id for entry in chain(*pages)]
        assert len(ids) == len(set(ids)) == len(ranking)
        assert all(item in naive.active and naive.stands(item, filters) for item in ids)
        scores = [entry.score for entry in ranking]
        assert all(0 < score <= 1 for score in scores)
        assert scores == sorted(scores, reverse=True)
        assert pages[-1] == []
        assert ranking.mode in ("behavioral", "content", "fallback")
        assert ranking.mode == "fallback" or ids
        assert tenant.recommend(query, now)[:] == ranking[:]
        if strategy in ("similar", "frequently-bought-together", "frequently-consumed-together", "cross-sell"):
            assert context not in ids
        for item in ids:
            explained = ranking.explain(item)
            assert explained is not None
            assert explained["score"] == scores[ids.index(item)]
        assert ranking.explain(UNKNOWN) is None


@RUN
@given(logs)
def test_the_same_arrival_order_gives_the_same_lists_to_the_last_digit(events: Log) -> None:
    one, other = tenant_of(events), tenant_of(events)
    for strategy in STRATEGIES:
        query = Query(strategy, "anna", "item-1")
        assert everything(one.recommend(query, START)) == everything(other.recommend(query, START))


@RUN
@given(logs, st.randoms(use_true_random=False), st.lists(st.sampled_from(list(STRATEGIES)), min_size=1, max_size=6))
def test_questions_in_between_change_no_later_answer(events: Log, rng: Random, asked: list[str]) -> None:
    quiet, asked_between = tenant_of(events), Tenant("property")
    asked_between.upsert_items(ITEMS.values(), START)
    for body in events:
        asked_between.apply_event(event_of(body))
        asked_between.recommend(
            Query(rng.choice(asked), rng.choice(USERS), "item-1", filters={"category": "a"}), START
        )[:3]
    for strategy in STRATEGIES:
        for wanted in ({}, {"category": "a"}):
            query = Query(strategy, "bob", "item-2", filters=wanted)
            assert everything(quiet.recommend(query, START)) == everything(asked_between.recommend(query, START))


@RUN
@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 30), st.sampled_from(NAMES[:6])), max_size=400))
def test_beyond_the_window_and_the_cap_counts_are_positive_and_rows_limited(
    touches: list[tuple[int, int, str]],
) -> None:
    config = Config(window=3, row_cap=8, history=12)
    tenant = Tenant("crowded", config)
    for number, (minute, item, name) in enumerate(touches):
        user = f"user-{number % 3}"
        body = {"user_id": user, "event_family": "engagement", "event_name": name, "item_id": f"i{item}"}
        tenant.apply_event(Event.from_body(body, START + minute * MINUTES, f"e{number}"))
    identify = {"user_id": "user-0", "event_family": "system", "event_name": "identify", "previous_user_id": "user-1"}
    tenant.apply_event(Event.from_body(identify, START, "last"))
    for person in tenant.recommender.people.values():
        assert len(person.recent) <= config.history
        assert person.recent == sorted(person.recent)
    for pairs in (tenant.recommender.tables.touched, tenant.recommender.tables.consumed):
        assert min(pairs.totals, default=0) >= -1e-9
        for item in range(len(pairs.totals)):
            _, counts = pairs.row(item)
            assert (counts > 0).all()


def test_a_tenant_can_grow_while_a_ranking_is_still_referenced() -> None:
    tenant = tenant_of([event_of_view("anna", "item-1"), event_of_view("bob", "item-1")])
    kept = [tenant.recommend(Query(strategy, "anna", "item-1"), START) for strategy in STRATEGIES]
    for ranking in kept:
        ranking[:1]
    tenant.apply_event(Event.from_body(event_of_view("anna", "something-new"), START, "later"))
    assert tenant.recommend(Query("recently-viewed", "anna"), START).mode == "behavioral"


def test_a_ranking_cannot_be_read_further_after_a_change() -> None:
    tenant = tenant_of([])
    ranking = tenant.recommend(Query("popular"), START)
    first = ranking[:2]
    tenant.upsert_items([ITEMS["item-1"]], START)
    assert ranking[:2] == first
    with pytest.raises(StaleRankingError):
        ranking[:3]


def event_of_view(user: str, item: str) -> dict[str, Any]:
    body = {"user_id": user, "event_family": "exposure", "event_name": "view", "item_id": item}
    return body | {"at": START, "event_id": f"{user}-{item}"}


def everything(ranking: Ranking) -> list[tuple[str, float, str]]:
    return [(entry.item_id, entry.score, entry.reason) for entry in ranking]
