"""The collector's policy: what is old is walked no more, what is young is, and a reload finds what is frozen."""

import gc
import subprocess
import sys
import weakref
from collections.abc import Iterator

import pytest

from mock_server.runtime import collector


class Ring:
    """Garbage that only the collector frees."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    before = gc.get_threshold(), gc.callbacks[:], gc.isenabled()
    yield
    gc.set_threshold(*before[0])
    gc.callbacks[:] = before[1]
    (gc.enable if before[2] else gc.disable)()


def test_nothing_is_collected_while_the_mock_starts() -> None:
    collector.start()
    assert not gc.isenabled()
    collector.settle()
    assert gc.isenabled()
    assert gc.get_threshold() == collector.THRESHOLDS


def test_what_is_alive_when_the_mock_is_ready_is_walked_no_more() -> None:
    alive = [[] for _ in range(1_000)]  # type: ignore[var-annotated]
    before = gc.get_freeze_count()
    collector.settle()
    assert gc.get_freeze_count() > before
    assert all(each is not alive for each in gc.get_objects())


def test_what_survives_a_full_collection_is_walked_no_more_either() -> None:
    collector.settle()
    later: list[object] = [object()]
    gc.collect()
    assert all(each is not later for each in gc.get_objects())


def test_the_policy_may_be_set_twice() -> None:
    collector.settle()
    collector.settle()
    assert gc.callbacks.count(collector._freeze_survivors) == 1


def test_what_was_frozen_and_then_dropped_is_found_when_everything_is_collected() -> None:
    ring = Ring()
    gone = weakref.ref(ring)
    collector.settle()
    del ring
    gc.collect()
    assert gone() is not None
    collector.collect_everything()
    assert gone() is None


def test_memory_stays_flat_over_replaced_contracts() -> None:
    """A reload of the spec (--watch) collects everything, so that edits of a day don't add up."""
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


def test_nothing_is_collected_while_something_large_is_made_and_it_is_walked_no_more() -> None:
    collector.settle()
    with collector.paused():
        with collector.paused():
            assert not gc.isenabled()
        assert not gc.isenabled(), "the outer one has not ended"
        made: list[object] = [object()]
    assert gc.isenabled()
    assert all(each is not made for each in gc.get_objects())


def test_a_process_with_another_policy_keeps_its_own() -> None:
    gc.callbacks[:] = [each for each in gc.callbacks if each is not collector._freeze_survivors]
    gc.enable()
    before = gc.get_freeze_count()
    with collector.paused():
        assert not gc.isenabled()
    assert (gc.isenabled(), gc.get_freeze_count()) == (True, before)
