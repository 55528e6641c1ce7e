"""The journal's live stream sends every exchange once, and slow readers delay nobody."""

import asyncio
import http.client
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope

from fixtures.mock_process import running_mock
from mock_server.layers.faults.wire import Wire
from mock_server.layers.journal.journal import Journal
from mock_server.layers.journal.stream import Stream
from tests.support.control_client import Served
from tests.support.journal_client import Observed, observed, raw_exchange
from tests.support.journal_filled import filled, kept
from tests.support.mock_client import EVENTS

ASKED = {"strategy": "popular"}


@pytest.fixture
def mock() -> Iterator[Observed]:
    found = observed()
    yield found
    found.close()


class Reader(Wire):
    """Reads a stream as a browser would; a `slow` one reads nothing after the head."""

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
        async with asyncio.timeout(60):
            while not met():
                self._heard.clear()
                await self._heard.wait()

    @property
    def ids(self) -> list[int]:
        return [int(line[4:]) for line in self.text.splitlines() if line.startswith("id: ")]


async def settle(reader: Reader, *ids: int) -> None:
    await reader.until(lambda: reader.ids == list(ids))


def test_a_reader_gets_every_exchange_after_its_last_one() -> None:
    async def scene() -> None:
        journal = filled(10, "a", "b")
        reader, late = Reader(journal, after=1), Reader(journal, after=2, tenant_id="a")
        running = [asyncio.ensure_future(each.run()) for each in (reader, late)]
        await settle(reader, 2)
        journal.add(raw_exchange("a"))
        await settle(reader, 2, 3)
        await settle(late, 3)
        data = json.loads(next(line for line in late.text.splitlines() if line.startswith("data: "))[6:])
        assert data["tenant_id"] == "a"
        journal.close()
        await asyncio.gather(*running)
        assert reader.ended
        assert late.ended

    asyncio.run(scene())


def test_a_reader_is_told_that_exchanges_were_removed() -> None:
    async def scene() -> None:
        journal = filled(10, "a", "b")
        position = journal.freeze()
        reader = Reader(journal)
        running = asyncio.ensure_future(reader.run())
        journal.add(raw_exchange("a"))
        await settle(reader, 1, 2, 3)
        journal.thaw(position)
        await reader.until(lambda: reader.text.count("event: cleared") == 1)
        journal.thaw(position)  # nothing is left to remove
        journal.add(raw_exchange("b"))
        await settle(reader, 1, 2, 3, 4)
        journal.clear("a")
        await reader.until(lambda: reader.text.count("event: cleared") == 2)
        journal.close()
        await running

    asyncio.run(scene())


def test_requests_are_answered_while_a_full_journal_is_sent() -> None:
    async def scene() -> None:
        journal = filled(1_000, *["a"] * 1_000)
        reading = asyncio.ensure_future(journal.catch_up())
        turns = 0
        while not reading.done():
            turns += 1
            journal.add(raw_exchange("b"))
            await asyncio.sleep(0)
        assert turns > 10
        assert kept(journal) == list(range(turns + 1, 1_001 + turns))

    asyncio.run(scene())


def test_exchanges_that_arrive_during_a_search_are_found_by_the_next_one() -> None:
    served = Served(journal=1_000)
    for _ in range(200):
        served.layers.journal.add(raw_exchange())

    async def search(after: int) -> Any:
        return (await served.send("GET", f"/_mock/journal?q=recommend&limit=1000&after={after}")).json()["data"]

    async def scene() -> None:
        searching = asyncio.ensure_future(search(0))
        while not searching.done():
            served.layers.journal.add(raw_exchange())
            await asyncio.sleep(0)
        first = await searching
        then = await search(first["last_id"])
        ids = [each["id"] for each in (*first["exchanges"], *then["exchanges"])]
        assert then["exchanges"]
        assert ids == list(range(1, served.layers.journal.last_id + 1))

    served.run(scene())
    served.close()


def test_a_hundred_readers_get_the_same_exchanges() -> None:
    async def scene() -> None:
        journal = filled(10)
        readers = [Reader(journal) for _ in range(100)]
        running = [asyncio.ensure_future(each.run()) for each in readers]
        await asyncio.sleep(0.1)
        journal.add(raw_exchange())
        for reader in readers:
            await settle(reader, 1)
        journal.close()
        await asyncio.gather(*running)

    asyncio.run(scene())


def test_a_stream_ends_when_its_reader_disconnects() -> None:
    async def scene() -> None:
        reader = Reader(filled(10))
        running = asyncio.ensure_future(reader.run())
        await asyncio.sleep(0.1)
        reader.gone.set()
        async with asyncio.timeout(60):
            await running

    asyncio.run(scene())


def test_a_reader_that_reads_nothing_is_disconnected_and_uses_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mock_server.layers.journal.stream.READ_TIMEOUT_SECONDS", 0.2)

    async def scene() -> None:
        journal = filled(10)
        reader = Reader(journal, slow=True)
        running = asyncio.ensure_future(reader.run())
        for _ in range(1_000):
            journal.add(raw_exchange())
        await asyncio.wait_for(running, 5)
        assert reader.dropped
        assert (reader.ids, len(journal)) == ([], 10)

    asyncio.run(scene())


def test_a_quiet_stream_sends_keep_alives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mock_server.layers.journal.stream.HEARTBEAT_SECONDS", 0.05)

    async def scene() -> None:
        journal = filled(10)
        reader = Reader(journal)
        running = asyncio.ensure_future(reader.run())
        await reader.until(lambda: reader.text.count(": nothing new") == 2)
        journal.close()
        await running

    asyncio.run(scene())


def test_a_stream_ends_properly_when_the_mock_stops() -> None:
    """A stream that is cut off would raise IncompleteRead at its end."""
    with running_mock("--seed-data", "none") as mock:
        connection = http.client.HTTPConnection(mock.url.removeprefix("http://"), timeout=30)
        connection.request("GET", "/_mock/journal/stream")
        stream = connection.getresponse()
        assert stream.headers["content-type"] == "text/event-stream"
        assert stream.readline() == b"retry: 1000\n"
    assert stream.read().startswith(b": listening\n")
    connection.close()


def test_the_streams_events_equal_the_journals_list(mock: Observed) -> None:
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
    shown = [{name: value for name, value in each.items() if name in data[0]} for each in mock.exchanges()]
    assert data == shown
    assert data[1]["lint"][0]["id"] == "duplicate-event-id"


def test_requests_sent_with_keepalive_are_in_the_journal(mock: Observed) -> None:
    """While it unloads, the page wrongly sends text/plain; the journal shows why that was refused."""
    mock.post(EVENTS, b"{}", headers=[("Content-Type", "text/plain;charset=UTF-8")])
    assert mock.exchanges()[0]["findings"][0]["id"] == "unsupported-media-type"
