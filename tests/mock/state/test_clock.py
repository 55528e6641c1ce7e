"""The clock runs at the machine's pace, faster, slower or not at all, and can be moved forward at any time."""

import asyncio
import time

import pytest

from mock_server.mock import Mock
from mock_server.settings import Delay, Settings
from mock_server.state.clock import Clock, RealClock, VirtualClock


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Replace the machine's clocks by [seconds since the epoch]; the monotonic clock is 1,000 s behind it."""
    now = [1_780_000_000.0]
    monkeypatch.setattr(time, "time", lambda: now[0])
    monkeypatch.setattr(time, "monotonic", lambda: now[0] - 1000)
    return now


def test_a_real_clock_gives_the_machines_time(machine: list[float]) -> None:
    clock = RealClock()
    machine[0] += 7
    assert (clock.now(), clock.monotonic(), clock.virtual, clock.scale) == (1_780_000_007, 1_779_999_007, False, 1)


def test_a_virtual_clock_stands_still(machine: list[float]) -> None:
    clock = VirtualClock(10)
    machine[0] += 7
    assert (clock.now(), clock.monotonic(), clock.virtual, clock.scale) == (10, 10, True, 0)


@pytest.mark.parametrize("clock", [RealClock(), VirtualClock(10)])
def test_every_clock_can_be_moved_forward_but_never_back(clock: Clock) -> None:
    clock.run_at(0)
    now, monotonic = clock.now(), clock.monotonic()
    clock.advance(900)
    assert (clock.now() - now, clock.monotonic() - monotonic) == pytest.approx((900, 900))
    with pytest.raises(ValueError, match="can only move forward"):
        clock.advance(-1)


def test_a_moved_real_clock_keeps_the_machines_pace(machine: list[float]) -> None:
    clock = RealClock()
    clock.advance(900)
    machine[0] += 7
    assert clock.now() == machine[0] + 900


@pytest.mark.parametrize(("scale", "passed"), [(0, 0), (0.5, 5), (1, 10), (60, 600)])
def test_a_scale_changes_the_pace_from_now_on(machine: list[float], scale: float, passed: float) -> None:
    for clock in (RealClock(), VirtualClock(10)):
        before = clock.now()
        clock.run_at(scale)
        machine[0] += 10
        assert clock.now() - before == passed
        clock.run_at(1)
        machine[0] += 1
        assert clock.now() - before == passed + 1
        machine[0] -= 11


def test_a_clock_at_the_machines_pace_returns_to_the_machines_time_when_put_back(machine: list[float]) -> None:
    clock = RealClock()
    pace = clock.pace
    clock.advance(900)
    machine[0] += 10
    monotonic = clock.monotonic()
    clock.put_back(pace)
    assert clock.now() == machine[0]
    assert clock.monotonic() == monotonic


@pytest.mark.parametrize("scale", [0, 60])
def test_any_other_clock_returns_to_its_earlier_time_when_put_back(machine: list[float], scale: float) -> None:
    clock = VirtualClock(10)
    clock.run_at(scale)
    pace = clock.pace
    clock.run_at(1)
    machine[0] += 10
    monotonic = clock.monotonic()
    clock.put_back(pace)
    assert (clock.now(), clock.scale) == (10, scale)
    assert clock.monotonic() == monotonic


def test_queued_data_becomes_visible_sooner_when_time_runs_faster() -> None:
    async def scenario() -> None:
        mock = Mock(Settings(clock="virtual", ingest_delay=Delay(3600, 3600)))
        arrived = asyncio.Event()
        await mock.ingest.put(mock.organisations.first.state, lambda _: arrived.set(), [1])
        mock.run_clock_at(1_000_000)
        await asyncio.wait_for(arrived.wait(), 60)

    asyncio.run(scenario())


def test_advancing_a_real_clock_applies_everything_that_becomes_due() -> None:
    async def scenario() -> list[float]:
        mock = Mock(Settings(ingest_delay=Delay(60, 60)))
        started, applied = mock.clock.monotonic(), list[float]()
        for record in range(3):
            await mock.ingest.put(
                mock.organisations.first.state, lambda _: applied.append(mock.clock.monotonic() - started), [record]
            )
            await mock.advance(10)
        await mock.advance(60)
        return applied

    assert [round(moment) for moment in asyncio.run(scenario())] == [60, 70, 80]


def test_two_simultaneous_moves_add_up() -> None:
    async def scenario() -> float:
        mock = Mock(Settings(clock="virtual"))
        before = mock.clock.now()
        await asyncio.gather(mock.advance(30), mock.advance(30))
        return mock.clock.now() - before

    assert asyncio.run(scenario()) == 60


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf")])
def test_only_a_finite_step_forward_is_accepted(seconds: float) -> None:
    with pytest.raises(ValueError, match="from 0"):
        asyncio.run(Mock(Settings(clock="virtual")).advance(seconds))
