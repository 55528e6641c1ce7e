"""API keys: which key may do what (R3), the error messages, and that no key is ever shown in full."""

import logging
from collections.abc import Callable

import pytest

from fixtures.bodies import event_body, item_body, recommend_body, user_body
from mock_server.state.keys import KeyRing, digest_of, masked
from mock_server.state.organisations import Caller
from tests.support.mock_client import CURRENT, EVENTS, ITEMS, RECOMMEND, USERS, Client

Make = Callable[..., Client]
BODIES = {
    ITEMS: item_body("a"),
    USERS: user_body("u"),
    EVENTS: event_body("view", "u"),
    RECOMMEND: recommend_body("popular"),
}


@pytest.mark.parametrize("path", CURRENT)
def test_the_right_type_of_key_is_accepted(mock: Client, path: str) -> None:
    assert mock.post(path, BODIES[path]).status in (200, 202)


@pytest.mark.parametrize("path", CURRENT)
def test_the_wrong_type_of_key_is_403_even_with_a_bad_body(mock: Client, path: str) -> None:
    assert mock.post(path, BODIES[path], key="wrong").status == 403
    assert mock.post(path, b"{", key="wrong").status == 403


def test_the_refusals_say_which_key_to_use_instead(mock: Client) -> None:
    assert "publishable key used on /v1/ingest/items/upsert: use your lehnz_sk_ key, on a server" in (
        mock.post(ITEMS, BODIES[ITEMS], key="wrong").message
    )
    assert "secret key used on /v1/recommend: use your lehnz_pk_ key" in (
        mock.post(RECOMMEND, BODIES[RECOMMEND], key="wrong").message
    )


def test_with_the_superset_policy_a_secret_key_is_accepted_everywhere(make_mock: Make) -> None:
    client = make_mock(key_policy="superset")
    assert client.post(RECOMMEND, BODIES[RECOMMEND], key="wrong").status == 200
    assert client.post(EVENTS, BODIES[EVENTS], key="wrong").status == 202
    assert client.post(ITEMS, BODIES[ITEMS], key="wrong").status == 403


@pytest.mark.parametrize(
    ("key", "advice"),
    [
        (None, "send your API key in the X-API-KEY header"),
        ("", "send your API key in the X-API-KEY header"),
        ("lehnz_pk_unknown", "no organisation has this key"),
        ("Bearer lehnz_pk_unknown", "with no Bearer prefix"),
        ("sk_live_1", "publishable keys start with lehnz_pk_"),
        ("lehnz_pk_a, lehnz_pk_b", "exactly one key"),
    ],
)
def test_a_missing_or_unknown_key_is_401_and_the_answer_says_what_to_do(
    mock: Client, key: str | None, advice: str
) -> None:
    headers = [] if key is None else [("x-api-key", key)]
    answer = mock.post(RECOMMEND, BODIES[RECOMMEND], key=None, headers=headers)
    assert answer.status == 401
    assert advice in answer.message
    assert not key or key not in answer.body.decode()


def test_a_key_in_the_authorization_header_is_refused_naming_the_right_header(mock: Client) -> None:
    headers = [("authorization", f"Bearer {mock.first.publishable_key}")]
    answer = mock.post(RECOMMEND, BODIES[RECOMMEND], key=None, headers=headers)
    assert answer.status == 401
    assert "not in Authorization" in answer.message


def test_a_key_that_is_sent_twice_is_refused(mock: Client) -> None:
    twice = [("x-api-key", mock.first.publishable_key)] * 2
    assert mock.post(RECOMMEND, BODIES[RECOMMEND], key=None, headers=twice).status == 401


def test_a_key_must_match_exactly(mock: Client) -> None:
    key = mock.first.publishable_key
    for wrong in (key[:-1], f"{key}0", key.upper(), f"{key[:-1]}g"):
        assert mock.post(RECOMMEND, BODIES[RECOMMEND], key=wrong).status == 401


def test_the_key_ring_forgets_removed_keys(mock: Client) -> None:
    ring: KeyRing[Caller] = KeyRing()
    caller = Caller(mock.first, "secret")
    ring.add(digest_of("lehnz_sk_1"), mock.first.tenant_id, caller)
    assert ring.find(b"lehnz_sk_1") == caller
    assert ring.find(b"lehnz_sk_2") is None
    ring.remove(digest_of("lehnz_sk_1"))
    assert ring.find(b"lehnz_sk_1") is None
    ring.add(digest_of("lehnz_sk_3"), mock.first.tenant_id, caller)
    ring.forget(mock.first.tenant_id)
    assert ring.find(b"lehnz_sk_3") is None


def test_a_secret_key_from_a_browser_is_warned_about_once(mock: Client, caplog: pytest.LogCaptureFixture) -> None:
    for path in (ITEMS, RECOMMEND, ITEMS):
        mock.post(path, BODIES[path], key=mock.first.secret_key, headers=[("origin", "http://localhost:5173")])
    (line,) = [record.getMessage() for record in caplog.records]
    assert "came with Origin 'http://localhost:5173'" in line
    assert masked(mock.first.secret_key) in line


def test_a_secret_key_from_a_server_and_a_publishable_one_from_a_browser_cause_no_warning(
    mock: Client, caplog: pytest.LogCaptureFixture
) -> None:
    mock.post(ITEMS, BODIES[ITEMS])
    mock.post(RECOMMEND, BODIES[RECOMMEND], headers=[("origin", "http://localhost:5173")])
    assert caplog.records == []


def test_no_key_reaches_the_log_or_an_answer(make_mock: Make, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    client = make_mock(rate_limit="3/1m")
    organisation = client.first
    answers = [
        client.post(path, body, key=key, headers=[("origin", "http://a.test\x1b[31m")])
        for key in (organisation.secret_key, organisation.publishable_key, "lehnz_sk_not_a_key")
        for path, body in BODIES.items()
    ]
    text = caplog.text + "".join(answer.body.decode() for answer in answers)
    assert "429" in caplog.text
    assert "\x1b" not in caplog.text
    for key in (organisation.secret_key, organisation.publishable_key, "lehnz_sk_not_a_key"):
        assert key not in text


def test_a_masked_key_shows_its_type_and_its_end() -> None:
    assert masked("lehnz_sk_dev_glow_beauty_ng_0123456789abcdef") == "lehnz_sk_...cdef"


@pytest.mark.parametrize("blank", [" ", "\t", " \t "])
def test_spaces_around_a_key_are_ignored(mock: Client, blank: str) -> None:
    """HTTP strips spaces around a header's value, but not every server does so before the mock sees it."""
    for key in (f"{mock.first.publishable_key}{blank}", f"{blank}{mock.first.publishable_key}"):
        assert mock.post(RECOMMEND, BODIES[RECOMMEND], key=key).status == 200
