"""No secret is in the journal, and an exchange can be repeated as a curl command."""

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.bodies import item_body
from mock_server.layers.journal.curl import curl
from mock_server.layers.journal.exchange import MAX_BODY_BYTES
from mock_server.layers.journal.masking import mask_body, mask_header, mask_target
from mock_server.layers.journal.raw_exchange import RawExchange
from tests.support.account_client import ACCOUNT, CHEAP, LOGIN, PASSWORD, REGISTER, credentials, registration
from tests.support.journal_client import Observed, made, observed
from tests.support.mock_client import ITEMS, RECOMMEND

ASKED = {"strategy": "popular"}


@pytest.fixture
def mock() -> Iterator[Observed]:
    found = observed()
    yield found
    found.close()


PK, SK = "lehnz_pk_dev_acme_books_fcc4d1ba0a99e14cc6ee95a7", "lehnz_sk_dev_acme_books_2dc3426d0c85d6b9c0f65514"


SECRETS = ("hunter2", "eyJhbGci", "s3cr3t-cookie", PK, SK, PK[12:40], SK[12:40])


def test_no_secret_is_anywhere_in_the_journal(mock: Observed) -> None:
    headers = [
        ("Authorization", "Bearer eyJhbGci.eyJzdWIi.x"),
        ("Proxy-Authorization", "Basic hunter2"),
        ("Cookie", "session=s3cr3t-cookie"),
        ("X-Auth-Token", "hunter2"),
        ("Referer", f"http://localhost/?key={SK}"),
    ]
    body: Any = {
        "email": "ada@example.com",
        "password": "hunter2",
        "nested": [{"newPassword": "hunter2", "refresh_token": {"value": "eyJhbGci"}}],
        "note": f"my key is {SK}",
        "secret_key": SK,
    }
    for key in (PK, SK, f"Bearer {SK}", "hunter2", None):
        mock.post(f"{ITEMS}?token=hunter2&api_key={SK}&a=1", body, key=key, headers=headers)
    mock.post(f"/{SK}", json.dumps(body).encode()[:-9], key=SK)
    mock.post(ITEMS, b"user=ada&password=hunter2&x=1", headers=[("Content-Type", "text/plain")])
    part = b'--x\r\nContent-Disposition: form-data; name="password"\r\n\r\nhunter2\r\n--x--\r\n'
    mock.post(ITEMS, part, headers=[("Content-Type", "multipart/form-data; boundary=x")])
    mock.post(ITEMS, b'{"\\u0070assword": "hunter2"}')
    mock.post(ITEMS, b'{"pass' + b" " * 2 * MAX_BODY_BYTES + b'word": 1}')
    exchanges = [mock.control(f"/journal/{each['id']}") for each in mock.exchanges()]
    dump = json.dumps([exchanges, [mock.call(f"/journal/{each['id']}/curl").body.decode() for each in exchanges]])
    stored = repr([[each.request, each.response, each.path, each.query] for each in mock.layers.journal.read()])
    assert len(exchanges) == 10
    for secret in SECRETS:
        assert secret not in dump, secret
        assert secret not in stored, secret
    assert "ada@example.com" in dump
    assert "lehnz_sk_...5514" in dump


def test_a_secret_in_a_long_answer_is_masked_when_it_is_shown(mock: Observed) -> None:
    mock.post(ITEMS, item_body("a") | {"attributes": {"token": "hunter2", "text": "x" * 3_000}})
    assert b"hunter2" in mock.recommend().body
    assert "hunter2" not in json.dumps(mock.control("/journal/2"))


def test_signing_in_leaves_no_password_and_no_token(mock: Observed) -> None:
    mock.mock.passwords.hasher = CHEAP
    mock.post(REGISTER, registration("ada"), key=None)
    token = mock.post(LOGIN, credentials("ada"), key=None).data["access_token"]
    mock.get(ACCOUNT, key=None, headers=[("Authorization", f"Bearer {token}")])
    mock.post(LOGIN, credentials("ada", "wrong-horse"), key=None)
    unread = [
        [each.read, each.sent, each.request_head]
        for each in mock.layers.journal._unread.values()
        if isinstance(each, RawExchange)
    ]
    assert len(unread) == 4
    dump = json.dumps([mock.control(f"/journal/{number}") for number in range(1, 5)])
    for secret in (PASSWORD, "wrong-horse", token, token.partition(".")[2]):
        assert secret not in repr(unread)  # read from the first exchange on
        assert secret not in dump
    assert [each["operation_id"] for each in mock.exchanges()] == ["register", "login", "readAccount", "login"]
    assert "ada@shop.test" in dump


@given(st.binary(max_size=300))
@settings(deadline=None, derandomize=True, max_examples=200)
def test_a_password_is_masked_in_any_context(noise: bytes) -> None:
    secret = b"correct-horse"
    for body in (noise + b'{"password": "' + secret + b'"}', b'{"password":"' + secret + b'","x":"' + noise):
        assert secret not in mask_body(body)


def test_text_without_secrets_is_unchanged() -> None:
    body = b'{ "item_id" : "a", "price": 1.50, "big": 123456789012345678901234567890 }'
    assert mask_body(body) is body
    assert mask_header(b"user-agent", b"curl/8") == b"curl/8"
    assert mask_target(b"limit=5&page=2") == b"limit=5&page=2"


def test_the_curl_command_repeats_the_same_request(mock: Observed) -> None:
    body = {"strategy": "popular", "user_id": 'it\'s "quoted" $HOME `id` \\'}
    mock.post(RECOMMEND, body, headers=[("X-Odd", "a'b $(id)")])
    command = mock.call("/journal/1/curl").body.decode()
    script = f"curl() {{ printf '%s\\n' \"$@\"; }}; PK=the-key\n{command}"
    words = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout.splitlines()
    assert words[words.index("--data-raw") + 1] == json.dumps(body)
    assert f"http://127.0.0.1:4010{RECOMMEND}" in words
    assert {"X-API-KEY: the-key", "x-odd: a'b $(id)", "content-type: application/json"} <= set(words)


def test_the_curl_command_says_what_it_cannot_contain() -> None:
    assert curl(made(body="x"), "http", "h").startswith("curl")
    cut = made()
    cut.request = cut.request._replace(body=b"[1", bytes=20_000)
    assert curl(cut, "http", "h").startswith("# the body had 20000 bytes: only the beginning was kept")
    cut.request = cut.request._replace(body=b"\xff\x00", bytes=2)
    assert curl(cut, "http", "h").startswith("# the body is not text")
