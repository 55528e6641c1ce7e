"""Finds objects in unreachable reference cycles, which only the garbage collector would free."""

import gc
from collections import Counter
from collections.abc import Callable


def garbage_of(act: Callable[[], object], frozen: bool = False) -> Counter[str]:
    """Return the types of the objects that each run of `act` leaves in cycles, and how many of each.

    `act` runs once more before the measurement, because objects that are made once (caches, compiled patterns) are no
    garbage of a run. Objects that only some of the runs leave come from other threads. `frozen`: `act` excludes living
    objects from collections (gc.freeze); then they must be included again, which takes longer."""
    act()
    runs = [_garbage_of_one_run(act, frozen) for _ in range(3)]
    return runs[0] & runs[1] & runs[2]


def _garbage_of_one_run(act: Callable[[], object], frozen: bool) -> Counter[str]:
    was_enabled = gc.isenabled()
    if frozen:
        gc.unfreeze()
    gc.collect()
    gc.disable()
    try:
        act()
        if frozen:
            gc.unfreeze()
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        return Counter(type(each).__qualname__ for each in gc.garbage)
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        if frozen:
            gc.freeze()
        if was_enabled:
            gc.enable()
