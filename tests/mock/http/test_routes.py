"""POST /v1/recommend over HTTP: envelope, paging, ids, aliases, the order of refusals (R8, R34, R35, R39, R45)."""

import re
from typing import Any

import pytest

from fixtures.bodies import event_body, item_body, recommend_body, user_body
from fixtures.choices import aliases, values
from tests.support.mock_client import EVENTS, ITEMS, RECOMMEND, SPEC, USERS, Client

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
KEYS = {"recommendation_id", "tenant_id", "domain", "strategy", "mode"}
KEYS |= {"results", "recommended_items", "pagination", "latency_ms"}
STRATEGY = SPEC.schema("Strategy")


@pytest.fixture
def shop(mock: Client) -> Client:
    """48 items with a price."""
    mock.post(ITEMS, [item_body(f"item-{n:02}", attributes={"price": n, "brand": "Sony"}) for n in range(48)])
    return mock


def test_an_answer_has_exactly_the_documented_keys(shop: Client) -> None:
    answer = shop.post(RECOMMEND, recommend_body("popular"))
    assert answer.status == 200
    assert (answer.json["success"], answer.json["message"], answer.json["error"]) == (True, "Success", None)
    assert answer.data.keys() == KEYS
    assert answer.data["tenant_id"] == "glow-beauty-ng"
    assert answer.data["domain"] == "commerce"
    assert sorted(answer.data["results"][0]) == ["item_id", "metadata", "reason", "score"]
    assert answer.data["results"][0]["metadata"]["brand"] == "Sony"
    assert answer.data["latency_ms"] >= 0


@pytest.mark.parametrize("strategy", values(STRATEGY))
def test_every_strategy_answers_and_echoes_its_canonical_name(shop: Client, strategy: str) -> None:
    answer = shop.post(RECOMMEND, recommend_body(strategy, user_id="u", context_item_id="item-01"))
    assert answer.status == 200
    assert answer.data["strategy"] == aliases(STRATEGY).get(strategy, strategy)
    assert answer.ids


def test_pages_are_slices_of_one_list(shop: Client) -> None:
    pages = [shop.post(RECOMMEND, recommend_body("popular", limit=20, page=page)) for page in (1, 2, 3, 4)]
    assert [len(page.ids) for page in pages] == [20, 20, 8, 0]
    assert len({item_id for page in pages for item_id in page.ids}) == 48
    assert [page.data["pagination"] for page in pages] == [
        {"page": 1, "limit": 20, "total_count": 48, "has_next": True},
        {"page": 2, "limit": 20, "total_count": 48, "has_next": True},
        {"page": 3, "limit": 20, "total_count": 48, "has_next": False},
        {"page": 4, "limit": 20, "total_count": 48, "has_next": False},
    ]
    assert [result["item_id"] for result in pages[0].data["results"]] == pages[0].ids


def test_a_full_last_page_has_no_next(shop: Client) -> None:
    assert shop.post(RECOMMEND, recommend_body("popular", limit=24, page=2)).data["pagination"]["has_next"] is False


def test_scores_are_above_0_at_most_1_and_never_rise(shop: Client) -> None:
    scores = [result["score"] for result in shop.post(RECOMMEND, recommend_body("popular", limit=48)).data["results"]]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)


@pytest.mark.parametrize(
    ("fields", "page", "limit"),
    [
        ({"limit": 20.0, "page": 2.0}, 2, 20),
        ({"limit": None, "page": None}, 1, 20),
        ({"page": 10**30}, 10**30, 20),
        ({"page": 2**53 + 1}, 2**53 + 1, 20),
    ],
    ids=str,
)
def test_a_whole_number_is_an_integer_however_it_is_written(
    shop: Client, fields: dict[str, Any], page: int, limit: int
) -> None:
    pagination = shop.post(RECOMMEND, recommend_body("popular", **fields)).data["pagination"]
    assert (pagination["page"], pagination["limit"]) == (pytest.approx(page), limit)
    assert pagination["has_next"] is (page * limit < 48)


def test_recommendation_ids_are_uuids_that_come_from_the_seed(make_mock: Any) -> None:
    found = []
    for seed in (1, 1, 2):
        client = make_mock(seed=seed)
        answers = [client.post(RECOMMEND, recommend_body("popular")) for _ in range(3)]
        found.append([answer.data["recommendation_id"] for answer in answers])
    assert found[0] == found[1] != found[2]
    assert all(UUID.fullmatch(each) for ids in found for each in ids)
    assert len(set(found[0])) == 3


def test_an_event_that_echoes_a_recommendation_counts_for_its_strategy(shop: Client) -> None:
    served = shop.post(RECOMMEND, recommend_body("popular", limit=5))
    echo = {"recommendation_id": served.data["recommendation_id"], "item_id": served.ids[0]}
    shop.post(EVENTS, [event_body("click", "u", **echo), event_body("purchase", "u", price=10, **echo)])
    shop.post(EVENTS, event_body("click", "u", served.ids[0], recommendation_id="unknown"))
    funnel = shop.first.tenant.attribution.funnels["popular"]
    assert (funnel.impressions, funnel.clicks, funnel.purchases, funnel.revenue) == (5, 1, 1, 10)


def test_filters_of_the_request_are_applied(shop: Client) -> None:
    body = recommend_body("popular", filters={"price": [3, 4.0], "brand": "Sony", "status": "active"})
    assert sorted(shop.post(RECOMMEND, body).ids) == ["item-03", "item-04"]


def test_an_unknown_user_or_item_gets_the_fallback(shop: Client) -> None:
    for body in (recommend_body(user_id="nobody"), recommend_body("similar", context_item_id="nothing")):
        answer = shop.post(RECOMMEND, body)
        assert answer.data["mode"] == "fallback"
        assert len(answer.ids) == 20


def test_an_unknown_strategy_is_400_and_lists_the_known_ones(mock: Client) -> None:
    answer = mock.post(RECOMMEND, recommend_body("horoscope"))
    assert answer.status == 400
    assert '"personalized", "similar"' in answer.fields["$.strategy"]


def test_unknown_fields_are_ignored(shop: Client) -> None:
    assert shop.post(RECOMMEND, recommend_body("popular", mode="semantic", nested={"a": [1]})).status == 200


def test_the_order_of_refusals(make_mock: Any) -> None:
    """Each request also breaks every rule that comes after the one that refuses it."""
    client = make_mock(rate_limit="6/1h")
    text = [("content-type", "text/plain")]
    large = b" " * 5_242_881
    secret = client.first.secret_key
    assert client.post("/nowhere", large, key=None, headers=text).status == 404
    assert client.send("PUT", RECOMMEND, large, None, headers=text).status == 405
    assert client.post(RECOMMEND, large, key=None, headers=text).status == 401
    assert client.post(RECOMMEND, large, key=secret, headers=text).status == 403
    assert client.post(RECOMMEND, large, headers=text).status == 413
    assert client.post(RECOMMEND, b"{", headers=text).status == 415
    assert client.post(RECOMMEND, b'{"limit":0}').status == 400
    assert client.post(RECOMMEND, b"{}").status == 422
    assert client.post(RECOMMEND, b'{"user_id":"u"}').status == 200
    assert client.post(RECOMMEND, large, headers=text).status == 429
    assert client.post(RECOMMEND, large, key=secret, headers=text).status == 403


def test_with_checked_answers_one_that_breaks_the_spec_is_a_500(
    make_mock: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for checked, status in ((True, 500), (False, 200)):
        client = make_mock(validate_responses=checked)
        monkeypatch.setattr(client.first, "domain", 5)
        client.checked = False
        assert client.post(RECOMMEND, recommend_body("popular")).status == status
    (line,) = [record.getMessage() for record in caplog.records]
    assert line.startswith("the response to POST /v1/recommend does not match the spec: $.data.domain must be a string")


def test_an_internal_error_is_a_500_in_the_envelope_and_its_traceback_is_only_in_the_log(
    mock: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(mock.first.tenant, "recommend", lambda *_: 1 / 0)
    answer = mock.post(RECOMMEND, recommend_body("popular"))
    assert answer.status == 500
    assert answer.json == {
        "success": False,
        "message": "Internal server error: an internal error of the mock; its log has the details",
        "data": None,
        "error": "an internal error of the mock; its log has the details",
    }
    assert "internal error in POST /v1/recommend" in caplog.text
    assert "Traceback" in caplog.text


def test_a_users_status_changes_the_recommendations(shop: Client) -> None:
    shop.post(USERS, user_body("u", status="inactive"))
    shop.post(EVENTS, event_body("view", "u", "item-07"))
    assert shop.post(RECOMMEND, recommend_body("recently-viewed", user_id="u")).data["mode"] == "fallback"
    shop.post(USERS, user_body("u"))
    assert shop.post(RECOMMEND, recommend_body("recently-viewed", user_id="u")).ids[0] == "item-07"


def test_events_of_one_array_keep_their_order(shop: Client) -> None:
    shop.post(EVENTS, [event_body("view", "u", f"item-{n:02}") for n in range(10)])
    answer = shop.post(RECOMMEND, recommend_body("recently-viewed", user_id="u", limit=10))
    assert answer.ids == [f"item-{n:02}" for n in reversed(range(10))]
