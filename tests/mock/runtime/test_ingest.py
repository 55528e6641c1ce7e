"""Queued ingestion (R51): 202 means queued, order is kept, nothing accepted is lost, the loop stays responsive."""

import asyncio
import logging
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.bodies import event_body, identify_body, item_body, recommend_body, user_body
from mock_server.runtime.ingest import IngestQueue
from mock_server.settings import Delay
from mock_server.state.clock import RealClock, VirtualClock
from mock_server.state.organisations import State
from mock_server.state.tenant import Tenant
from tests.support.mock_client import EVENTS, ITEMS, RECOMMEND, USERS, Client

Make = Callable[..., Client]
POPULAR = recommend_body("popular", limit=100)


def test_accepted_data_is_visible_only_after_the_delay(make_mock: Make) -> None:
    client = make_mock(ingest_delay=2)
    client.post(ITEMS, item_body("a"))
    assert client.post(RECOMMEND, POPULAR).ids == []
    client.advance(1.9)
    assert client.post(RECOMMEND, POPULAR).ids == []
    client.advance(0.1)
    assert client.post(RECOMMEND, POPULAR).ids == ["a"]


def test_without_a_delay_data_is_visible_when_the_202_arrives(mock: Client) -> None:
    mock.post(ITEMS, [item_body(f"item-{n}") for n in range(1000)])
    assert mock.post(RECOMMEND, POPULAR).data["pagination"]["total_count"] == 1000


def test_accepted_counts_what_was_received(mock: Client) -> None:
    assert mock.post(ITEMS, item_body("a")).data == {"accepted": 1}
    assert mock.post(USERS, [user_body("u"), user_body("u")]).data == {"accepted": 2}
    twice = [event_body("view", "u", "a", event_id="e")] * 2
    assert mock.post(EVENTS, twice).data == {"accepted": 2}
    assert len(mock.first.tenant.events) == 1


def test_responses_have_the_documented_messages(mock: Client) -> None:
    assert mock.post(ITEMS, item_body("a")).json == {
        "success": True,
        "message": "items accepted",
        "data": {"accepted": 1},
        "error": None,
    }
    assert mock.post(USERS, user_body("u")).message == "users accepted"
    assert mock.post(EVENTS, event_body("view", "u")).message == "events accepted"


@pytest.mark.parametrize("path", [ITEMS, USERS, EVENTS])
def test_an_array_with_one_bad_record_stores_nothing(mock: Client, path: str) -> None:
    good = {ITEMS: item_body("a"), USERS: user_body("u"), EVENTS: event_body("view", "u", "a")}[path]
    answer = mock.post(path, [good, good, {**good, "user_id": 5, "item_id": 5}])
    assert answer.status == 400
    assert all(field.startswith("$[2].") for field in answer.fields)
    tenant = mock.first.tenant
    assert (tenant.items, tenant.users, tenant.events) == ({}, {}, {})


def test_events_without_an_id_get_one_from_the_server(mock: Client) -> None:
    mock.post(EVENTS, [event_body("view", "u", event_id=event_id) for event_id in ("mine", None)])
    mock.post(EVENTS, event_body("view", "u"))
    mine, *given_ids = mock.first.tenant.events
    assert mine == "mine"
    assert [len(event_id) for event_id in given_ids] == [36, 36]
    assert len({*given_ids}) == 2


def test_generated_event_ids_repeat_with_the_seed(make_mock: Make) -> None:
    found = []
    for seed in (1, 1, 2):
        client = make_mock(seed=seed)
        client.post(EVENTS, event_body("view", "u"))
        found.append(list(client.first.tenant.events))
    assert found[0] == found[1] != found[2]


def test_a_later_request_never_overtakes_an_earlier_one(make_mock: Make) -> None:
    client = make_mock(ingest_delay="0-3")
    for n in range(30):
        client.post(ITEMS, item_body("a", attributes={"n": n}))
    seen = []
    for _ in range(60):
        client.advance(0.1)
        (results,) = [client.post(RECOMMEND, POPULAR).data["results"]]
        seen += [results[0]["metadata"]["n"]] if results else []
    assert seen == sorted(seen)
    assert seen[-1] == 29


def test_delays_are_drawn_from_the_range_and_the_seed(make_mock: Make) -> None:
    def due_times(seed: int) -> list[float]:
        client = make_mock(ingest_delay="1-3", seed=seed)
        times = []
        for _ in range(20):
            client.post(ITEMS, item_body("a"))
            start = client.mock.clock.monotonic()
            times.append(client.mock.ingest.next_due - start)
            client.flush()
            client.advance(10)
        return times

    assert due_times(1) == due_times(1) != due_times(2)
    assert all(1 <= wait <= 3 for wait in due_times(1))
    assert len(set(due_times(1))) > 10


def test_the_queues_of_organisations_are_independent(make_mock: Make) -> None:
    client = make_mock(ingest_delay="0-3")
    first, second = client.mock.organisations
    for _ in range(10):
        client.post(ITEMS, item_body("a"))
    client.post(ITEMS, item_body("b"), key=second.secret_key)
    assert second.state.due < first.state.due


def test_flush_makes_everything_accepted_visible(make_mock: Make) -> None:
    client = make_mock(ingest_delay=3000)
    for n in range(50):
        client.post(ITEMS, item_body(f"item-{n}"))
    assert len(client.mock.ingest) == 50
    client.flush()
    assert len(client.mock.ingest) == 0
    assert len(client.post(RECOMMEND, POPULAR).ids) == 50


def test_advancing_applies_due_data_in_order_and_at_its_own_time(make_mock: Make) -> None:
    client = make_mock(ingest_delay=5)
    client.post(EVENTS, identify_body("real", "anonymous"))
    client.advance(1)
    client.post(EVENTS, event_body("view", "anonymous", "a"))
    client.post(ITEMS, [item_body("a"), item_body("b")])
    client.advance(100)
    answer = client.post(RECOMMEND, recommend_body("recently-viewed", user_id="real"))
    assert answer.ids[0] == "a"
    assert answer.data["mode"] == "behavioral"
    assert client.mock.clock.now() == 1_780_315_200.0 + 101


def test_a_reset_discards_queued_data(make_mock: Make) -> None:
    client = make_mock(ingest_delay=5)
    client.post(ITEMS, item_body("a"))
    client.mock.reset()
    client.advance(10)
    assert client.post(RECOMMEND, POPULAR).ids == []


@pytest.mark.parametrize("seconds", [-1.0, float("nan"), float("inf")])
def test_time_can_only_be_advanced_by_a_number_of_seconds(mock: Client, seconds: float) -> None:
    with pytest.raises(ValueError, match="seconds must be a number from 0"):
        mock.advance(seconds)


class Recorder:
    """A tenant that only records what was applied."""

    def __init__(self) -> None:
        self.applied: list[Any] = []

    def state(self, seed: str = "s") -> State:
        return State(Tenant("t"), seed)


def test_under_a_real_clock_a_timer_applies_due_data() -> None:
    async def scenario() -> None:
        queue, recorder = IngestQueue(RealClock(), Delay(0.0, 0.02)), Recorder()
        state, last = recorder.state(), asyncio.Event()

        def apply(record: int) -> None:
            recorder.applied.append(record)
            if record == 19:
                last.set()

        for n in range(20):
            await queue.put(state, apply, [n])
        assert len(recorder.applied) < 20
        await last.wait()
        assert recorder.applied == list(range(20))

    asyncio.run(scenario())


def test_a_large_batch_is_applied_in_slices_so_that_other_requests_are_served() -> None:
    """Applying must yield to the event loop many times on any machine: each record here takes 1 ms."""

    async def scenario() -> None:
        queue, recorder = IngestQueue(RealClock(), Delay(0, 0)), Recorder()
        turns = 0

        def apply(record: int) -> None:
            deadline = RealClock().monotonic() + 0.001
            while RealClock().monotonic() < deadline:
                pass
            recorder.applied.append(record)

        put = asyncio.ensure_future(queue.put(recorder.state(), apply, range(200)))
        while not put.done():
            await asyncio.sleep(0)
            turns += 1
        assert recorder.applied == list(range(200))
        assert turns > 20

    asyncio.run(scenario())


def test_a_batch_is_applied_even_if_its_waiter_is_cancelled() -> None:
    async def scenario() -> None:
        clock = VirtualClock(0)
        queue, recorder = IngestQueue(clock, Delay(1, 1)), Recorder()

        begun = asyncio.Event()

        def slow(record: int) -> None:
            begun.set()
            recorder.applied.append(record)
            end = RealClock().monotonic() + 0.006
            while RealClock().monotonic() < end:
                pass

        await queue.put(recorder.state(), slow, range(10))
        waiting = asyncio.ensure_future(queue.flush())
        await begun.wait()
        waiting.cancel()
        await queue.flush()
        assert recorder.applied == list(range(10))

    asyncio.run(scenario())


def test_a_record_that_cannot_be_applied_is_logged_and_the_next_ones_are_applied(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def scenario() -> list[float]:
        queue, found = IngestQueue(VirtualClock(0), Delay(0, 0)), list[float]()
        await queue.put(Recorder().state(), lambda record: found.append(1 / record), [1, 0, 2])
        return found

    assert asyncio.run(scenario()) == [1.0, 0.5]
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert "ZeroDivisionError" in caplog.text


@given(
    seed=st.integers(0, 99),
    steps=st.lists(st.sampled_from(["put first", "put second", "advance", "flush"]), max_size=40),
)
@settings(deadline=None, derandomize=True, max_examples=80)
def test_in_any_interleaving_each_organisations_records_are_applied_once_and_in_order(
    seed: int, steps: list[str]
) -> None:
    async def scenario() -> None:
        clock, rng = VirtualClock(0), Random(seed)
        queue = IngestQueue(clock, Delay(0, 3))
        recorders = {"first": Recorder(), "second": Recorder()}
        states = {name: recorder.state(f"{seed}{name}") for name, recorder in recorders.items()}
        sent: dict[str, list[int]] = {"first": [], "second": []}
        for number, step in enumerate(steps):
            if step.startswith("put"):
                name = step.partition(" ")[2]
                records = [number * 10 + n for n in range(rng.randrange(1, 4))]
                sent[name] += records
                await queue.put(states[name], recorders[name].applied.append, records)
            elif step == "advance":
                clock.advance(rng.random())
                await queue.apply_due()
            else:
                await queue.flush()
                assert {name: recorder.applied for name, recorder in recorders.items()} == sent
            for name, recorder in recorders.items():
                assert recorder.applied == sent[name][: len(recorder.applied)]
        await queue.flush()
        assert {name: recorder.applied for name, recorder in recorders.items()} == sent

    asyncio.run(scenario())
