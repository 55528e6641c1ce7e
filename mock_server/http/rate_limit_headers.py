"""The headers that report a rate limit and its remaining quota (R37, R38)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from mock_server.context import Header
from mock_server.state.rate_limit import Quota


@lru_cache(maxsize=2_000)
def _digits(number: int) -> bytes:
    """Write a number. Cached, because the limit and the seconds are mostly those of the previous response."""
    return b"%d" % number


def _draft_6(quota: Quota) -> list[Header]:
    """Return the three documented headers. The document calls them draft-7, but draft-7 has a single field (R38)."""
    limit, remaining, reset, _ = quota
    return [
        (b"ratelimit-limit", _digits(limit)),
        (b"ratelimit-remaining", b"%d" % remaining),
        (b"ratelimit-reset", _digits(reset)),
    ]


def _draft_7(quota: Quota) -> list[Header]:
    return [
        (b"ratelimit", b"limit=%d, remaining=%d, reset=%d" % quota[:3]),
        (b"ratelimit-policy", b"%d;w=%d" % (quota.limit, quota.window_seconds)),
    ]


DRAFTS: Mapping[str, Callable[[Quota], list[Header]]] = {"draft-6": _draft_6, "draft-7": _draft_7}
EXPOSED = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "RateLimit", "RateLimit-Policy", "Retry-After")
