"""Verifying that a request was made: how often, or else the nearest requests."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_server.layers.journal.verification import Expectation, verify
from tests.support.journal_client import Observed, made, observed

CLICK = {"event_name": "click", "event_family": "engagement", "user_id": "u1", "item_id": "a"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture
def mock() -> Iterator[Observed]:
    found = observed()
    yield found
    found.close()


def verdict(mock: Observed, **wanted: Any) -> Any:
    return mock.control("/journal/verify", wanted)


def differences(expected: dict[str, Any], **exchange: Any) -> list[tuple[str, Any, Any]]:
    return [tuple(each) for each in Expectation(**expected).differences(made(**exchange))]


def test_a_request_is_found_by_a_part_of_its_body(mock: Observed) -> None:
    mock.event("click", "u1", item_id="a")
    mock.event("view", "u1", item_id="a")
    answer = verdict(mock, operation_id="ingestEvents", body={"event_name": "click", "item_id": "a"})
    assert answer == {"verified": True, "count": 1, "matches": [1], "nearest": [], "dropped": 0}


def test_without_a_match_the_differing_fields_are_named(mock: Observed) -> None:
    mock.event("click", "u1", item_id="a")
    mock.recommend(user_id="u1")
    answer = verdict(mock, operation_id="ingestEvents", status=202, body={"event_name": "purchase", "item_id": "b"})
    assert (answer["verified"], answer["count"], answer["matches"]) == (False, 0, [])
    assert answer["nearest"][0] == {
        "id": 1,
        "differences": [
            {"field": "body.event_name", "expected": "purchase", "actual": "click"},
            {"field": "body.item_id", "expected": "b", "actual": "a"},
        ],
    }
    assert [miss["id"] for miss in answer["nearest"]] == [1]


def test_requests_to_other_operations_are_near_only_if_none_has_the_same(mock: Observed) -> None:
    mock.recommend(user_id="u1")
    assert [miss["id"] for miss in verdict(mock, operation_id="ingestEvents", times=1)["nearest"]] == [1]
    mock.event("click", "u1", item_id="a")
    assert [miss["id"] for miss in verdict(mock, operation_id="ingestEvents", status=429)["nearest"]] == [2]


@pytest.mark.parametrize(
    ("range", "verified"),
    [
        ({}, True),
        ({"times": 2}, True),
        ({"times": 1}, False),
        ({"times": 0}, False),
        ({"at_least": 2}, True),
        ({"at_least": 3}, False),
        ({"at_most": 2}, True),
        ({"at_most": 1}, False),
        ({"at_least": 1, "at_most": 3}, True),
    ],
)
def test_the_expected_count_is_exact_or_a_range(mock: Observed, range: dict[str, int], verified: bool) -> None:
    for _ in "12":
        mock.event("click", "u1")
    answer = verdict(mock, body={"event_name": "click"}, **range)
    assert (answer["verified"], answer["count"]) == (verified, 2)


def test_a_request_can_be_expected_never(mock: Observed) -> None:
    assert verdict(mock, operation_id="recommend", times=0)["verified"]
    assert not verdict(mock, operation_id="recommend")["verified"]


def test_one_record_of_a_batch_is_enough() -> None:
    batch = [CLICK, CLICK | {"event_name": "purchase", "price": 20}]
    assert differences({"body": {"event_name": "purchase", "price": 20.0}}, body=batch) == []
    assert differences({"body": {"event_name": "purchase", "price": 21}}, body=batch) == [("body[1].price", 21, 20)]


def test_lists_match_element_by_element() -> None:
    assert differences({"body": [{"user_id": "u1"}]}, body=[CLICK]) == []
    assert differences({"body": {"tags": ["a"]}}, body={"tags": ["a", "b"]}) == [("body.tags", ["a"], ["a", "b"])]
    assert differences({"body": [{"user_id": "u2"}]}, body=[CLICK]) == [("body[0].user_id", "u2", "u1")]


def test_true_is_not_1_and_an_absent_field_is_shown_as_null() -> None:
    assert differences({"body": {"a": True}}, body={"a": 1}) == [("body.a", True, 1)]
    assert differences({"body": {"b": 1}}, body={"a": 1}) == [("body.b", 1, None)]


def test_method_path_status_query_and_headers_can_be_expected() -> None:
    sent = {"query": "limit=5&page=2", "headers": {"origin": "http://localhost:3000", "x-api-key": "***"}}
    fits = {"query": {"limit": "5"}, "headers": {"Origin": "http://localhost:3000"}, "method": "post"}
    assert differences(fits, **sent) == []
    wrong: dict[str, Any] = {"query": {"limit": "6"}, "headers": {"origin": "x"}, "method": "GET", "status": 404}
    assert differences(wrong | {"path": "/v2"}, **sent) == [
        ("method", "GET", "POST"),
        ("path", "/v2", "/v1/recommend"),
        ("status", 404, 200),
        ("query.limit", "6", "5"),
        ("headers.origin", "x", "http://localhost:3000"),
    ]


def test_an_unreadable_body_is_shown_as_it_is() -> None:
    cut = made(body=CLICK)
    cut.request = cut.request._replace(bytes=99_999)
    ((field, expected, actual),) = Expectation(body={"a": 1}).differences(cut)
    assert (field, expected) == ("body", {"a": 1})
    assert actual.startswith("cut off after")


@given(JSON.filter(lambda value: value is not None))
@settings(deadline=None, derandomize=True, max_examples=150)
def test_every_body_matches_itself_and_itself_with_more_fields(body: Any) -> None:
    assert Expectation(body=body).differences(made(body=body)) == []
    if isinstance(body, dict):
        assert Expectation(body=body).differences(made(body=body | {"one more": 1})) == []


@given(JSON, JSON)
@settings(deadline=None, derandomize=True, max_examples=150)
def test_a_request_matches_exactly_if_nothing_differs(expected: Any, body: Any) -> None:
    exchange = made(body=body)
    exchange.id = 1
    found = verify(Expectation(body=expected), [exchange])
    assert (found.matches == [1]) != bool(found.nearest)
    assert all(miss.differences for miss in found.nearest)


def test_keys_are_compared_and_shown_masked(mock: Observed) -> None:
    mock.recommend()
    first = mock.first
    assert verdict(mock, headers={"X-API-KEY": first.publishable_key})["verified"]
    answer = verdict(mock, headers={"X-API-KEY": first.secret_key, "Authorization": "Bearer hunter2"})
    assert not answer["verified"]
    assert first.secret_key not in json.dumps(answer)
    assert "hunter2" not in json.dumps(answer)


def test_only_the_organisations_own_requests_count(mock: Observed) -> None:
    mock.recommend()
    assert verdict(mock, tenant_id=mock.tenant_id)["count"] == 1
    assert verdict(mock, tenant_id="acme-books") == {
        "verified": False,
        "count": 0,
        "matches": [],
        "nearest": [],
        "dropped": 0,
    }
    assert mock.refused("/journal/verify", {"tenant_id": "nobody"})[0] == 404


def test_after_excludes_earlier_requests_and_dropped_ones_are_counted() -> None:
    mock = observed(journal=2)
    for _ in range(3):
        mock.recommend()
    assert (verdict(mock)["count"], verdict(mock)["dropped"]) == (2, 1)
    assert verdict(mock, after=2)["matches"] == [3]
    mock.close()


def test_with_dropped_requests_an_upper_bound_is_not_verified() -> None:
    mock = observed(journal=2)
    for _ in range(3):
        mock.recommend()
    assert [verdict(mock, **how)["verified"] for how in ({"times": 2}, {"at_most": 5})] == [False, False]
    assert [verdict(mock, **how)["verified"] for how in ({"times": 0, "operation_id": "ingestEvents"},)] == [False]
    assert verdict(mock, at_least=2)["verified"]
    assert verdict(mock, times=2, after=1)["verified"]
    mock.close()


def test_verify_can_wait_for_a_request_that_is_on_its_way(mock: Observed) -> None:
    async def scene() -> Any:
        headers = [("Host", "127.0.0.1:4010"), ("X-Mock-Control", "1")]
        wanted = {"operation_id": "recommend", "times": 1, "wait_seconds": 20}
        asked = asyncio.ensure_future(mock.request("POST", "/_mock/journal/verify", wanted, None, headers))
        await asyncio.sleep(0.05)
        assert not asked.done()
        await mock.request("POST", "/v1/recommend", {"strategy": "popular"})
        async with asyncio.timeout(60):
            return (await asked).data

    assert mock.run(scene())["verified"]
    assert not verdict(mock, operation_id="upsertItems", wait_seconds=0.01)["verified"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"times": -1}, "$.times"),
        ({"times": 1, "at_least": 1}, "times can't be combined with at_least or at_most"),
        ({"at_least": 2, "at_most": 1}, "at_least must not be more than at_most"),
        ({"statsu": 200}, "$.statsu"),
        ({"wait_seconds": 31}, "$.wait_seconds"),
    ],
)
def test_an_invalid_expectation_is_refused(mock: Observed, body: dict[str, Any], words: str) -> None:
    status, reason = mock.refused("/journal/verify", body)
    assert status == 400
    assert words in reason
