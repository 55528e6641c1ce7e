"""Accepted requests that are certainly a mistake are reported with what was probably meant; --strict-client refuses
them (field cases S)."""

from collections.abc import Iterator
from typing import Any

import pytest

from fixtures.bodies import item_body
from tests.support import meant as siblings
from tests.support.journal_client import Observed, observed
from tests.support.mock_client import EVENTS, ITEMS, RECOMMEND

LAMP = item_body("lamp", attributes={"title": "Lamp", "category": "light", "price": 9.5})
EVENT = {"user_id": "u1", "event_family": "engagement", "event_name": "click", "item_id": "lamp"}


@pytest.fixture
def mock() -> Iterator[Observed]:
    found = observed()
    found.post(ITEMS, LAMP)
    found.flush()
    yield found
    found.close()


@pytest.fixture
def strict() -> Iterator[Observed]:
    found = observed(strict_client="all")
    found.post(ITEMS, LAMP)
    found.flush()
    yield found
    found.close()


CASES: list[tuple[str, Any, str, str]] = [
    (
        RECOMMEND,
        {"strategy": "popular", "limt": 5},
        "unknown-field",
        "$.limt is not a field of this request: did you mean `limit`?",
    ),
    (
        RECOMMEND,
        {"strategy": "popular", "userId": "u"},
        "unknown-field",
        "$.userId is not a field of this request: did you mean `user_id`?",
    ),
    (
        EVENTS,
        EVENT | {"recommendationId": "r"},
        "unknown-field",
        "$.recommendationId is not a field of this request: did you mean `recommendation_id`?",
    ),
    (
        EVENTS,
        {"user_id": "u", "event_family": "engagement", "event_name": "click", "itemId": "lamp"},
        "unknown-field",
        "$.itemId is not a field of this request: did you mean `item_id`?",
    ),
    (
        EVENTS,
        EVENT | {"timestamp": "2026-01-01"},
        "unknown-field",
        "$.timestamp is not a field of this request: did you mean `event_timestamp`?",
    ),
    (
        EVENTS,
        EVENT | {"context": {"sessionId": "s"}},
        "unknown-field",
        "$.context.sessionId is not a field of this request: did you mean `session_id`?",
    ),
    (
        ITEMS,
        item_body("b", title="B", price=3),
        "attribute-beside-fields",
        "$.title is ignored: put title in `attributes`",
    ),
    (
        EVENTS,
        EVENT | {"event_name": "clik"},
        "event-name-nearly-standard",
        "$.event_name 'clik' is a custom event: did you mean `click`?",
    ),
    (
        EVENTS,
        EVENT | {"event_name": "purchase"},
        "event-family-unlikely",
        "$.event_family is 'engagement' for a purchase: did you mean `conversion`?",
    ),
    (
        EVENTS,
        EVENT | {"item_id": "lampe"},
        "unknown-item",
        "$.item_id 'lampe' is not an item of this organisation: did you mean `lamp`?",
    ),
    (
        RECOMMEND,
        {"strategy": "similar", "context_item_id": "x"},
        "unknown-item",
        "$.context_item_id 'x' is not an item of this organisation",
    ),
    (
        EVENTS,
        [EVENT, EVENT | {"recommendation_id": "r-1"}],
        "unserved-recommendation",
        "$[1].recommendation_id 'r-1' was never served to this organisation",
    ),
    (
        EVENTS,
        EVENT | {"event_timestamp": "yesterday"},
        "unreadable-timestamp",
        "$.event_timestamp 'yesterday' can't be read, so the time of arrival is used",
    ),
    (
        ITEMS,
        item_body("b", attributes={"price": "9,50"}),
        "price-is-text",
        "$.attributes.price '9,50' is text: send a number",
    ),
    (
        RECOMMEND,
        {"strategy": "popular", "filters": {"categry": "light"}},
        "unknown-attribute",
        "$.filters no item has the attribute 'categry': did you mean `category`?",
    ),
]
CASES += siblings.CASES
IDS = [f"{rule}: {message[:70]}" for _, _, rule, message in CASES]


@pytest.mark.parametrize(("path", "body", "rule", "message"), CASES, ids=IDS)
def test_the_mistake_is_accepted_as_documented_and_reported(
    mock: Observed, path: str, body: Any, rule: str, message: str
) -> None:
    assert mock.post(path, body).status in (200, 202)
    lint = mock.exchanges()[-1]["lint"]
    assert {"id": rule, "message": message} in lint


@pytest.mark.parametrize(("path", "body", "rule", "message"), CASES, ids=IDS)
def test_strict_client_refuses_the_mistake_with_the_same_message_and_stores_nothing(
    strict: Observed, path: str, body: Any, rule: str, message: str
) -> None:
    answer = strict.post(path, body)
    assert answer.status == 400
    problems = [f"{each['field']} {each['message']}" for each in answer.json["error"]]
    assert f"{message} (--strict-client: {rule})" in problems
    strict.flush()
    tenant = strict.mock.organisations.first.tenant
    assert (list(tenant.items), len(tenant.events)) == (["lamp"], 0)


@pytest.mark.parametrize(("path", "body"), siblings.GOOD, ids=repr)
def test_requests_that_may_be_intended_are_not_reported(strict: Observed, path: str, body: Any) -> None:
    assert strict.post(path, body).status in (200, 202)
    assert strict.exchanges()[-1]["lint"] == []


def test_an_accepted_item_that_is_not_visible_yet_counts_as_known() -> None:
    for options in ({}, {"strict_client": "all"}):
        mock = observed(ingest_delay=5, **options)
        mock.post(ITEMS, LAMP)
        mock.advance(5)
        mock.post(ITEMS, item_body("new"))
        assert mock.post(EVENTS, EVENT | {"item_id": "new"}).status == 202
        assert mock.exchanges()[-1]["lint"] == []
        mock.close()


def test_a_served_recommendation_id_counts_as_known(strict: Observed) -> None:
    served = strict.post(RECOMMEND, {"strategy": "popular"}).data["recommendation_id"]
    assert strict.post(EVENTS, EVENT | {"recommendation_id": served}).status == 202


def test_ids_from_before_a_reset_are_not_compared_with_the_new_data(mock: Observed) -> None:
    mock.post(EVENTS, EVENT)
    mock.control("/reset", {"tenant_id": mock.tenant_id, "to": "empty"})
    mock.post(ITEMS, item_body("other"))
    mock.flush()
    assert [each["lint"] for each in mock.exchanges() if each["operation_id"] == "ingestEvents"] == [[]]


def test_strict_client_can_be_limited_to_some_rules() -> None:
    mock = observed(strict_client="unknown-field")
    assert mock.post(RECOMMEND, {"strategy": "popular", "limt": 5}).status == 400
    assert mock.post(EVENTS, EVENT | {"event_name": "clik"}).status == 202
    mock.close()


def refusal(mock: Observed, path: str, body: Any) -> list[tuple[str, str]]:
    answer = mock.post(path, body)
    assert answer.status in (400, 422), answer.body
    return [(each["field"], each["message"]) for each in answer.json["error"]]


@pytest.mark.parametrize(
    ("path", "body", "field", "message"),
    [
        (
            EVENTS,
            {"userId": "u", "event_family": "engagement", "event_name": "view"},
            "$.user_id",
            "is required; `userId` is not a field, did you mean `user_id`?",
        ),
        (
            EVENTS,
            [EVENT, {"user_id": "u", "eventFamily": "engagement", "event_name": "view"}],
            "$[1].event_family",
            "is required; `eventFamily` is not a field, did you mean `event_family`?",
        ),
        (
            RECOMMEND,
            {"strategy": "personalized", "userid": "u"},
            "$.user_id",
            "`userid` is not a field, did you mean `user_id`?",
        ),
        (
            ITEMS,
            {"itemId": "a", "item_type": "product", "status": "active"},
            "$.item_id",
            "is required; `itemId` is not a field, did you mean `item_id`?",
        ),
        (ITEMS, item_body("a", status="activ"), "$.status", "did you mean `active`?"),
        (EVENTS, EVENT | {"event_name": "Purchase"}, "$.event_name", "did you mean `purchase`?"),
        (EVENTS, EVENT | {"event_name": "addToCart"}, "$.event_name", "did you mean `add_to_cart`?"),
        (
            EVENTS,
            EVENT | {"event_family": "click"},
            "$.event_family",
            "`click` is an event_name, its family is `engagement`",
        ),
        (
            EVENTS,
            {"events": [EVENT]},
            "$",
            "must be a record or an array of records: send the array of 'events' itself",
        ),
        (ITEMS, {"items": [LAMP]}, "$", "must be a record or an array of records: send the array of 'items' itself"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_the_message_of_a_documented_refusal_suggests_what_was_meant(
    mock: Observed, path: str, body: Any, field: str, message: str
) -> None:
    problems = dict(refusal(mock, path, body))
    assert message in problems[field]


@pytest.mark.parametrize(
    ("written", "first"),
    [
        ("frequently_bought_together", "frequently-bought-together"),
        ("similar_items", "similar"),
        ("sessionBased", "session_based"),
        ("personalised", "personalized"),
    ],
)
def test_an_unknown_strategy_names_the_nearest_first(mock: Observed, written: str, first: str) -> None:
    ((field, message),) = refusal(mock, RECOMMEND, {"strategy": written, "user_id": "u"})
    assert field == "$.strategy"
    assert message.startswith(f'must be one of "{first}", ')
    assert message.endswith(f"did you mean `{first}`?")


@pytest.mark.parametrize(
    ("headers", "query", "words"),
    [
        ([("x-api-key", '"{pk}"')], "", "send the raw key in X-API-KEY, without quotes around it"),
        (
            [("x-api-key", "undefined")],
            "",
            "X-API-KEY is 'undefined': the variable that should hold the key is not",
        ),
        ([("x-api-key", "${LEHNZ_KEY}")], "", "X-API-KEY is '${LEHNZ_KEY}': the variable"),
        ([("api-key", "{pk}")], "", "send the key in the X-API-KEY header, not in the header 'api-key'"),
        ([("x-lehnz-key", "{pk}")], "", "not in the header 'x-lehnz-key'"),
        ([], "?api_key={pk}", "send the key in the X-API-KEY header, not in the query"),
        ([("authorization", "Bearer {pk}")], "", "send the key in the X-API-KEY header, with no Bearer prefix"),
        ([("cookie", "api_key={pk}")], "", "send the key in the X-API-KEY header, not in a cookie"),
        ([("x-api-key", "process.env.LEHNZ_KEY")], "", "the variable that should hold the key is not"),
        ([("x-api-key", "<your key>")], "", "the variable that should hold the key is not"),
    ],
)
def test_a_key_in_the_wrong_place_is_reported_but_never_repeated(
    mock: Observed, headers: list[tuple[str, str]], query: str, words: str
) -> None:
    key = mock.first.publishable_key
    sent = [(name, value.replace("{pk}", key)) for name, value in headers]
    answer = mock.send("POST", RECOMMEND + query.replace("{pk}", key), {}, None, headers=sent)
    assert answer.status == 401
    assert words in answer.json["error"]
    assert key not in answer.json["error"]
