"""Invalid input: every failing field with its path and rule, never the value; 400 or 422 as R4 says."""

from collections.abc import Callable
from typing import Any

import pytest

from fixtures.bodies import event_body, item_body, recommend_body, user_body
from fixtures.rules import json_path
from tests.support.mock_client import EVENTS, ITEMS, RECOMMEND, USERS, Client

Make = Callable[..., Client]


DATE = "must be an ISO 8601 date or date-time that exists, as 2026-01-15T09:30:00Z"


FILTER = "must be a string, a number, a boolean, null, or a list of 1 to 100 of them"


NAME = "must be lowercase, without the character NUL, 1 to 256 characters"


IDENTIFY = "An identify event names the id that it aliases and is of the system family."


STATUS = 'must be one of "active", "inactive", "deleted"'


@pytest.mark.parametrize(
    ("path", "body", "fields"),
    [
        (ITEMS, {}, {"$.item_id": "is required", "$.item_type": "is required", "$.status": "is required"}),
        (ITEMS, item_body("a", status="hidden"), {"$.status": STATUS}),
        (ITEMS, item_body(""), {"$.item_id": "must not be empty"}),
        (ITEMS, item_body("x" * 257), {"$.item_id": "must have at most 256 characters"}),
        (ITEMS, item_body("a\0b"), {"$.item_id": "must not contain the character NUL"}),
        (ITEMS, item_body("a", attributes=[]), {"$.attributes": "must be an object"}),
        (ITEMS, [item_body("a"), {"item_id": 3}], {
            "$[1].item_id": "must be a string", "$[1].item_type": "is required", "$[1].status": "is required"}),
        (ITEMS, [], {"$": "must not be empty"}),
        (ITEMS, [item_body("a")] * 1001, {"$": "must have at most 1000 elements"}),
        (ITEMS, "text", {"$": "must be an object or an array"}),
        (ITEMS, None, {"$": "must be an object or an array"}),
        (RECOMMEND, [], {"$": "must be an object"}),
        (USERS, user_body("u", created_at="yesterday"), {"$.created_at": DATE}),
        (USERS, user_body("u", created_at="2016-12-31T23:59:60Z"), {"$.created_at": DATE}),
        (USERS, user_body("u", created_at="2026-02-30T09:30:00Z"), {"$.created_at": DATE}),
        (USERS, user_body("u", created_at=5), {"$.created_at": "must be a string"}),
        (EVENTS, event_body("View", "u"), {"$.event_name": f"{NAME}; did you mean `view`?"}),
        (EVENTS, event_body("view", "u", event_family="fun"), {
            "$.event_family": 'must be one of "exposure", "engagement", "conversion", "system"'}),
        (EVENTS, event_body("view", "u", event_family={}), {
            "$.event_family": 'must be one of "exposure", "engagement", "conversion", "system"'}),
        (EVENTS, event_body("identify", "u"), {
            "$.previous_user_id": f"is required: {IDENTIFY}"}),
        (RECOMMEND, recommend_body("popular", limit=0), {"$.limit": "must be at least 1"}),
        (RECOMMEND, recommend_body("popular", limit=101), {"$.limit": "must be at most 100"}),
        (RECOMMEND, recommend_body("popular", limit=1.5), {"$.limit": "must be an integer"}),
        (RECOMMEND, recommend_body("popular", limit="20"), {"$.limit": "must be an integer"}),
        (RECOMMEND, recommend_body("popular", filters={"a b": {}, "c": [], "d": [[1]]}), {
            '$.filters["a b"]': FILTER, "$.filters.c": FILTER, "$.filters.d": FILTER}),
        (RECOMMEND, recommend_body("popular", filters={f"f{n}": 1 for n in range(51)}), {
            "$.filters": "must have at most 50 fields"}),
        (RECOMMEND, recommend_body(user_id=7), {"$.user_id": "must be a string"}),
    ],
    ids=lambda value: f"{str(value)[:60]}" if isinstance(value, dict | list) else None,
)  # fmt: skip
def test_a_400_lists_every_failing_field_and_the_rule(
    mock: Client, path: str, body: Any, fields: dict[str, str]
) -> None:
    answer = mock.post(path, b"null" if body is None else body)
    assert answer.status == 400
    assert answer.fields == fields


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (ITEMS, item_body("a", attributes=None, created_at=None)),
        (ITEMS, [item_body("a"), item_body("b", attributes=None)]),
        (EVENTS, event_body("view", "u", "a", context=None, event_id=None, recommendation_id=None)),
        (RECOMMEND, recommend_body("popular", user_id=None, filters=None, limit=None, page=None)),
        ("/api/v1/items/upsert", {"item_id": "a", "item_type": None, "status": None}),
    ],
)
def test_null_in_an_optional_field_counts_as_the_field_left_out(make_mock: Make, path: str, body: Any) -> None:
    assert make_mock().post(path, body).status in (200, 202)
    refused = make_mock(strict_client="needless-null").post(path, body)
    assert refused.status == 400
    assert all("leave the field out" in rule for rule in refused.fields.values())


def test_null_is_accepted_where_documented_and_refused_in_required_fields(make_mock: Make) -> None:
    assert make_mock(strict_client="needless-null").post(EVENTS, event_body("search", "u", item_id=None)).status == 202
    assert make_mock().post(ITEMS, item_body("a", status=None)).fields == {"$.status": "must be a string"}


@pytest.mark.parametrize(
    "moment",
    ["2026-01-15", "2026-01-15T09:30Z", "2026-01-15T09:30:00", "2026-01-15 09:30:00.5+01", "2026-01-15t09:30:00,25z"],
)
def test_a_date_in_iso_8601_is_accepted(mock: Client, moment: str) -> None:
    assert mock.post(ITEMS, item_body("a", created_at=moment)).status == 202


@pytest.mark.parametrize(
    ("moment", "status"),
    [("2026-01-15", 202), ("2026-01-15t09:30:00.5z", 202), ("2026-01-15T09:30Z", 400), ("2026-01-15T09:30:00", 400)],
)
def test_a_date_without_seconds_or_zone_is_accepted_with_a_finding(make_mock: Make, moment: str, status: int) -> None:
    answer = make_mock(strict_client="loose-timestamp").post(ITEMS, item_body("a", created_at=moment))
    assert answer.status == status


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "$.user_id"),
        ({"user_id": None}, "$.user_id"),
        ({"strategy": None}, "$.user_id"),
        ({"strategy": "session-based"}, "$.user_id"),
        ({"strategy": "similar"}, "$.context_item_id"),
        ({"strategy": "frequently-bought-together", "user_id": "u"}, "$.context_item_id"),
    ],
    ids=str,
)
def test_a_missing_strategy_input_is_422(mock: Client, body: dict[str, Any], field: str) -> None:
    answer = mock.post(RECOMMEND, body)
    assert answer.status == 422
    assert list(answer.fields) == [field]
    assert "needs a" in answer.message


@pytest.mark.parametrize(
    "body",
    [{"limit": 0}, {"strategy": "similar", "page": 0}, {"strategy": "magic"}, {"user_id": ""}, {"filters": 1}],
    ids=str,
)
def test_a_missing_strategy_input_is_400_when_something_else_is_wrong_too(mock: Client, body: dict[str, Any]) -> None:
    assert mock.post(RECOMMEND, body).status == 400


def test_the_message_is_one_sentence_with_the_number_of_further_errors(mock: Client) -> None:
    assert mock.post(ITEMS, item_body("a", status=1)).message == "$.status must be a string"
    answer = mock.post(ITEMS, [{}] * 500)
    assert answer.message == "$[0].item_id is required (and 1499 more); the first 20 are listed"
    assert len(answer.json["error"]) == 20


def test_values_and_long_names_are_not_repeated_at_length(mock: Client) -> None:
    secret = "s3cr3t" * 1000
    for path, body in (
        (ITEMS, item_body(secret, status=secret)),
        (EVENTS, [{**event_body(secret.upper(), "u"), secret: 1}]),
        (RECOMMEND, recommend_body("popular", filters={secret: {}})),
    ):
        answer = mock.post(path, body)
        assert answer.status == 400
        assert "s3cr3t" * 20 not in answer.body.decode()
        assert len(answer.body) < 1000


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/recommend/session", b'{"item_ids": [' + b"1," * 1_500_000 + b"1]}"),
        (ITEMS, b"[" + b"{}," * 1_500_000 + b"{}]"),
        (RECOMMEND, b'{"filters": {' + b",".join(b'"%d":{}' % n for n in range(300_000)) + b"}}"),
        (EVENTS, b'{"user_id": "' + b"x" * 5_000_000 + b'"}'),
    ],
    ids=["ids", "items", "filters", "id"],
)
def test_a_body_with_a_million_errors_gets_a_short_refusal(mock: Client, path: str, body: bytes) -> None:
    """Without a limit the validator's list of all errors takes over a minute and 9 GB."""
    answer = mock.post(path, body)
    assert answer.status == 400
    assert len(answer.body) < 5000


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ([], "$"),
        ([3, "event_name"], "$[3].event_name"),
        (["filters", "shoe size"], '$.filters["shoe size"]'),
        (["filters", 'a"b'], '$.filters["a\\"b"]'),
        (["x" * 65], '$["' + "x" * 64 + '..."]'),
    ],
    ids=str,
)
def test_paths_are_json_paths(path: list[str | int], name: str) -> None:
    assert json_path(path) == name
