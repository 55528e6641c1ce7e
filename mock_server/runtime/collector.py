"""The policy of Python's garbage collector, the same for the server and the benches.

Reference counts free what a request, an event, a reset or a removed organisation leaves behind: none of them leaves a
reference cycle (tests/mock/http/test_cycles.py). So the collector finds next to nothing, and what it costs is walking
what is alive, while everything else waits: 130 ms for a shop of 50,000 events. Therefore

- nothing is collected while the mock starts: all that is made then stays;
- what is alive when it is ready is frozen, which means that it is walked no more;
- so is what an organisation begins with later (`freeze`): a copy of a shop is a few objects with 100,000 references;
- nothing is collected while an upload or a snapshot file is read or written, which makes millions of objects;
- what is younger is walked twice, after 2,000 and 10,000 new objects: cycles of the control plane and of libraries are
  found while they are young. Each takes a few milliseconds at most;
- what is older is never walked by itself: a full collection has no bound;
- cycles that have grown old or were frozen are found by `collect_everything`, which a reloaded spec calls for: a
  compiled contract is the one large thing that is full of cycles.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

NEVER = 1_000_000_000
THRESHOLDS = (2_000, 4, NEVER)  # new objects, and rounds of the younger generation before an older one is walked


def start() -> None:
    """Nothing is collected until `settle`."""
    gc.disable()


def settle() -> None:
    """From now on by the policy; what is alive is frozen."""
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
    gc.enable()


def freeze() -> None:
    """Something large was made that stays: walk it no more. Does nothing in a process that has a policy of its own."""
    if gc.get_threshold()[:2] == THRESHOLDS[:2]:
        gc.freeze()


@contextmanager
def paused() -> Iterator[None]:
    """Nothing is collected while something large is made, in a thread too; what is alive then is walked no more."""
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
    """Collect what is frozen, too: after something large was replaced whose parts refer to each other."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
