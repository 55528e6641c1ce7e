"""Long work gives way to requests: it pauses after each slice while others work, and goes on at once when nobody
does."""

import asyncio
from collections.abc import Iterator

import pytest

from mock_server.runtime import slices
from mock_server.runtime.slices import (
    LEAST_SHARE,
    OTHERS_SECONDS,
    REST_SECONDS,
    SLICE_SECONDS,
    Slices,
    in_slices,
)


class Machine:
    """A clock that stands still unless the test moves it, and the sleeps that were asked for."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        if seconds:
            self.slept.append(seconds)
            self.now += seconds
        await _sleep(0)


_sleep = asyncio.sleep


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    made = Machine()
    monkeypatch.setattr(slices, "perf_counter", lambda: made.now)
    monkeypatch.setattr(asyncio, "sleep", made.sleep)
    return made


def test_a_slice_is_over_when_its_time_is_used_up(machine: Machine) -> None:
    one = Slices()
    assert not one.over
    machine.now += 2 * SLICE_SECONDS
    assert one.over
    asyncio.run(one.rest())
    assert not one.over, "a rest begins a new slice"


def test_work_goes_on_at_once_when_nobody_else_works(machine: Machine) -> None:
    asyncio.run(Slices().rest())
    assert machine.slept == []


@pytest.mark.parametrize("turn", range(1, slices.TURNS + 1))
def test_work_rests_when_a_request_is_served_in_any_of_the_turns_that_it_needs(machine: Machine, turn: int) -> None:
    async def request() -> None:
        for _ in range(turn - 1):
            await _sleep(0)
        machine.now += 2 * OTHERS_SECONDS

    async def scene() -> None:
        served = asyncio.ensure_future(request())
        await Slices().rest()
        await served

    asyncio.run(scene())
    assert machine.slept == [REST_SECONDS]


def test_work_has_a_share_of_the_time_however_busy_the_others_are(machine: Machine) -> None:
    busy = 100 * SLICE_SECONDS

    async def request() -> None:
        machine.now += busy

    async def scene() -> Slices:
        served, work = asyncio.ensure_future(request()), Slices()
        await work.rest()
        await served
        return work

    work = asyncio.run(scene())
    machine.now += 0.99 * LEAST_SHARE * busy
    assert not work.over
    machine.now += LEAST_SHARE * busy
    assert work.over


def test_steps_are_handed_on_in_order_and_slices_end_between_two_of_them(machine: Machine) -> None:
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            machine.now += OTHERS_SECONDS
            await _sleep(0)

    def steps() -> Iterator[int]:
        for step in range(10):
            machine.now += 0.6 * SLICE_SECONDS
            yield step

    async def scene() -> list[int]:
        beside = asyncio.ensure_future(other())
        found = [step async for step in in_slices(step for step in steps())]
        beside.cancel()
        return found

    assert asyncio.run(scene()) == list(range(10))
    assert machine.slept == [REST_SECONDS] * 5, "after each second step"
    assert turns > len(machine.slept)
