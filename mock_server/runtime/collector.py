"""The policy of Python's garbage collector, the same for the server, the tests and the benches.

Reference counts free what a request, an event, a reset or a removed organisation leaves behind: none of them leaves a
reference cycle (tests/mock/http/test_cycles.py). So the collector finds next to nothing, and what it costs is walking
what is alive, while everything else waits: 130 ms for a shop of 50,000 events. Therefore

- nothing is collected while the mock starts: all that is made then stays;
- what is alive when it is ready is frozen, which means that it is walked no more;
- so is what survives a full collection later: the data of new organisations, of restores and of uploads;
- nothing is collected while a snapshot file is read or written, which makes millions of objects;
- a full collection comes after at most 150,000 new objects, which keeps it to a few milliseconds;
- what was frozen and is then dropped in cycles is found by `collect_everything`, which a reloaded spec calls for:
  a compiled contract is the one large thing that is full of cycles.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

THRESHOLDS = (10_000, 5, 3)  # new objects, and rounds of the younger generation before an older one is walked
_OLDEST = 2


def start() -> None:
    """Nothing is collected until `settle`."""
    gc.disable()


def settle() -> None:
    """From now on by the policy; what is alive is frozen."""
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
    if _freeze_survivors not in gc.callbacks:
        gc.callbacks.append(_freeze_survivors)
    gc.enable()


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
        if _freeze_survivors in gc.callbacks:
            gc.freeze()
        gc.enable()


def collect_everything() -> None:
    """Collect what is frozen, too: after something large was replaced whose parts refer to each other."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _freeze_survivors(phase: str, info: Mapping[str, int]) -> None:
    if phase == "stop" and info["generation"] == _OLDEST:
        gc.freeze()
