"""Counts how many requests may still be sent to each organisation, by the plan and by the target's headers."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from contracts.exchange import Exchange
from contracts.outcome import Starved

GENERATED = 68  # requests for generated inputs, of all passes; more don't find more
CLEAN_UP = 12  # requests that are at least reserved for setting the run's records to deleted
_LONGEST_GUESS = 60  # seconds to wait after a 429 without a time
_WORTH_WAITING = 120  # seconds of waiting per run, even if the windows are short
_MANY, _A_MOMENT = 30, 2.0  # other clients can't use up this many requests in this many seconds


@dataclass
class Budget:
    """Counts requests per organisation, and waits by the `RateLimit-*` headers of real responses."""

    allowed: int
    may_wait: bool
    window_seconds: float
    limit: int  # of the target's window
    say: Callable[[str], None]
    sleep: Callable[[float], None] = time.sleep
    reserve: Callable[[str], int] = lambda _: CLEAN_UP  # by organisation: requests that the clean-up needs
    used: Counter[str] = field(default_factory=Counter)
    starved: Counter[str] = field(default_factory=Counter)
    waited: float = 0.0
    cleaning: bool = False
    most_windows: int = 2  # windows that a run may wait for
    exempt: bool = False  # --exhaust is outside the budget
    set_aside: dict[str, int] = field(default_factory=dict)  # by organisation: requests for what comes later
    _left: dict[str, tuple[int, float]] = field(default_factory=dict)  # organisation: (remaining, ends at)
    _falls: dict[str, bool] = field(default_factory=dict)  # organisation: whether Remaining last fell
    # From responses other than 429: (remaining, sent at).
    _announced: dict[str, tuple[int, float]] = field(default_factory=dict)

    def take(self, organisation: str | None) -> None:
        """Count one request. Raises Starved if none is left (for the target's window only with --no-wait)."""
        name = organisation or "none"
        if organisation and not self.exempt:
            kept_back = 0 if self.cleaning else self.reserve(name) + self.set_aside.get(name, 0)
            if self.used[name] >= self.allowed - kept_back:
                raise Starved(f"the budget of {self.allowed} requests is used up")
            self._wait_for_window(name)
        self.used[name] += 1

    def left(self, organisation: str = "main") -> int:
        """Return the number of requests that the plan still allows, without those that are kept back."""
        kept_back = self.reserve(organisation) + self.set_aside.get(organisation, 0)
        return max(0, self.allowed - kept_back - self.used[organisation])

    def learn(self, exchange: Exchange) -> None:
        """Remember the window that a response reports for its organisation."""
        remaining, reset = exchange.number_of("RateLimit-Remaining"), exchange.number_of("RateLimit-Reset")
        name = exchange.organisation
        if name and remaining is not None and reset is not None:
            before, _ = self._left.get(name, (remaining, 0.0))
            if remaining != before:
                self._falls[name] = remaining < before
            self._left[name] = (remaining, time.monotonic() + min(reset, self.window_seconds))
            if exchange.status != 429:
                self._announced[name] = (remaining, exchange.sent_at)

    def wait_after_429(self, exchange: Exchange) -> None:
        """Wait until the window ends. Raises Starved with --no-wait, and when the limit is wrong."""
        name = exchange.organisation or "none"
        announced, sent_at = self._announced.get(name, (0, 0.0))
        if announced > _MANY and exchange.sent_at - sent_at < _A_MOMENT:
            self.starved[name] += 1
            raise Starved(f"refused with 429 while {announced} requests remained")
        reset = exchange.number_of("RateLimit-Reset") or exchange.number_of("Retry-After")
        self._wait(name, min(reset or _LONGEST_GUESS, self.window_seconds) + 0.5)

    def _wait_for_window(self, name: str) -> None:
        remaining, ends = self._left.get(name, (CLEAN_UP + 1, 0.0))
        seconds = ends - time.monotonic()
        # A Remaining that doesn't fall is broken and no reason to wait; a 429 is one.
        kept_back = 0 if self.cleaning or self.exempt else min(CLEAN_UP, self.limit // 10)
        if remaining <= kept_back and seconds > 0 and self._falls.get(name, False):
            self._wait(name, seconds + 0.5)

    def _wait(self, name: str, seconds: float) -> None:
        if not self.may_wait:
            self.starved[name] += 1
            raise Starved("the target's rate limit is used up (--no-wait)")
        if self.waited + seconds > max(self.most_windows * self.window_seconds + 2, _WORTH_WAITING):
            self.starved[name] += 1
            raise Starved(f"the target's rate limit is used up again, after {self.waited:.0f} s of waiting")
        self.say(f"the rate limit of organisation {name!r} is used up: waiting {seconds:.0f} s for the next window")
        self.waited += seconds
        self.sleep(seconds)
        self._left.pop(name, None)
