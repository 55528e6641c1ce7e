"""Reads the three RateLimit headers of a response, and checks a 429."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, Protocol

LONGEST_WINDOW = 86_400  # seconds; a Reset beyond a day must be a date or epoch seconds, not a delay


class Headers(Protocol):
    """Case-insensitive access to headers, as every client library offers it."""

    def get(self, name: str, /) -> object: ...


class RateLimit(NamedTuple):
    """Limit, Remaining and seconds until Reset; None for a header that is missing or isn't an integer of at least 0."""

    limit: int | None = None
    remaining: int | None = None
    reset: int | None = None
    retry_after: int | None = None


def read(headers: Headers | None) -> RateLimit:
    """Read the numbers of a response."""
    if headers is None:
        return RateLimit()
    return RateLimit(
        _number(headers.get("RateLimit-Limit")),
        _number(headers.get("RateLimit-Remaining")),
        _number(headers.get("RateLimit-Reset")),
        _number(headers.get("Retry-After")),
    )


def problems_of_429(limits: RateLimit, body: Any) -> Iterator[str]:
    """Yield the defects of a 429 that leave the client without the time to retry or without an error envelope (R36,
    R37)."""
    if limits.limit is None:
        yield "no RateLimit-Limit that is a whole number"
    if limits.remaining is None:
        yield "no RateLimit-Remaining that is a whole number"
    elif limits.remaining:
        yield f"RateLimit-Remaining {limits.remaining}, not 0"
    if limits.reset is None:
        yield "no RateLimit-Reset that is a whole number of seconds"
    elif limits.reset > LONGEST_WINDOW:
        yield f"RateLimit-Reset {limits.reset} is no delay in seconds (a date?)"
    elif limits.reset < 1:
        yield "RateLimit-Reset 0"
    if limits.retry_after is not None and limits.reset is not None and limits.retry_after < limits.reset - 1:
        yield f"Retry-After {limits.retry_after} is earlier than RateLimit-Reset {limits.reset}"
    if not is_error_envelope(body):
        yield "the body isn't the error envelope"


def is_error_envelope(body: Any) -> bool:
    """Return whether a body has `success: false` and a message, as every documented shape of an error has (R12)."""
    return isinstance(body, Mapping) and body.get("success") is False and isinstance(body.get("message"), str)


def _number(text: object) -> int | None:
    return int(text) if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 16 else None
