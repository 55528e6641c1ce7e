"""The countdown: falls with every request, shared by keys and routes, an array costs one, organisations apart.

Judged by drops of `RateLimit-Remaining` in short bursts. Others may use the same organisation (then a drop is larger
than ours), and a bucket may be refilled meanwhile, so a single odd drop proves nothing: the smallest of several does.
"""

import itertools
import math
from collections.abc import Callable, Sequence
from functools import partial

from contracts.exchange import Exchange
from contracts.outcome import Blocked, Skipped
from contracts.probe import Probe
from contracts.registry import check
from fixtures.bodies import event_body, user_body

_TRIES = 2
_APART_DROP = 3  # of one request, with a little that others may use
_APART = 1.7  # seconds: a clock that runs shows by whole ones
_ROUNDING = 2  # seconds
_A_GOOD_PART = 0.75  # of a window's requests, when it has just begun

Send = Callable[[], Exchange]


def remaining(exchange: Exchange) -> int:
    """Raises Blocked without the header: RATE-headers judges that."""
    number = exchange.number_of("RateLimit-Remaining")
    if number is None:
        raise Blocked("RateLimit-Remaining is missing (RATE-headers)")
    return number


def _refill(probe: Probe, first: Exchange, last: Exchange) -> int:
    """What a bucket that refills steadily may have gained meanwhile, and one expired request."""
    seconds = last.sent_at + last.seconds - first.sent_at
    return math.ceil(seconds * probe.run.target.limit / probe.run.target.window_seconds)


def _rolled_over(exchanges: list[Exchange]) -> bool:
    resets = [exchange.number_of("RateLimit-Reset") or 0 for exchange in exchanges]
    return any(later > earlier + 1 for earlier, later in itertools.pairwise(resets))


def _cheap(probe: Probe, organisation: str = "main") -> Exchange:
    return probe.recommend(organisation, strategy="trending", limit=5)


@check("RATE-counts-down")
def counts_down(probe: Probe) -> None:
    """Six equal requests: six less, at least."""
    _expect_fall(probe, "one route", [lambda: _cheap(probe)] * 6)


@check("RATE-shared-by-routes")
def shared_by_routes(probe: Probe) -> None:
    """The two operations that a key opens count down together, in turn."""
    operations = probe.run.operations
    user, item = user_body(probe.name("user")), probe.item()
    event = event_body("search", probe.name("user"))
    _expect_fall(probe, "publishable key", [lambda: _cheap(probe), lambda: probe.send(operations.events, event)] * 3)
    upserts = [lambda: probe.send(operations.items, item), lambda: probe.send(operations.users, user)]
    _expect_fall(probe, "secret key", upserts * 3)


@check("RATE-shared-by-keys")
def shared_by_keys(probe: Probe) -> None:
    """Publishable and secret key in turn count down together."""
    users = probe.run.operations.users
    user = user_body(probe.name("user"))
    _expect_fall(probe, "both keys in turn", [lambda: _cheap(probe), lambda: probe.send(users, user)] * 4)


def _expect_fall(probe: Probe, case: str, sends: Sequence[Send]) -> None:
    for _ in range(_TRIES):
        exchanges = [send() for send in sends]
        levels = [remaining(exchange) for exchange in exchanges]
        if _rolled_over(exchanges):
            continue
        refill = _refill(probe, exchanges[0], exchanges[-1])
        fall, rises = levels[0] - levels[-1], [b - a for a, b in itertools.pairwise(levels)]
        stalls = sum(rise >= 0 for rise in rises)
        held = fall >= len(sends) - 1 - refill and max(rises) <= refill and stalls <= refill
        if probe.run.exclusive:
            held = held and fall <= len(sends) - 1
        said = ", ".join(map(str, levels))
        probe.expect(held, case, "RateLimit-Remaining one less with every request", said, *exchanges)
        return
    raise Blocked("the window ended in every burst")


def _smallest_drop(
    probe: Probe, between: Sequence[Send], enough: int, organisation: str = "main"
) -> tuple[int, list[Exchange]]:
    """Of at most `_TRIES`: how far Remaining fell from one cheap request to the next, with others between them; a fall
    of no more than `enough` is not tried again."""
    best: tuple[int, list[Exchange]] | None = None
    for _ in range(_TRIES):
        first = _cheap(probe, organisation)
        sent = [send() for send in between]
        last = _cheap(probe, organisation)
        drop = remaining(first) - remaining(last)
        if not _rolled_over([first, last]) and (best is None or drop < best[0]):
            best = (drop, [first, *sent, last])
            if drop <= enough:
                break
    if best is None:
        raise Blocked("the window ended in every burst")
    return best


@check("RATE-array-costs-one")
def array_costs_one(probe: Probe) -> None:
    """Three arrays cost what three single events cost, give or take what others may have used meanwhile."""
    user, events = probe.name("user"), probe.run.operations.events
    single = event_body("search", user)
    alone, _ = _smallest_drop(probe, [lambda: probe.send(events, single)] * 3, enough=4)
    drop, exchanges = _smallest_drop(probe, [lambda: probe.send(events, [single] * 20)] * 3, enough=alone + 2)
    probe.expect(drop <= alone + 2, "arrays of 20", f"{alone} less, as for single events", f"{drop} less", *exchanges)


@check("RATE-organisations-apart")
def organisations_apart(probe: Probe) -> None:
    """Requests of one organisation cost another nothing."""
    probe.needs_other_organisation()
    for one, other in (("main", "other"), ("other", "main")):
        neighbour = partial(_cheap, probe, other)
        drop, exchanges = _smallest_drop(probe, [neighbour] * 5, _APART_DROP, one)
        probe.expect(drop <= _APART_DROP, f"{one} beside {other}", "one less", f"{drop} less", *exchanges)


@check("RATE-window")
def window(probe: Probe) -> None:
    """The first answers of two organisations, at different times, announce the same: that is what a window holds and
    how long it lasts. A window that ends by the clock has less and less time left, and a bucket that refills steadily
    needs the longer, the more was taken: neither is accused."""
    first = next((x for x in probe.run.client.journal if x.organisation == "main"), None)
    limit, length = probe.run.target.limit, probe.run.target.window_seconds
    if first is None or _reset(first) is None:
        raise Blocked("RateLimit-Reset is missing (RATE-headers)")
    if _lasts(first, length) and remaining(first) >= limit - 1:
        return
    if probe.run.target.other is None:
        raise Skipped("no second organisation")
    if any(exchange.organisation == "other" for exchange in probe.run.client.journal):
        raise Skipped("the second organisation's window had begun before it could be compared")
    probe.run.sleep(_APART)
    second, again = _cheap(probe, "other"), _cheap(probe)
    begun = _lasts(first, length) and _lasts(second, length)
    held = remaining(first) > limit * _A_GOOD_PART or remaining(second) > limit * _A_GOOD_PART
    if begun:
        said = f"{remaining(first)} and {remaining(second)} of {limit} remain"
        probe.expect(held, "requests", f"about {limit} remain when a window has just begun", said, first, second)
    elif remaining(first) < limit - 1 or remaining(second) < limit - 1:
        raise Skipped("a window had begun before the run")
    elif _reset(first) == _reset(second) and _runs_down(probe, first, again):
        probe.expect(
            False,
            "seconds",
            f"RateLimit-Reset {length:g} when a window begins",
            f"{_reset(first)}, twice",
            first,
            second,
        )
    else:
        raise Skipped("the target's windows don't begin with their first request")


def _reset(exchange: Exchange) -> int | None:
    return exchange.number_of("RateLimit-Reset")


def _lasts(exchange: Exchange, length: float) -> bool:
    """As long as it should, give or take rounding."""
    return abs((_reset(exchange) or 0) - length) <= _ROUNDING


def _runs_down(probe: Probe, first: Exchange, last: Exchange) -> bool:
    """Between two answers of the first organisation RateLimit-Reset was the time left of one window."""
    since = [x for x in probe.run.client.journal if x.organisation == "main" and first.number < x.number <= last.number]
    announced = _reset(first) or 0
    falls = (_reset(last) or 0) < announced
    return falls and all((_reset(x) or 0) <= announced - (x.sent_at - first.sent_at) + _ROUNDING for x in since)
