"""When requests are due in open load: an absolute schedule that slow responses don't delay (coordinated omission)."""

from collections.abc import Iterator
from random import Random

from load._profiles import Profile

CONSTANT, POISSON = "constant", "poisson"
_EARLY = 0.001  # seconds; the event loop's timers round up to whole milliseconds


def pause(due: float, now: float) -> float:
    """Return how long to sleep until `due`, so that a rounded-up timer is early by a millisecond at most."""
    return due - _EARLY - now


def counts_from(due: float | None, sent: float) -> float:
    """Return the moment from which a response time counts: when the request was due, however late it was sent. A
    request without a due moment, or sent before it, has waited for nothing, so its time counts from when it was
    sent."""
    return sent if due is None else min(due, sent)


def due_times(profile: Profile, rate: float, arrivals: str, index: int, workers: int, seed: int) -> Iterator[float]:
    """Yield the seconds from the start at which worker `index` of `workers` sends, ascending; `rate` is the total of
    all workers.

    The workers' constant schedules interleave to one constant schedule; independent Poisson arrivals at a share of the
    rate add up to Poisson arrivals at the whole rate."""
    return profile.seconds_at(_areas(rate, arrivals, index, workers, seed))


def _areas(rate: float, arrivals: str, index: int, workers: int, seed: int) -> Iterator[float]:
    if arrivals == CONSTANT:
        number = index
        while True:
            yield number / rate
            number += workers
    rng = Random(f"{seed}:arrivals:{index}")
    area = 0.0
    while True:
        area += rng.expovariate(rate / workers)
        yield area
