"""Inspecting an organisation: its data, merged ids, explanations of lists, and the funnel."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from fixtures.bodies import item_body, user_body
from fixtures.world import build_world
from mock_server.command.seeding import Seed
from mock_server.state.recommender import STRATEGIES
from tests.support.journal_client import Observed, observed
from tests.support.mock_client import ITEMS, RECOMMEND

OWN = "/organisations/glow-beauty-ng"
SEED = Seed("small", build_world("small", seed=42))
MARKUP = "<script>alert('x')</script>"


@pytest.fixture
def mock() -> Iterator[Observed]:
    found = observed()
    yield found
    found.close()


@pytest.fixture
def shop() -> Iterator[Observed]:
    found = observed(fill=SEED.fill)
    yield found
    found.close()


def item(mock: Observed, item_id: str, **attributes: Any) -> None:
    assert mock.post(ITEMS, item_body(item_id, attributes=attributes)).status == 202


def buy(mock: Observed, user_id: str, *items: str) -> None:
    for item_id in items:
        mock.event("purchase", user_id, event_family="conversion", item_id=item_id, order_id=user_id, price=10)


# Items


def test_items_are_found_by_id_and_by_their_text(mock: Observed) -> None:
    item(mock, "Shoe-1", title="Trail Runner", price=20)
    item(mock, "sock-1", title="Sock", colour="RED")
    item(mock, "bare-1")
    (shoe,) = mock.control(f"{OWN}/items?q=shoe")["items"]
    assert (shoe["item_id"], shoe["item_type"], shoe["status"], shoe["popularity"]) == (
        "Shoe-1",
        "product",
        "active",
        0,
    )
    assert (shoe["title"], shoe["price"], shoe["picture"]) == ("Trail Runner", 20, None)
    assert [each["item_id"] for each in mock.control(f"{OWN}/items?q=red")["items"]] == ["sock-1"]
    page = mock.control(f"{OWN}/items?limit=2&page=2")
    assert ([each["item_id"] for each in page["items"]], page["total"]) == (["bare-1"], 3)


def test_an_item_shows_its_record_and_its_neighbours(mock: Observed) -> None:
    for item_id in "abc":
        item(mock, item_id, title=item_id.upper())
    for user_id in ("u1", "u2"):
        buy(mock, user_id, "a", "b")
    buy(mock, "u3", "c")
    found = mock.control(f"{OWN}/items/a")
    assert found["item"]["attributes"] == {"title": "A"}
    assert found["popularity"] == 2.0
    assert found["trend"] is not None
    assert found["neighbours"] == {
        "touched": [{"item_id": "b", "title": "B", "together": 2.0, "cosine": 1.0}],
        "bought": [{"item_id": "b", "title": "B", "together": 2.0, "cosine": 1.0}],
        "consumed": [{"item_id": "b", "title": "B", "together": 2.0, "cosine": 1.0}],
    }


def test_neighbours_are_the_ones_that_the_similar_strategy_uses(shop: Observed) -> None:
    for item_id in ("prod_1", "prod_7", "prod_31"):
        near = shop.control(f"{OWN}/items/{item_id}")["neighbours"]["touched"]
        answer = shop.control(f"{OWN}/explain", {"strategy": "similar", "context_item_id": item_id, "limit": 50})
        own = {each["item_id"]: each for each in answer["results"] if each["reason"] == "similar_item"}
        for each in near:
            if each["item_id"] in own:
                (part,) = (part for part in own[each["item_id"]]["parts"] if part["name"] == "together")
                assert part["together"] == pytest.approx(each["together"])
        assert set(own) & {each["item_id"] for each in near}


def test_records_with_any_id_can_be_inspected(mock: Observed) -> None:
    for item_id in ("a/b", "a b?c#d", MARKUP, "ü💥"):
        item(mock, item_id, title=MARKUP)
        answer = mock.call(f"{OWN}/items/{quote(item_id, safe='')}")
        assert answer.headers["content-type"] == "application/json"
        assert (answer.data["item"]["item_id"], answer.data["item"]["attributes"]) == (item_id, {"title": MARKUP})


@pytest.mark.parametrize("record_id", [".", "..", "../..", "/", "?", "#", "%2F", "%", " ", "+", "&=", MARKUP])
def test_a_record_with_any_id_can_be_requested_by_a_query_parameter(mock: Observed, record_id: str) -> None:
    item(mock, record_id)
    mock.post("/v1/ingest/users/upsert", user_body(record_id))
    query = quote(record_id, safe="")
    assert mock.control(f"{OWN}/item?item_id={query}")["item"]["item_id"] == record_id
    assert mock.control(f"{OWN}/user?user_id={query}")["user"]["user_id"] == record_id
    assert mock.refused(f"{OWN}/item") == (400, '[{"field": "item_id", "message": "is required in the query"}]')


def test_unknown_records_and_organisations_are_404(mock: Observed) -> None:
    for path in (f"{OWN}/items/none", f"{OWN}/users/none", "/organisations/none/items", "/organisations/none/funnel"):
        assert mock.refused(path)[0] == 404


@pytest.mark.parametrize("query", ["items?page=0", "items?limit=501", "users?q=" + "x" * 201, "events?colour=red"])
def test_an_invalid_search_is_refused(mock: Observed, query: str) -> None:
    assert mock.refused(f"{OWN}/{query}")[0] == 400


# People


def test_a_user_is_shown_with_every_id_and_the_events_of_each(mock: Observed) -> None:
    item(mock, "a", title="A")
    mock.post("/v1/ingest/users/upsert", user_body("ada", attributes={"plan": "gold"}))
    mock.event("view", "anon", item_id="a", metadata={"note": MARKUP})
    mock.event("identify", "ada", previous_user_id="anon")
    mock.event("add_to_cart", "ada", item_id="a", session_id="s1")
    for user_id in ("ada", "anon"):
        found = mock.control(f"{OWN}/users/{user_id}")
        assert sorted(found["identities"]) == ["ada", "anon"]
        assert [each["event_name"] for each in found["events"]] == ["add_to_cart", "identify", "view"]
        assert found["events"][2]["details"] == {"metadata": {"note": MARKUP}}
        (interest,) = found["interests"]
        assert (interest["item_id"], interest["title"], interest["in_cart"]) == ("a", "A", True)
    assert mock.control(f"{OWN}/users/ada")["user"]["attributes"] == {"plan": "gold"}
    assert mock.control(f"{OWN}/users/anon")["user"]["status"] is None


def test_users_are_found_by_any_of_their_ids(mock: Observed) -> None:
    mock.post("/v1/ingest/users/upsert", user_body("ada", status="inactive", attributes={"plan": "gold"}))
    mock.event("identify", "ada", previous_user_id="anon")
    listed = mock.control(f"{OWN}/users?q=ANON")
    assert {each["user_id"]: each["status"] for each in listed["users"]} == {"ada": "inactive", "anon": None}
    assert [each["user_id"] for each in mock.control(f"{OWN}/users?q=gold")["users"]] == ["ada"]
    assert mock.control(f"{OWN}/users/ada")["hidden"] is True


def test_events_are_filtered_by_person_item_and_name_newest_first(mock: Observed) -> None:
    for number, name in enumerate(("view", "click", "view")):
        mock.event(name, "u1", item_id="a", event_id=f"e{number}")
    mock.event("view", "u2", item_id="b", event_id="e3")
    for query, found in {
        "": ["e3", "e2", "e1", "e0"],
        "user_id=u1": ["e2", "e1", "e0"],
        "item_id=b": ["e3"],
        "event_name=view&user_id=u1": ["e2", "e0"],
        "limit=1": ["e3"],
    }.items():
        answer = mock.control(f"{OWN}/events?{query}")
        assert [each["event_id"] for each in answer["events"]] == found
        assert answer["searched"] <= 4


# Explanations and the funnel


@pytest.mark.parametrize("strategy", sorted(STRATEGIES))
def test_an_explanation_matches_the_list_that_is_served(shop: Observed, strategy: str) -> None:
    body = {"strategy": strategy, "user_id": "user_1", "context_item_id": "prod_1", "limit": 10, "page": 2}
    explained = shop.control(f"{OWN}/explain", body)
    answer = shop.post(RECOMMEND, body).data
    assert [each["item_id"] for each in explained["results"]] == answer["recommended_items"]
    for why, result in zip(explained["results"], answer["results"], strict=True):
        assert {name: why[name] for name in result} == result
        assert why["score_range"][0] < why["score"] <= why["score_range"][1]
        assert why["parts"]
    assert explained["results"][0]["position"] == 11
    assert (explained["mode"], explained["total_count"]) == (answer["mode"], answer["pagination"]["total_count"])


def test_an_explanation_uses_the_organisations_own_time(shop: Observed) -> None:
    """A cart expires after a week."""
    item_id = shop.control(f"{OWN}/items?limit=1")["items"][0]["item_id"]
    shop.event("add_to_cart", "newcomer", item_id=item_id)
    ask = {"strategy": "abandonment-recovery", "user_id": "newcomer", "limit": 1}
    assert shop.control(f"{OWN}/explain", ask)["results"][0]["reason"] == "abandoned_cart"
    shop.control("/clock/advance", {"seconds": 8 * 86_400, "tenant_id": shop.tenant_id})
    explained = shop.control(f"{OWN}/explain", ask)["results"][0]
    assert explained["reason"] == shop.post(RECOMMEND, ask).data["results"][0]["reason"] != "abandoned_cart"


def test_explaining_does_not_count_in_the_funnel_and_costs_no_quota(shop: Observed) -> None:
    before = shop.post(RECOMMEND, {"strategy": "popular"})
    funnel = shop.control(f"{OWN}/funnel")
    for _ in range(5):
        shop.control(f"{OWN}/explain", {"strategy": "popular"})
    assert shop.control(f"{OWN}/funnel") == funnel
    after = shop.post(RECOMMEND, {"strategy": "popular"})
    assert int(after.headers["ratelimit-remaining"]) == int(before.headers["ratelimit-remaining"]) - 1


def test_explaining_uses_no_random_numbers(shop: Observed) -> None:
    other = observed(fill=SEED.fill)
    shop.control(f"{OWN}/explain", {"strategy": "popular"})
    ids = [each.post(RECOMMEND, {"strategy": "popular"}).data["recommendation_id"] for each in (shop, other)]
    assert ids[0] == ids[1]
    other.close()


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"strategy": "similar"}, 422, "$.context_item_id"),
        ({"strategy": "magic"}, 400, "$.strategy"),
        ({"strategy": "popular", "limit": 101}, 400, "$.limit"),
        ({"strategy": "popular", "filters": {"tags": []}}, 400, "$.filters"),
    ],
)
def test_a_question_must_be_valid_by_the_contract(shop: Observed, body: Any, status: int, field: str) -> None:
    found = shop.refused(f"{OWN}/explain", body)
    assert found[0] == status
    assert field in found[1]


def test_the_funnel_counts_the_results_of_each_strategy(mock: Observed) -> None:
    item(mock, "a")
    served = mock.recommend("popular").data
    echo = {"recommendation_id": served["recommendation_id"], "item_id": "a"}
    mock.event("click", "u1", **echo)
    mock.event("purchase", "u1", event_family="conversion", price=12.5, quantity=2, **echo)
    assert mock.control(f"{OWN}/funnel") == {
        "strategies": [
            {
                "strategy": "popular",
                "recommendations": 1,
                "impressions": 1,
                "engagements": 1,
                "clicks": 1,
                "conversions": 1,
                "purchases": 1,
                "revenue": 25.0,
                "off_list": 0,
            }
        ],
        "forgotten": 0,
    }
