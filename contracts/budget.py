"""How many requests each organisation may still be sent, by our own plan and by the target's headers."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from contracts.exchange import Exchange
from contracts.outcome import Starved

CLEAN_UP = 12  # requests kept back at least, so that what the run made can be set to deleted
_LONGEST_GUESS = 60  # seconds to wait after a 429 that doesn't say how long


@dataclass
class Budget:
    """Counts requests per organisation; paces by `RateLimit-*` of real answers."""

    allowed: int
    may_wait: bool
    window_seconds: float
    limit: int  # of the target's window
    say: Callable[[str], None]
    sleep: Callable[[float], None] = time.sleep
    reserve: Callable[[str], int] = lambda _: CLEAN_UP  # by organisation: what cleaning up will need
    used: Counter[str] = field(default_factory=Counter)
    starved: Counter[str] = field(default_factory=Counter)
    waited: float = 0.0
    cleaning: bool = False
    exempt: bool = False  # --exhaust is outside the budget
    _left: dict[str, tuple[int, float]] = field(default_factory=dict)  # organisation: (remaining, ends at)
    _levels: dict[str, set[int]] = field(default_factory=dict)

    def take(self, organisation: str | None) -> None:
        """Count one request. Raises Starved when none is left (and --no-wait was given, for the target's window)."""
        name = organisation or "none"
        if organisation and not self.exempt:
            kept_back = 0 if self.cleaning else self.reserve(name)
            if self.used[name] >= self.allowed - kept_back:
                raise Starved(f"the budget of {self.allowed} requests is used up")
            self._wait_for_window(name)
        self.used[name] += 1

    def left(self, organisation: str = "main") -> int:
        """Requests that the plan still allows, less what cleaning up needs."""
        return max(0, self.allowed - self.reserve(organisation) - self.used[organisation])

    def learn(self, exchange: Exchange) -> None:
        """Remember what a real answer says of its organisation's window."""
        remaining, reset = exchange.number_of("RateLimit-Remaining"), exchange.number_of("RateLimit-Reset")
        if exchange.organisation and remaining is not None and reset is not None:
            self._left[exchange.organisation] = (remaining, time.monotonic() + min(reset, self.window_seconds))
            self._levels.setdefault(exchange.organisation, set()).add(remaining)

    def wait_after_429(self, exchange: Exchange) -> None:
        """Wait until the window ends. Raises Starved under --no-wait."""
        reset = exchange.number_of("RateLimit-Reset") or exchange.number_of("Retry-After")
        self._wait(exchange.organisation or "none", min(reset or _LONGEST_GUESS, self.window_seconds) + 0.5)

    def _wait_for_window(self, name: str) -> None:
        remaining, ends = self._left.get(name, (CLEAN_UP + 1, 0.0))
        seconds = ends - time.monotonic()
        # A countdown that never moved is broken and no reason to wait: then only a 429 stops us.
        kept_back = 0 if self.cleaning or self.exempt else min(CLEAN_UP, self.limit // 10)
        if remaining <= kept_back and seconds > 0 and len(self._levels.get(name, ())) > 1:
            self._wait(name, seconds + 0.5)

    def _wait(self, name: str, seconds: float) -> None:
        if not self.may_wait:
            self.starved[name] += 1
            raise Starved("the target's rate limit is used up (--no-wait)")
        self.say(f"the rate limit of organisation {name!r} is used up: waiting {seconds:.0f} s for the next window")
        self.waited += seconds
        self.sleep(seconds)
        self._left.pop(name, None)
