"""The journal: what is kept of an exchange, how much, for how long, and that no secret is in it."""

import asyncio
import gc
import http.client
import json
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.types import Message, Receive, Scope

from fixtures.bodies import item_body
from fixtures.mock_process import running_mock
from mock_server.errors import BadRequest
from mock_server.layers.faults.wire import Wire
from mock_server.layers.journal.curl import curl
from mock_server.layers.journal.exchange import MAX_BODY_BYTES
from mock_server.layers.journal.journal import Journal
from mock_server.layers.journal.masking import mask_body, mask_header, mask_target
from mock_server.layers.journal.stream import Stream
from tests.support.account_client import ACCOUNT, CHEAP, LOGIN, PASSWORD, REGISTER, credentials, registration
from tests.support.control_client import Served
from tests.support.journal_client import Observed, made, observed, sighted
from tests.support.mock_client import EVENTS, ITEMS, RECOMMEND

ASKED = {"strategy": "popular"}


@pytest.fixture
def mock() -> Iterator[Observed]:
    found = observed()
    yield found
    found.close()


def kept(journal: Journal, tenant_id: str | None = None) -> list[int]:
    return [exchange.id for exchange in journal.read(tenant_id=tenant_id)]


def filled(capacity: int, *tenants: str) -> Journal:
    journal = Journal(capacity, lambda _: None)
    for tenant_id in tenants:
        journal.add(sighted(tenant_id))
    return journal


# What is kept


def test_an_exchange_says_who_asked_what_and_what_came_of_it(mock: Observed) -> None:
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
    }


def test_both_messages_are_kept_as_the_client_sent_and_saw_them(mock: Observed) -> None:
    answer = mock.post(RECOMMEND, ASKED, headers=[("Origin", "http://localhost:3000"), ("X-Trace", "7")])
    full = mock.control("/journal/1")
    assert json.loads(full["request"]["body"]) == ASKED
    assert full["request"]["headers"]["x-trace"] == "7"
    assert full["response"]["body"].encode() == answer.body
    assert full["response"]["headers"] == answer.headers
    assert full["response"]["headers"]["access-control-allow-origin"] == "*"
    assert (full["response"]["bytes"], full["response"]["truncated"]) == (len(answer.body), False)


def test_a_preflight_and_a_stranger_are_in_it_too(mock: Observed) -> None:
    preflight = [("Origin", "http://localhost:3000"), ("Access-Control-Request-Method", "POST")]
    mock.send("OPTIONS", RECOMMEND, None, None, headers=preflight)
    mock.post("/nowhere", ASKED, key=None)
    found = [(each["method"], each["status"], each["tenant_id"], each["operation_id"]) for each in mock.exchanges()]
    assert found == [("OPTIONS", 200, None, None), ("POST", 404, None, None)]


def test_the_control_plane_is_not_in_it(mock: Observed) -> None:
    mock.control("/health")
    assert mock.exchanges() == []


def test_what_is_wrong_with_a_request_is_told_field_by_field(mock: Observed) -> None:
    mock.post(ITEMS, {"item_id": "a"})
    mock.post(RECOMMEND, ASKED, key="wrong")
    missing, forbidden = (each["findings"] for each in mock.exchanges())
    assert missing == [
        {"id": "bad-request", "field": "$.item_type", "message": "is required"},
        {"id": "bad-request", "field": "$.status", "message": "is required"},
    ]
    assert [(each["id"], each["field"]) for each in forbidden] == [("forbidden", None)]


def test_of_an_error_only_the_words_are_kept(mock: Observed) -> None:
    """The error itself would hold on to the whole request, however large."""
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
        async with asyncio.timeout(5):
            await mock.app({**scope, **rest}, receive, send)
        return sent

    assert mock.run(refused())[0]["status"] == 401
    assert mock.control("/journal/1")["request"]["body"] is None


def test_of_a_long_body_the_beginning_is_kept_and_the_rest_counted(mock: Observed) -> None:
    body = json.dumps([item_body(f"item_{number}") for number in range(1_000)]).encode()
    mock.post(ITEMS, body)
    request = mock.control("/journal/1")["request"]
    assert request["body"].encode() == body[:MAX_BODY_BYTES]
    assert (request["bytes"], request["truncated"]) == (len(body), True)


def test_a_body_that_comes_in_pieces_is_kept_whole(mock: Observed) -> None:
    mock.post(RECOMMEND, b"", chunks=[b'{"strategy"', b': "popular"', b"}"])
    assert json.loads(mock.control("/journal/1")["request"]["body"]) == ASKED


def test_headers_and_query_are_bounded(mock: Observed) -> None:
    many = [(f"x-{number}", "v" * 500) for number in range(100)]
    mock.send("GET", f"/item/a?{'q' * 50_000}", headers=many)
    full = mock.control("/journal/1")
    assert len(json.dumps(full["request"]["headers"])) < 10_000
    assert len(full["query"]) == 4_096


def test_a_broken_connection_is_an_exchange_without_an_answer(mock: Observed) -> None:
    mock.post(RECOMMEND, b"{", then={"type": "http.disconnect"})
    assert mock.exchanges()[0]["status"] is None


# How much, and for how long


def test_the_oldest_are_dropped_and_counted() -> None:
    mock = observed(journal=3)
    for _ in range(5):
        mock.recommend()
    listed = mock.control("/journal")
    assert [each["id"] for each in listed["exchanges"]] == [3, 4, 5]
    assert (listed["dropped"], listed["last_id"]) == (2, 5)
    assert mock.refused("/journal/1") == (
        404,
        '"the journal has no exchange 1: it was dropped, or there never was one"',
    )
    mock.close()


def test_a_number_that_no_exchange_has_is_a_404_however_long(mock: Observed) -> None:
    for number in ("0", "9" * 15, "9" * 16, "9" * 5_000):
        assert mock.refused(f"/journal/{number}")[0] == 404
        assert mock.refused(f"/journal/{number}/curl")[0] == 404


def test_a_busy_organisation_does_not_push_out_what_its_neighbour_did() -> None:
    journal = filled(10, "quiet", *["busy"] * 100)
    assert len(journal) == 10
    assert kept(journal, "quiet") == [1]
    assert (journal.dropped("busy"), journal.dropped("quiet"), journal.dropped()) == (91, 0, 91)


@given(st.integers(1, 12), st.lists(st.sampled_from("abc"), max_size=60))
@settings(deadline=None, derandomize=True, max_examples=60)
def test_nothing_is_ever_lost_uncounted_and_the_capacity_holds(capacity: int, tenants: list[str]) -> None:
    journal = filled(capacity, *tenants)
    assert len(journal) == min(capacity, len(tenants))
    assert len(journal) + journal.dropped() == len(tenants) == journal.last_id
    assert kept(journal) == sorted(number for tenant in "abc" for number in kept(journal, tenant))


@pytest.mark.parametrize("option", [{"journal": 0}, {"no_control": True}])
def test_a_mock_without_a_journal_keeps_nothing(option: dict[str, Any]) -> None:
    mock = observed(**option)
    mock.recommend()
    assert len(mock.layers.journal) == 0
    mock.close()


def test_one_organisations_exchanges_can_be_forgotten(mock: Observed) -> None:
    mock.recommend()
    other = mock.mock.add_organisation("other")
    mock.post(RECOMMEND, ASKED, key=other.publishable_key)
    assert mock.control("/journal?tenant_id=other", method="DELETE") == {"cleared": 1}
    assert [each["tenant_id"] for each in mock.exchanges()] == ["glow-beauty-ng"]
    assert mock.control("/journal", method="DELETE") == {"cleared": 1}
    assert mock.control("/journal") == {"exchanges": [], "dropped": 0, "last_id": 2}


def test_what_an_organisation_sent_outlives_its_reset_and_its_end(mock: Observed) -> None:
    other = mock.mock.add_organisation("other")
    mock.post(RECOMMEND, ASKED, key=other.publishable_key)
    mock.mock.reset("other")
    mock.mock.remove_organisation("other")
    assert [each["tenant_id"] for each in mock.exchanges()] == ["other"]
    assert mock.refused("/journal?tenant_id=other")[0] == 404


def test_going_back_to_a_position_forgets_what_came_after_it() -> None:
    journal = filled(10, "a", "b")
    position = json.loads(json.dumps(journal.freeze()))
    for tenant_id in ("a", "b"):
        journal.add(sighted(tenant_id))
    journal.thaw(position, "a")
    assert (kept(journal, "a"), kept(journal, "b")) == ([1], [2, 4])
    journal.thaw(position)
    assert kept(journal) == [1, 2]
    journal.add(sighted())
    assert journal.last_id == 5


def test_a_position_of_another_run_means_nothing_here() -> None:
    journal = filled(10, "a")
    journal.thaw(filled(10).freeze())
    assert kept(journal) == [1]


# Looking for some of it


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?operation_id=recommend", [1, 4, 5]),
        ("?status=202", [2]),
        ("?status=4xx", [3, 4, 5]),
        ("?key_type=secret", [2, 3, 5]),
        ("?finding=bad-request", [3]),
        ("?finding=wrong-key-type", [5]),
        ("?q=NEEDLE", [2]),
        ("?q=is+required", [3]),
        ("?after=2", [3, 4, 5]),
        ("?limit=1", [5]),
        ("?tenant_id=acme-books", []),
        ("?tenant_id=&q=", [1, 2, 3, 4, 5]),
    ],
)
def test_exchanges_are_found_by(mock: Observed, query: str, found: list[int]) -> None:
    mock.recommend()
    mock.post(ITEMS, item_body("a", description="a needle"))
    mock.post(ITEMS, {"item_id": "b"})
    mock.post(RECOMMEND, ASKED, key=None)
    mock.post(RECOMMEND, ASKED, key="wrong")
    assert [each["id"] for each in mock.exchanges(query)] == found


@pytest.mark.parametrize(
    "query", ["?status=99", "?status=teapot", "?limit=0", "?after=-1", "?key_type=x", "?colour=red"]
)
def test_a_filter_that_means_nothing_is_refused_by_name(mock: Observed, query: str) -> None:
    status, words = mock.refused(f"/journal{query}")
    assert status == 400
    assert query[1:].partition("=")[0] in words


# Secrets

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
    sightings = [[each.read, each.sent, each.request_headers] for each in mock.layers.journal._sighted.values()]
    assert len(sightings) == 4
    dump = json.dumps([mock.control(f"/journal/{number}") for number in range(1, 5)])
    for secret in (PASSWORD, "wrong-horse", token, token.partition(".")[2]):
        assert secret not in repr(sightings)  # from the start
        assert secret not in dump
    assert [each["operation_id"] for each in mock.exchanges()] == ["register", "login", "readAccount", "login"]
    assert "ada@shop.test" in dump


@given(st.binary(max_size=300))
@settings(deadline=None, derandomize=True, max_examples=200)
def test_a_password_in_any_surroundings_is_masked(noise: bytes) -> None:
    secret = b"correct-horse"
    for body in (noise + b'{"password": "' + secret + b'"}', b'{"password":"' + secret + b'","x":"' + noise):
        assert secret not in mask_body(body)


def test_what_is_no_secret_comes_back_as_it_was() -> None:
    body = b'{ "item_id" : "a", "price": 1.50, "big": 123456789012345678901234567890 }'
    assert mask_body(body) is body
    assert mask_header(b"user-agent", b"curl/8") == b"curl/8"
    assert mask_target(b"limit=5&page=2") == b"limit=5&page=2"


# As curl


def test_the_command_makes_the_same_request_again(mock: Observed) -> None:
    body = {"strategy": "popular", "user_id": 'it\'s "quoted" $HOME `id` \\'}
    mock.post(RECOMMEND, body, headers=[("X-Odd", "a'b $(id)")])
    command = mock.call("/journal/1/curl").body.decode()
    script = f"curl() {{ printf '%s\\n' \"$@\"; }}; PK=the-key\n{command}"
    words = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout.splitlines()
    assert words[words.index("--data-raw") + 1] == json.dumps(body)
    assert f"http://127.0.0.1:4010{RECOMMEND}" in words
    assert {"X-API-KEY: the-key", "x-odd: a'b $(id)", "content-type: application/json"} <= set(words)


def test_what_the_command_cannot_hold_is_said() -> None:
    assert curl(made(body="x"), "http", "h").startswith("curl")
    cut = made()
    cut.request = cut.request._replace(body=b"[1", bytes=20_000)
    assert curl(cut, "http", "h").startswith("# the body had 20000 bytes: only the beginning was kept")
    cut.request = cut.request._replace(body=b"\xff\x00", bytes=2)
    assert curl(cut, "http", "h").startswith("# the body is not text")


# Live


class Reader(Wire):
    """Reads a stream as a browser would; `slow` takes nothing after the head."""

    def __init__(self, journal: Journal, after: int = 0, tenant_id: str | None = None, slow: bool = False) -> None:
        super().__init__()
        self.text = ""
        self.ended = False
        self.gone = asyncio.Event()
        self._slow = slow
        self.dropped = False
        self._heard = asyncio.Event()
        self._stream = Stream(journal, self, after, tenant_id)

    async def reset(self, scope: Scope, receive: Receive) -> None:  # noqa: ARG002 - as the wire's
        self.dropped = True

    async def run(self) -> None:
        await self._stream({}, self._receive, self._send)

    async def _receive(self) -> Message:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        self.text += message.get("body", b"").decode()
        self._heard.set()
        self.ended = message["type"] == "http.response.body" and not message.get("more_body")
        if self._slow and message["type"] == "http.response.body":
            await asyncio.Event().wait()

    async def until(self, met: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not met():
                self._heard.clear()
                await self._heard.wait()

    @property
    def ids(self) -> list[int]:
        return [int(line[4:]) for line in self.text.splitlines() if line.startswith("id: ")]


async def settle(reader: Reader, *ids: int) -> None:
    await reader.until(lambda: reader.ids == list(ids))


def test_a_reader_hears_of_every_exchange_from_where_it_left_off() -> None:
    async def scene() -> None:
        journal = filled(10, "a", "b")
        reader, late = Reader(journal, after=1), Reader(journal, after=2, tenant_id="a")
        running = [asyncio.ensure_future(each.run()) for each in (reader, late)]
        await settle(reader, 2)
        journal.add(sighted("a"))
        await settle(reader, 2, 3)
        await settle(late, 3)
        data = json.loads(next(line for line in late.text.splitlines() if line.startswith("data: "))[6:])
        assert data["tenant_id"] == "a"
        journal.close()
        await asyncio.gather(*running)
        assert reader.ended
        assert late.ended

    asyncio.run(scene())


def test_a_reader_hears_that_something_was_forgotten() -> None:
    async def scene() -> None:
        journal = filled(10, "a", "b")
        position = journal.freeze()
        reader = Reader(journal)
        running = asyncio.ensure_future(reader.run())
        journal.add(sighted("a"))
        await settle(reader, 1, 2, 3)
        journal.thaw(position)
        await reader.until(lambda: reader.text.count("event: cleared") == 1)
        journal.thaw(position)  # nothing is left to forget
        journal.add(sighted("b"))
        await settle(reader, 1, 2, 3, 4)
        journal.clear("a")
        await reader.until(lambda: reader.text.count("event: cleared") == 2)
        journal.close()
        await running

    asyncio.run(scene())


def test_requests_get_their_turn_while_a_full_journal_is_read_for_the_first_time() -> None:
    async def scene() -> None:
        journal = filled(1_000, *["a"] * 1_000)
        reading = asyncio.ensure_future(journal.catch_up())
        turns = 0
        while not reading.done():
            turns += 1
            journal.add(sighted("b"))
            await asyncio.sleep(0)
        assert turns > 10
        assert kept(journal) == list(range(turns + 1, 1_001 + turns))

    asyncio.run(scene())


def test_what_comes_during_a_search_is_found_by_asking_on() -> None:
    served = Served(journal=1_000)
    for _ in range(200):
        served.layers.journal.add(sighted())

    async def search(after: int) -> Any:
        return (await served.send("GET", f"/_mock/journal?q=recommend&limit=1000&after={after}")).json()["data"]

    async def scene() -> None:
        searching = asyncio.ensure_future(search(0))
        while not searching.done():
            served.layers.journal.add(sighted())
            await asyncio.sleep(0)
        first = await searching
        then = await search(first["last_id"])
        ids = [each["id"] for each in (*first["exchanges"], *then["exchanges"])]
        assert then["exchanges"]
        assert ids == list(range(1, served.layers.journal.last_id + 1))

    served.run(scene())
    served.close()


def test_a_hundred_readers_hear_the_same() -> None:
    async def scene() -> None:
        journal = filled(10)
        readers = [Reader(journal) for _ in range(100)]
        running = [asyncio.ensure_future(each.run()) for each in readers]
        await asyncio.sleep(0.1)
        journal.add(sighted())
        for reader in readers:
            await settle(reader, 1)
        journal.close()
        await asyncio.gather(*running)

    asyncio.run(scene())


def test_a_stream_ends_when_its_reader_goes() -> None:
    async def scene() -> None:
        reader = Reader(filled(10))
        running = asyncio.ensure_future(reader.run())
        await asyncio.sleep(0.1)
        reader.gone.set()
        async with asyncio.timeout(5):
            await running

    asyncio.run(scene())


def test_a_reader_that_takes_nothing_is_disconnected_and_nothing_grows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mock_server.layers.journal.stream.PATIENCE_SECONDS", 0.2)

    async def scene() -> None:
        journal = filled(10)
        reader = Reader(journal, slow=True)
        running = asyncio.ensure_future(reader.run())
        for _ in range(1_000):
            journal.add(sighted())
        await asyncio.wait_for(running, 5)
        assert reader.dropped
        assert (reader.ids, len(journal)) == ([], 10)

    asyncio.run(scene())


def test_a_quiet_stream_shows_that_it_is_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mock_server.layers.journal.stream.HEARTBEAT_SECONDS", 0.05)

    async def scene() -> None:
        journal = filled(10)
        reader = Reader(journal)
        running = asyncio.ensure_future(reader.run())
        await reader.until(lambda: reader.text.count(": nothing new") == 2)
        journal.close()
        await running

    asyncio.run(scene())


def test_a_stream_ends_in_good_order_when_the_mock_is_stopped() -> None:
    """Were it cut off, reading to the end would raise IncompleteRead."""
    with running_mock("--seed-data", "none") as mock:
        connection = http.client.HTTPConnection(mock.url.removeprefix("http://"), timeout=30)
        connection.request("GET", "/_mock/journal/stream")
        stream = connection.getresponse()
        assert stream.headers["content-type"] == "text/event-stream"
        assert stream.readline() == b"retry: 1000\n"
    assert stream.read().startswith(b": listening\n")
    connection.close()


def test_events_are_lint_and_summary_of_the_journal(mock: Observed) -> None:
    mock.event("click", "u1", event_id="e1")
    mock.event("click", "u1", event_id="e1")

    async def scene() -> str:
        reader = Reader(mock.layers.journal)
        running = asyncio.ensure_future(reader.run())
        await settle(reader, 1, 2)
        reader.gone.set()
        await running
        return reader.text

    data = [json.loads(line[6:]) for line in mock.run(scene()).splitlines() if line.startswith("data: ")]
    assert data == mock.exchanges()
    assert data[1]["lint"][0]["id"] == "duplicate-event-id"


def test_events_sent_with_keepalive_are_in_it(mock: Observed) -> None:
    """A page that is being left sends text/plain by mistake; the journal shows why it was refused."""
    mock.post(EVENTS, b"{}", headers=[("Content-Type", "text/plain;charset=UTF-8")])
    assert mock.exchanges()[0]["findings"][0]["id"] == "unsupported-media-type"
