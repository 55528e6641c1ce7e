"""The countdown of a rate limit: it falls with every request, keys and routes share it, an array costs one request,
organisations are separate.

Judged by the decrease of `RateLimit-Remaining` in short bursts. Other clients may use the same organisation (a larger
decrease), and a bucket may refill meanwhile, so one unusual decrease proves nothing: the least of several is used."""

import itertools
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from contracts.checks.common import valid_body
from contracts.exchange import Exchange
from contracts.outcome import Blocked, Skipped
from contracts.run.probe import Probe
from contracts.run.registry import check
from fixtures.bodies import event_body, user_body

_TRIES = 6
_LONGEST = 3.0  # seconds to which a short burst is drawn out
_IN_FLIGHT = 6  # requests, as many as a browser sends at the same time
_A_LITTLE = 2  # requests that other clients may use
_APART = 1.7  # seconds after which a running clock shows a change in whole seconds
_ROUNDING = 2  # seconds
_A_GOOD_PART = 0.75  # of a window's requests, when it has just begun

Send = Callable[[], Exchange]


def remaining(exchange: Exchange) -> int:
    """Return RateLimit-Remaining. Raises Blocked without the header, which RATE-headers judges."""
    number = exchange.number_of("RateLimit-Remaining")
    if number is None:
        raise Blocked("RateLimit-Remaining is missing (RATE-headers)")
    return number


def _refill(probe: Probe, first: Exchange, last: Exchange) -> int:
    """Return the number of requests that a steadily refilling bucket may have gained meanwhile, plus one expired
    request."""
    seconds = last.answered_at - first.sent_at
    return math.ceil(seconds * probe.target.limit / probe.target.window_seconds)


def _rolled_over(exchanges: list[Exchange]) -> bool:
    """Return whether a window ended: Reset and Remaining begin anew. In a steadily refilling bucket Reset alone grows
    with every request."""
    levels = [(exchange.number_of("RateLimit-Reset") or 0, remaining(exchange)) for exchange in exchanges]
    return any(
        reset > before + 1 and left >= left_before
        for (before, left_before), (reset, left) in itertools.pairwise(levels)
    )


def _cheap(probe: Probe, organisation: str = "main") -> Exchange:
    return probe.recommend(organisation, **_cheap_body(probe))


def _cheap_body(probe: Probe) -> dict[str, Any]:
    return {"strategy": "trending", "user_id": probe.names.prefix, "limit": 5}


@check("RATE-counts-down")
def counts_down(probe: Probe) -> None:
    """Send equal requests in sequence and check that Remaining falls by at least one each time. There are six, because
    the error may be rare. Then send some at the same time, which must cost as much."""
    _expect_fall(probe, "one route", [lambda: _cheap(probe)] * 6)
    if not probe.plan.quick:
        _expect_all_counted(probe)


def _expect_all_counted(probe: Probe) -> None:
    body = _cheap_body(probe)
    for _ in range(_TRIES):
        first = _cheap(probe)
        sent = probe.send_together(probe.operations.recommend, [{"json": body}] * _IN_FLIGHT)
        last = _cheap(probe)
        if _rolled_over([first, last]):
            continue
        fall, least = remaining(first) - remaining(last), _IN_FLIGHT + 1 - _refill(probe, first, last)
        expected = f"RateLimit-Remaining falls by one for each of {_IN_FLIGHT} requests at the same time and the next"
        probe.expect(fall >= least, "at the same time", expected, f"{fall} less", first, *sent, last)
        return
    raise Blocked("the window ended in every burst")


@check("RATE-reset-falls")
def reset_falls(probe: Probe) -> None:
    """Check that some seconds later less of the window is left, unless it ended meanwhile. The Reset of a steadily
    refilling bucket grows with the number of requests used, so several requests come first."""
    body = valid_body(probe, probe.operations.recommend)
    exchanges = [probe.send(probe.operations.recommend, body) for _ in range(5)]
    probe.sleep(_APART)
    exchanges.append(probe.send(probe.operations.recommend, body))
    announced = [_reset(exchange) for exchange in exchanges]
    first = announced[0]
    if first is None:
        raise Blocked("RateLimit-Reset is missing, or no number (RATE-headers, RATE-reset-in-seconds)")
    spent = exchanges[-1].sent_at + exchanges[-1].seconds - exchanges[0].sent_at
    if max(spent, _APART) + _ROUNDING >= first:
        raise Skipped("the target's windows are too short to watch their time run down")
    said = f"{first} in all {len(exchanges)} answers of {max(spent, _APART):.1f} s"
    probe.expect(len(set(announced)) > 1, "main", "RateLimit-Reset falls as time passes", said, *exchanges)


@check("RATE-shared-by-routes")
def shared_by_routes(probe: Probe) -> None:
    """Check that the two operations of one key, called alternately, count down together."""
    operations = probe.operations
    user, item = user_body(probe.name("user")), probe.item()
    event = event_body("search", probe.name("user"))
    _expect_fall(probe, "publishable key", [lambda: _cheap(probe), lambda: probe.send(operations.events, event)] * 3)
    upserts = [lambda: probe.send(operations.items, item), lambda: probe.send(operations.users, user)]
    _expect_fall(probe, "secret key", upserts * 3)


@check("RATE-shared-by-keys")
def shared_by_keys(probe: Probe) -> None:
    """Check that publishable and secret key, used alternately, count down together."""
    users = probe.operations.users
    user = user_body(probe.name("user"))
    turns = 3 if probe.plan.quick else 4
    _expect_fall(probe, "both keys in turn", [lambda: _cheap(probe), lambda: probe.send(users, user)] * turns)


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
        if probe.plan.exclusive:
            held = held and fall <= len(sends) - 1
        said = ", ".join(map(str, levels))
        probe.expect(held, case, "RateLimit-Remaining one less with every request", said, *exchanges)
        return
    raise Blocked("the window ended in every burst")


@dataclass(frozen=True)
class _Burst:
    """Two cheap requests with others between them."""

    exchanges: list[Exchange]

    @property
    def seconds(self) -> float:
        last = self.exchanges[-1]
        return last.answered_at - self.exchanges[0].sent_at

    @property
    def fall(self) -> int:
        """By how much Remaining fell."""
        return remaining(self.exchanges[0]) - remaining(self.exchanges[-1])

    @property
    def whole(self) -> bool:
        """Whether no window ended in it."""
        return not _rolled_over([self.exchanges[0], self.exchanges[-1]])


def _burst(probe: Probe, between: Sequence[Send], organisation: str, seconds: float) -> _Burst:
    """Send a burst that takes at least so long."""
    first = _cheap(probe, organisation)
    sent = [send() for send in between]
    probe.sleep(max(0.0, first.sent_at + seconds - time.monotonic()))
    return _Burst([first, *sent, _cheap(probe, organisation)])


def _expect_no_dearer(
    probe: Probe, case: str, sends: Sequence[Send], control: Sequence[Send], organisation: str = "main"
) -> None:
    """Check that `sends` use no more of the limit than `control`, the same number of requests that are known to be
    cheap. Other clients affect both equally if both take equally long, and come in an order by which no other run goes;
    so the smallest difference of several tries counts."""
    rng, seconds = probe.rng(f"{probe.names.prefix} {case}"), 0.0
    found: list[tuple[int, str, list[Exchange]]] = []
    for _ in range(_TRIES):
        bursts: dict[bool, _Burst] = {}
        for is_dear in rng.sample((True, False), 2):
            bursts[is_dear] = _burst(probe, sends if is_dear else control, organisation, seconds)
            seconds = min(_LONGEST, max(seconds, bursts[is_dear].seconds))
        dear, cheap = bursts[True], bursts[False]
        if dear.whole and cheap.whole:
            found.append((dear.fall - cheap.fall, f"{dear.fall} less, and {cheap.fall} less beside it", dear.exchanges))
            if found[-1][0] <= _A_LITTLE:
                break
    if not found:
        raise Blocked("the window ended in every burst")
    difference, said, exchanges = min(found, key=lambda one: one[0])
    probe.expect(difference <= _A_LITTLE, case, "no more used up than by the requests beside it", said, *exchanges)


@check("RATE-array-costs-one")
def array_costs_one(probe: Probe) -> None:
    """Check that three arrays cost as much as three single events."""
    events, single = probe.operations.events, event_body("search", probe.name("user"))
    arrays, singles = [lambda: probe.send(events, [single] * 20)] * 3, [lambda: probe.send(events, single)] * 3
    _expect_no_dearer(probe, "arrays of 20", arrays, singles)


@check("RATE-organisations-apart")
def organisations_apart(probe: Probe) -> None:
    """Check that requests of one organisation cost another nothing: no more than requests without a valid key do."""
    probe.needs_other_organisation()
    unknown = probe.credentials.wrong("publishable")["unknown"]
    nobody = partial(
        probe.send,
        probe.operations.recommend,
        {"strategy": "trending", "user_id": probe.names.prefix, "limit": 5},
        unknown,
    )
    for one, other in (("main", "other"), ("other", "main")):
        _expect_no_dearer(probe, f"{one} beside {other}", [partial(_cheap, probe, other)] * 4, [nobody] * 4, one)


@check("RATE-window")
def window(probe: Probe) -> None:
    """Check that the first responses of two organisations, at different times, announce the same numbers: size and
    length of a window. Two cases are not judged: a window that ends by the clock, of which less and less time is left,
    and a steadily refilling bucket, whose Reset grows with the number of requests used."""
    first = next((x for x in probe.journal if x.organisation == "main"), None)
    limit, length = probe.target.limit, probe.target.window_seconds
    if first is None or _reset(first) is None:
        raise Blocked("RateLimit-Reset is missing (RATE-headers)")
    if _lasts(first, length) and remaining(first) >= limit - 1:
        return
    if probe.target.other is None:
        raise Skipped("no second organisation")
    second = next((x for x in probe.journal if x.organisation == "other"), None) or _cheap(probe, "other")
    if second.sent_at - first.sent_at < _APART and probe.target.control is None:
        raise Skipped("the second organisation's window began too soon after the first one's to be compared")
    again = _cheap(probe)
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
    """Return whether Reset is as long as expected, apart from rounding."""
    return abs((_reset(exchange) or 0) - length) <= _ROUNDING


def _runs_down(probe: Probe, first: Exchange, last: Exchange) -> bool:
    """Return whether between two responses of the first organisation RateLimit-Reset was the time left of one
    window."""
    since = [x for x in probe.journal if x.organisation == "main" and first.number < x.number <= last.number]
    announced = _reset(first) or 0
    falls = (_reset(last) or 0) < announced
    return falls and all((_reset(x) or 0) <= announced - (x.sent_at - first.sent_at) + _ROUNDING for x in since)
