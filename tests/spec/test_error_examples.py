"""The examples of errors in openapi.yaml are the mock's actual responses, word for word."""

from collections.abc import Callable
from typing import Any

import pytest

from fixtures.bodies import item_body, recommend_body
from tests.support.account_client import LOGIN, REGISTER, credentials, registration
from tests.support.mock_client import ITEMS, RECOMMEND, SPEC, Client

Make = Callable[..., Client]
JSON = [("content-type", "application/json")]
NOT_REAL = {
    ("BadRequest", "documented"),
    ("InternalServerError", "internal"),
}  # the documents' own examples, and an internal error
RESPONSES = {**SPEC.document["components"]["responses"], **SPEC.document["x-unrouted-responses"]}

# (response, example): the request as method, path, body, key.
SENT: dict[tuple[str, str], tuple[str, str, Any, str | None]] = {
    ("BadRequest", "field"): ("POST", ITEMS, item_body("a", status="hidden"), "right"),
    ("BadRequest", "fields"): ("POST", ITEMS, [item_body("a"), {"item_id": "b"}], "right"),
    ("BadRequest", "json"): ("POST", ITEMS, b"{", "right"),
    ("Unauthorized", "missing"): ("POST", ITEMS, item_body("a"), None),
    ("Unauthorized", "unknown"): ("POST", ITEMS, item_body("a"), "lehnz_sk_unknown"),
    ("Forbidden", "publishable"): ("POST", ITEMS, item_body("a"), "wrong"),
    ("Forbidden", "secret"): ("POST", RECOMMEND, recommend_body("popular"), "wrong"),
    ("404", "path"): ("POST", "/v1/nothing-like-it", {}, None),
    ("405", "method"): ("GET", RECOMMEND, b"", None),
    ("ContentTooLarge", "body"): ("POST", ITEMS, b" " * 5_242_881, "right"),
    ("MissingStrategyInput", "user"): ("POST", RECOMMEND, {}, "right"),
    ("MissingStrategyInput", "item"): ("POST", RECOMMEND, {"strategy": "similar"}, "right"),
    ("WrongCredentials", "password"): ("POST", LOGIN, {**credentials(), "password": "another horse"}, None),
}


def example(response: str, name: str) -> Any:
    return RESPONSES[response]["content"]["application/json"]["examples"][name]["value"]


@pytest.mark.parametrize(("response", "name"), SENT, ids=" ".join)
def test_the_mock_answers_exactly_with_the_example(mock: Client, response: str, name: str) -> None:
    method, path, body, key = SENT[response, name]
    assert mock.send(method, path, body, key=key).json == example(response, name)


def test_examples_that_need_several_requests_are_the_mocks_answers_too(make_mock: Make) -> None:
    mock = make_mock()
    bearer = mock.post(ITEMS, item_body("a"), key=f"Bearer {mock.first.secret_key}")
    text = mock.post(RECOMMEND, b"a=b", headers=[("content-type", "text/plain")])
    mock.post(REGISTER, registration(), key=None)
    taken = mock.post(REGISTER, registration(), key=None)
    for _ in range(1000):
        mock.post(RECOMMEND, {}, key="wrong")
    mock.mock.clock.advance(900 - 482)
    used = mock.post(RECOMMEND, recommend_body("popular"))
    found = {
        ("Unauthorized", "bearer"): bearer.json,
        ("UnsupportedMediaType", "text"): text.json,
        ("Conflict", "taken"): taken.json,
        ("TooManyRequests", "used"): used.json,
    }
    assert found == {each: example(*each) for each in found}
    described = {
        (response, name)
        for response, node in RESPONSES.items()
        if node["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Error"}
        for name in node["content"]["application/json"]["examples"]
    }
    assert described == {*SENT, *found, *NOT_REAL}
