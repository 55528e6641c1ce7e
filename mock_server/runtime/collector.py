"""Settings of Python's garbage collector, the same for the server and the benchmarks.

Reference counting frees what a request, an event, a reset or a removed organisation leaves behind; none of them creates
a reference cycle (tests/mock/http/test_cycles.py). So the collector finds next to nothing, and its cost is traversing
the live objects while everything else waits (`python -m bench.stretches`). Therefore:

- nothing is collected while the mock starts, because everything created then stays;
- the live objects are frozen when the mock is ready, so they are not traversed again;
- so are the initial data of later organisations (`freeze`): a copy of a shop is a few objects with 100,000 references;
- nothing is collected while an upload or a snapshot file is read or written, which makes millions of objects;
- young objects are traversed twice, when they are a tenth and half a second old (`tick`), which finds the cycles of the
  control plane and of libraries. Each collection takes a few milliseconds at most. By time, because Python only counts
  new objects minus freed ones: while old data is freed, the count stands still and the young objects pile up, and then
  one collection traverses all of them. Python's own collections are for bursts, after 2,000 more objects;
- older objects are never traversed automatically, because a full collection takes unlimited time;
- cycles among old or frozen objects are found by `collect_everything`, which a reload of the spec calls: a compiled
  contract is the one large object that is full of cycles.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

NEVER = 1_000_000_000
THRESHOLDS = (2_000, NEVER, NEVER)  # new objects; collections of a generation before the next older one is collected
TICK_SECONDS = 0.1
MIDDLE_EVERY = 5  # ticks; the objects that were young at an earlier tick are traversed once more


def start() -> None:
    """Disable the garbage collector until `settle` is called."""
    gc.disable()


def settle() -> None:
    """Freeze the live objects and enable the collector."""
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
    gc.enable()


def tick(number: int) -> None:
    """Collect the objects made since the last tick. The server calls this every TICK_SECONDS, with numbers in
    sequence. Does nothing while collections are paused."""
    if gc.isenabled() and _in_use():
        gc.collect(0 if number % MIDDLE_EVERY else 1)


def freeze() -> None:
    """Exclude the live objects from collections, after something large was made that stays. Does nothing in a process
    that does not use these settings."""
    if _in_use():
        gc.freeze()


@contextmanager
def paused() -> Iterator[None]:
    """Pause the garbage collector while something large is made, in a thread too. Then freeze the objects that are
    alive."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        freeze()
        gc.enable()


def collect_everything() -> None:
    """Collect frozen objects too. Call this after a large structure with reference cycles was replaced."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _in_use() -> bool:
    return gc.get_threshold()[0] == THRESHOLDS[0]
