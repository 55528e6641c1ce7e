"""The journal: what is kept of an exchange, and how much of it."""

import asyncio
import gc
import json
from collections.abc import Iterator

import pytest
from starlette.types import Message

from fixtures.bodies import item_body
from mock_server.errors import BadRequest
from mock_server.layers.journal.exchange import MAX_BODY_BYTES
from tests.support.journal_client import Observed, observed
from tests.support.mock_client import ITEMS, RECOMMEND

ASKED = {"strategy": "popular"}


@pytest.fixture
def mock() -> Iterator[Observed]:
    found = observed()
    yield found
    found.close()


def test_an_exchange_has_the_client_the_request_and_its_outcome(mock: Observed) -> None:
    mock.post(ITEMS, [item_body("a"), item_body("b")])
    (summary,) = mock.exchanges()
    assert summary.pop("duration_ms") > 0
    assert summary == {
        "id": 1,
        "at": "2026-06-01T12:00:00.000Z",
        "tenant_id": "glow-beauty-ng",
        "key_type": "secret",
        "operation_id": "upsertItems",
        "method": "POST",
        "path": ITEMS,
        "query": "",
        "status": 202,
        "origin": None,
        "findings": [],
        "lint": [],
        "changed": {"items": 2},
        "fault": None,
        "about": "2 items: a, b",
        "items": ["a", "b"],
    }


def test_request_and_response_are_kept_as_the_client_sent_and_received_them(mock: Observed) -> None:
    answer = mock.post(RECOMMEND, ASKED, headers=[("Origin", "http://localhost:3000"), ("X-Trace", "7")])
    full = mock.control("/journal/1")
    assert json.loads(full["request"]["body"]) == ASKED
    assert full["request"]["headers"]["x-trace"] == "7"
    assert full["response"]["body"].encode() == answer.body
    assert full["response"]["headers"] == answer.headers
    assert full["response"]["headers"]["access-control-allow-origin"] == "*"
    assert (full["response"]["bytes"], full["response"]["truncated"]) == (len(answer.body), False)


def test_preflights_and_unknown_keys_are_in_the_journal(mock: Observed) -> None:
    preflight = [("Origin", "http://localhost:3000"), ("Access-Control-Request-Method", "POST")]
    mock.send("OPTIONS", RECOMMEND, None, None, headers=preflight)
    mock.post("/nowhere", ASKED, key=None)
    found = [(each["method"], each["status"], each["tenant_id"], each["operation_id"]) for each in mock.exchanges()]
    assert found == [("OPTIONS", 200, None, None), ("POST", 404, None, None)]


def test_the_control_plane_is_not_in_the_journal(mock: Observed) -> None:
    mock.control("/health")
    assert mock.exchanges() == []


def test_an_invalid_request_has_a_finding_for_each_field(mock: Observed) -> None:
    mock.post(ITEMS, {"item_id": "a"})
    mock.post(RECOMMEND, ASKED, key="wrong")
    missing, forbidden = (each["findings"] for each in mock.exchanges())
    assert missing == [
        {"id": "bad-request", "field": "$.item_type", "message": "is required"},
        {"id": "bad-request", "field": "$.status", "message": "is required"},
    ]
    assert [(each["id"], each["field"]) for each in forbidden] == [("forbidden", None)]


def test_only_the_text_of_an_error_is_kept(mock: Observed) -> None:
    """Keeping the exception would keep the whole request in memory."""
    mock.post(ITEMS, b"[" + b" " * 1_000_000)
    gc.collect()
    assert not [each for each in gc.get_objects() if isinstance(each, BadRequest)]
    assert mock.exchanges()[0]["findings"][0]["id"] == "bad-request"


@pytest.mark.parametrize("status", [401, 403, 429])
def test_the_body_of_a_request_that_was_refused_unread_is_kept(status: int) -> None:
    mock = observed(rate_limit="1/10s")
    if status == 429:
        mock.post(RECOMMEND, ASKED)
    key = {401: None, 403: "wrong", 429: "right"}[status]
    assert mock.post(RECOMMEND, ASKED, key=key).status == status
    assert json.loads(mock.control(f"/journal/{len(mock.exchanges())}")["request"]["body"]) == ASKED
    mock.close()


def test_a_refusal_does_not_wait_for_a_body_that_does_not_come(mock: Observed) -> None:
    async def refused() -> list[Message]:
        sent: list[Message] = []

        async def receive() -> Message:
            await asyncio.Event().wait()
            raise AssertionError

        async def send(message: Message) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": RECOMMEND, "raw_path": RECOMMEND.encode()}
        rest = {"query_string": b"", "headers": [(b"content-length", b"9")], "client": ("127.0.0.1", 1)}
        async with asyncio.timeout(60):
            await mock.app({**scope, **rest}, receive, send)
        return sent

    assert mock.run(refused())[0]["status"] == 401
    assert mock.control("/journal/1")["request"]["body"] is None


def test_only_the_beginning_of_a_long_body_is_kept_with_its_length(mock: Observed) -> None:
    body = json.dumps([item_body(f"item_{number}") for number in range(1_000)]).encode()
    mock.post(ITEMS, body)
    request = mock.control("/journal/1")["request"]
    assert request["body"].encode() == body[:MAX_BODY_BYTES]
    assert (request["bytes"], request["truncated"]) == (len(body), True)


def test_a_body_that_arrives_in_pieces_is_kept_whole(mock: Observed) -> None:
    mock.post(RECOMMEND, b"", chunks=[b'{"strategy"', b': "popular"', b"}"])
    assert json.loads(mock.control("/journal/1")["request"]["body"]) == ASKED


def test_the_size_of_headers_and_query_is_limited(mock: Observed) -> None:
    many = [(f"x-{number}", "v" * 500) for number in range(100)]
    mock.send("GET", f"/item/a?{'q' * 50_000}", headers=many)
    full = mock.control("/journal/1")
    assert len(json.dumps(full["request"]["headers"])) < 10_000
    assert len(full["query"]) == 4_096


def test_a_broken_connection_is_an_exchange_without_an_answer(mock: Observed) -> None:
    mock.post(RECOMMEND, b"{", then={"type": "http.disconnect"})
    assert mock.exchanges()[0]["status"] is None
