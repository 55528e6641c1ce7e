"""When a client may retry, by the documents (Retries & rate limits).

429: after `Retry-After` or `RateLimit-Reset`, whichever is later, then exponential backoff with jitter, without a limit
of attempts. 5xx: exponential backoff with jitter, four attempts in total. Any other status: never. The documents' row
on network errors isn't known; they are treated as a 5xx."""

from random import Random

ATTEMPTS = 4  # for one request that gets only 5xx
NO_ANSWER = 0  # the status of a request without a response


class Backoff:
    """Computes the delays of one client. `base` and `cap` bound the jitter in seconds: U(0, min(cap, base * 2**n))."""

    def __init__(self, rng: Random, base: float = 0.5, cap: float = 30.0) -> None:
        self._rng, self._base, self._cap = rng, base, cap
        self._refused = self._failed = 0

    def delay(self, status: int, retry_after: float | None = None, reset: float | None = None) -> float | None:
        """Return the seconds until the same request may be sent again; None if it must not be."""
        if status == 429:
            self._refused += 1
            return max(retry_after or 0.0, reset or 0.0) + self._jitter(self._refused)
        self._refused = 0
        if status >= 500 or status == NO_ANSWER:
            self._failed += 1
            if self._failed < ATTEMPTS:
                return self._jitter(self._failed)
        self._failed = 0
        return None

    def _jitter(self, attempt: int) -> float:
        return self._rng.uniform(0, min(self._cap, self._base * 2.0 ** min(attempt, 16)))
