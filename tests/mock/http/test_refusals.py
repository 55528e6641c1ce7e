"""Refusals that help the client, and answers that must not be cached."""

import pytest

from mock_server.http.docs_page import docs_routes
from tests.support.account_client import ACCOUNT, LOGIN, REGISTER, Person, credentials, registration
from tests.support.mock_client import RECOMMEND, Client


@pytest.mark.parametrize(
    "path", ["//v1/recommend", "/v1/recommend/", "/v1//recommend", "/V1/Recommend", "/v1/recomend", "/api/v1/recommend"]
)
def test_a_404_suggests_the_path_that_was_meant(mock: Client, path: str) -> None:
    answer = mock.post(path, {"strategy": "popular"})
    assert answer.status == 404
    assert "did you mean `/v1/recommend`?" in answer.message


def test_a_404_for_something_else_says_where_to_look(mock: Client) -> None:
    assert "/docs lists all paths" in mock.get("/favicon.ico").message
    assert "/docs lists all paths" in mock.get("/" + "x" * 50_000).message


def test_a_token_is_invalid_after_a_reset(mock: Client) -> None:
    old = Person(mock, "ada")
    mock.mock.reset()
    new = Person(mock, "ada")
    assert (old.account_id == new.account_id, old.token != new.token) == (True, True)
    assert (old.get(ACCOUNT).status, new.get(ACCOUNT).status) == (401, 200)


def test_answers_to_accounts_must_not_be_cached(mock: Client) -> None:
    ada = Person(mock, "ada")
    answers = [
        mock.post(REGISTER, registration("eve"), key=None),
        mock.post(LOGIN, credentials(), key=None),
        mock.post(LOGIN, credentials(password="something else"), key=None),
        ada.get(ACCOUNT),
        ada.post("/organisations", {"name": "Shop"}),
    ]
    assert [answer.headers["cache-control"] for answer in answers] == ["no-store"] * 5
    assert "cache-control" not in mock.post(RECOMMEND, {"strategy": "popular"}).headers


def test_the_reference_page_cannot_be_framed(mock: Client) -> None:
    from mock_server.app import create_app

    mock.app = create_app(mock.mock, docs_routes(mock.mock.contract, mock.mock.organisations))
    mock.checked = False
    policy = mock.get("/docs", key=None).headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
