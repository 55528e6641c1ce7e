"""The garbage collector's policy: it skips frozen, old objects and checks new ones; a reload checks all."""

import asyncio
import gc
import subprocess
import sys
import weakref
from collections.abc import Callable, Iterator

import pytest

from mock_server.mock import Mock
from mock_server.runtime import collector
from tests.support.control_client import SEED


class Ring:
    """A reference cycle: only the collector can free it."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    before, was_enabled = gc.get_threshold(), gc.isenabled()
    yield
    gc.set_threshold(*before)
    (gc.enable if was_enabled else gc.disable)()


def test_nothing_is_collected_while_the_mock_starts() -> None:
    collector.start()
    assert not gc.isenabled()
    collector.settle()
    assert gc.isenabled()
    assert gc.get_threshold() == collector.THRESHOLDS


def test_objects_from_before_the_mock_is_ready_are_frozen() -> None:
    alive = [[] for _ in range(1_000)]  # type: ignore[var-annotated]
    before = gc.get_freeze_count()
    collector.settle()
    assert gc.get_freeze_count() > before
    assert all(each is not alive for each in gc.get_objects())


def collections() -> list[int]:
    """Return how often each generation was collected."""
    return [each["collections"] for each in gc.get_stats()]


def test_only_the_youngest_objects_are_collected_without_a_tick() -> None:
    collector.settle()
    before = collections()
    kept = [[number] for number in range(50 * collector.THRESHOLDS[0])]
    young, middle, old = (now - then for now, then in zip(collections(), before, strict=True))
    assert (young > 40, middle, old) == (True, 0, 0)
    assert kept


def test_young_objects_do_not_pile_up_while_old_ones_are_freed() -> None:
    """Python counts new objects less freed ones, so that it puts its own collection off."""
    old: list[object] = [[] for _ in range(20 * collector.THRESHOLDS[0])]
    collector.settle()
    young: list[object] = []
    largest = 0
    for number in range(1, 21):
        for _ in range(collector.THRESHOLDS[0]):
            old.pop()
            young.append([])
        largest = max(largest, len(gc.get_objects(generation=0)))
        collector.tick(number)
    assert largest < 2 * collector.THRESHOLDS[0]


def test_a_tick_never_collects_old_objects() -> None:
    collector.settle()
    before = collections()
    for number in range(4 * collector.MIDDLE_EVERY):
        collector.tick(number)
    ticks = [now - then for now, then in zip(collections(), before, strict=True)]
    assert ticks == [4 * (collector.MIDDLE_EVERY - 1), 4, 0]


def test_a_cycle_of_an_object_that_outlives_a_tick_is_collected() -> None:
    collector.settle()
    ring = Ring()
    gone = weakref.ref(ring)
    collector.tick(1)
    del ring
    for number in range(2, collector.MIDDLE_EVERY + 1):
        assert gone() is not None
        collector.tick(number)
    assert gone() is None


def test_nothing_is_collected_by_a_tick_while_something_large_is_made_or_under_another_policy() -> None:
    collector.settle()
    before = collections()
    with collector.paused():
        collector.tick(0)
    gc.set_threshold(700, 10, 10)
    collector.tick(0)
    assert collections() == before


def test_a_cycle_that_is_dropped_soon_is_collected() -> None:
    collector.settle()
    ring = Ring()
    gone = weakref.ref(ring)
    del ring
    kept = [[number] for number in range(10 * collector.THRESHOLDS[0])]
    assert gone() is None
    assert kept


WAYS: dict[str, Callable[[Mock], object]] = {
    "a new one": lambda mock: mock.add_organisation(seeded=True),
    "a reset": lambda mock: mock.reset("glow-beauty-ng"),
    "a reset of all": lambda mock: mock.reset(),
    "seeding": lambda mock: mock.seed("glow-beauty-ng", ""),
    "a snapshot": lambda mock: asyncio.run(mock.freeze()),
    "a restore": lambda mock: asyncio.run(mock.restore(asyncio.run(mock.freeze()))),
}


@pytest.mark.parametrize("way", WAYS)
def test_an_organisations_seed_data_is_frozen(way: str) -> None:
    mock = Mock(fill=SEED.fill)
    collector.settle()
    kept = WAYS[way](mock)
    events = [each.tenant.events for each in mock.organisations if each.tenant.events]
    assert events
    assert not {id(each) for each in events} & {id(each) for each in gc.get_objects()}
    del kept


def test_in_a_process_with_its_own_policy_nothing_is_frozen() -> None:
    gc.set_threshold(700, 10, 10)
    mock = Mock(fill=SEED.fill)
    mock.reset()
    events = mock.organisations.first.tenant.events
    assert events
    assert any(each is events for each in gc.get_objects())


def test_dropped_frozen_objects_are_found_when_everything_is_collected() -> None:
    ring = Ring()
    gone = weakref.ref(ring)
    collector.settle()
    del ring
    gc.collect()
    assert gone() is not None
    collector.collect_everything()
    assert gone() is None


def test_memory_stays_flat_over_replaced_contracts() -> None:
    """A reload of the spec (--watch) collects everything, so that old contracts don't pile up."""
    script = """
import gc
from mock_server.mock import Mock
from mock_server.runtime import collector
from fixtures.spec import load_spec
mock = Mock()
collector.settle()
path = mock.spec.path
def alive():
    mock.reload_spec(load_spec(path))
    return gc.get_freeze_count()
for _ in range(3):
    alive()
first = alive()
for _ in range(3):
    last = alive()
print(first, last)
assert abs(last - first) < first / 100
"""
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, timeout=120)


def test_large_objects_are_made_without_collections_and_then_frozen() -> None:
    collector.settle()
    with collector.paused():
        with collector.paused():
            assert not gc.isenabled()
        assert not gc.isenabled(), "the outer one has not ended"
        made: list[object] = [object()]
    assert gc.isenabled()
    assert all(each is not made for each in gc.get_objects())


def test_in_a_process_with_its_own_policy_large_objects_are_not_frozen() -> None:
    gc.set_threshold(700, 10, 10)
    gc.enable()
    with collector.paused():
        assert not gc.isenabled()
        made: list[object] = [object()]
    assert gc.isenabled()
    assert any(each is made for each in gc.get_objects())
