"""Rules over the RateLimit headers of every response to a valid key."""

import itertools
import re
from collections.abc import Iterator
from typing import NamedTuple

from contracts.exchange import Exchange
from contracts.run.registry import Violation, each, rule
from contracts.run.run import Run

NAMES = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
_A_MOMENT, _MANY = 2.0, 30  # seconds, requests
_URI = re.compile(r"(?:[^%]|%[0-9A-Fa-f]{2})*")
_BY_A_PROXY = {404, 405, 408, 411, 413, 414, 415, 431}  # statuses that a proxy in front of the server may send


class Level(NamedTuple):
    remaining: int
    reset: int


def _must_carry(exchange: Exchange) -> bool:
    """Return whether the API itself answered a valid key. A proxy's page has no envelope, nor has what a library says
    to a path that it can't read."""
    of_an_operation = exchange.operation is not None and exchange.status not in _BY_A_PROXY
    by_the_api = of_an_operation or "success" in exchange.envelope
    return _may_carry(exchange) and exchange.organisation is not None and exchange.understood and by_the_api


def _should_carry(exchange: Exchange) -> bool:
    return _may_carry(exchange) and not _must_carry(exchange)


def _may_carry(exchange: Exchange) -> bool:
    of_the_api = exchange.operation is not None or exchange.path.startswith(("/v1/", "/api/"))
    if not _URI.fullmatch(exchange.path):
        return False  # HTTP itself forbids such a path, so that a library may refuse it before the API
    return of_the_api and exchange.method != "OPTIONS" and exchange.status is not None and exchange.status < 500


@each("RATE-headers", _must_carry, "RateLimit-Limit, RateLimit-Remaining and RateLimit-Reset")
def present(_: Run, exchange: Exchange) -> tuple[str, str] | None:
    missing = [name for name in NAMES if name.lower() not in exchange.headers]
    return (f"{exchange.status}", f"without {', '.join(missing)}") if missing else None


@each("RATE-headers-elsewhere", _should_carry, "RateLimit-Limit, RateLimit-Remaining and RateLimit-Reset")
def present_elsewhere(_: Run, exchange: Exchange) -> tuple[str, str] | None:
    missing = [name for name in NAMES if name.lower() not in exchange.headers]
    return (f"{exchange.status}", f"without {', '.join(missing)}") if missing else None


def _has_all(exchange: Exchange) -> bool:
    """Return whether the response tells an organisation's limit; a 401 tells that of an address (R14)."""
    known = exchange.organisation is not None and exchange.status != 401
    return known and all(name.lower() in exchange.headers for name in NAMES)


@each("RATE-whole-numbers", _has_all, "whole numbers, Remaining from 0 to Limit")
def whole_numbers(_: Run, exchange: Exchange) -> tuple[str, str] | None:
    for name in NAMES[:2]:
        if exchange.number_of(name) is None:
            return name, f"{name}: {exchange.headers[name.lower()]}"
    limit, remaining = exchange.number_of(NAMES[0]) or 0, exchange.number_of(NAMES[1]) or 0
    return None if remaining <= limit else ("Remaining", f"{remaining} of {limit}")


@each("RATE-limit-number", _has_all, "RateLimit-Limit as documented, or as given with --rate-limit")
def limit_number(run: Run, exchange: Exchange) -> tuple[str, str] | None:
    limit = exchange.number_of("RateLimit-Limit")
    return None if limit in (None, run.target.limit) else ("limit", f"{limit}, not {run.target.limit}")


@each("RATE-reset-in-seconds", _has_all, "RateLimit-Reset, seconds from now: 0 to the window's length")
def reset_in_seconds(run: Run, exchange: Exchange) -> tuple[str, str] | None:
    reset = exchange.number_of("RateLimit-Reset")
    held = reset is not None and reset <= run.target.window_seconds + 1
    return None if held else ("reset", f"RateLimit-Reset: {exchange.headers['ratelimit-reset']}")


@rule("RATE-429-only-at-zero", _has_all)
def only_at_zero(_: Run, exchanges: list[Exchange]) -> Iterator[Violation]:
    """Find a 429 although many requests were announced a moment ago: other clients can't have used all of them."""
    for organisation in ("main", "other"):
        series = [x for x in exchanges if x.organisation == organisation]
        for earlier, later in itertools.pairwise(series):
            announced = earlier.number_of("RateLimit-Remaining") or 0
            soon = later.sent_at - earlier.sent_at < _A_MOMENT
            if later.status == 429 and earlier.status != 429 and announced > _MANY and soon:
                yield Violation("announced", f"success: {announced} were announced", "status 429", (earlier, later))


@rule("RATE-never-jumps", _has_all)
def never_jumps(run: Run, exchanges: list[Exchange]) -> Iterator[Violation]:
    """Find responses whose Remaining rises inside a window by more than a steady refill gives, plus the earlier
    requests that a sliding window gives back."""
    rate = run.target.limit / run.target.window_seconds
    for organisation in ("main", "other"):
        series = [x for x in exchanges if x.organisation == organisation]
        before_the_run = used_before(run, series)
        for place, (earlier, later) in enumerate(itertools.pairwise(series)):
            before, after = _level(earlier), _level(later)
            if before is None or after is None:
                continue
            spent = later.answered_at - earlier.sent_at
            goes_on = after.reset <= before.reset or _returns(before, series[place + 2 : place + 3])
            same_window = goes_on and spent < before.reset - 1
            if same_window and after.remaining > before.remaining + 2 + 2 * rate * spent + before_the_run:
                actual = f"{before.remaining}, then {after.remaining}"
                yield Violation("rises", "no rise inside a window", actual, (earlier, later))


def _level(exchange: Exchange) -> Level | None:
    remaining, reset = exchange.number_of("RateLimit-Remaining"), exchange.number_of("RateLimit-Reset")
    return None if remaining is None or reset is None else Level(remaining, reset)


def _returns(before: Level, following: list[Exchange]) -> bool:
    """Return whether the next response continues the window that seemed to have ended."""
    levels = [level for exchange in following if (level := _level(exchange))]
    return any(level.reset <= before.reset and level.remaining <= before.remaining for level in levels)


def used_before(run: Run, series: list[Exchange]) -> int:
    """Return how many requests of an organisation's window others had used before the run's first one."""
    remaining = next((left for x in series if (left := x.number_of("RateLimit-Remaining")) is not None), 0)
    return max(0, run.target.limit - remaining - 1)
