"""Rules about rate limits: whether the client did what the responses demanded."""

from __future__ import annotations

import re

from mock_server.layers.journal.exchange import Exchange, Message
from mock_server.layers.journal.lint.request import Client, Remembered, Request, ignored

_CLIENTS = 20
_DRAFT_7 = re.compile(r"remaining=(\d+),\s*reset=(\d+)")  # the single field of --rate-limit-headers draft-7


class CalledBeforeRetryAfter:
    id = "called-before-retry-after"
    sentence = "A response with Retry-After asks for a pause: wait that many seconds before the next call."

    def __init__(self) -> None:
        self._refused: Remembered[Client, Exchange] = Remembered(_CLIENTS)

    def look_at(self, request: Request) -> str | None:
        exchange = request.exchange
        before = self._refused.get(request.client)
        found = None
        if before is not None and (exchange.status == before.status or before.fault):
            seconds = _retry_after(before.response) or 0
            waited = ignored(before, exchange, seconds)
            if waited is not None:
                found = f"sent {waited:.2f} s after exchange {before.id} was refused with Retry-After: {seconds}"
        if _retry_after(exchange.response) is None:
            self._refused.pop(request.client, None)
        elif before is None or exchange.started - before.ended >= (_retry_after(before.response) or 0):
            self._refused[request.client] = exchange
        return found


class IgnoredRemaining:
    id = "ignored-remaining-0"
    sentence = "RateLimit-Remaining: 0 says that the next call will be refused: wait RateLimit-Reset seconds."

    def __init__(self) -> None:
        self._exhausted: Remembered[Client, tuple[Exchange, int]] = Remembered(_CLIENTS)

    def look_at(self, request: Request) -> str | None:
        exchange = request.exchange
        if exchange.status == 429:
            before = self._exhausted.pop(request.client, None)
            if before is None or exchange.fault:
                return None
            answered, reset = before
            waited = ignored(answered, exchange, reset)
            if waited is None:
                return None
            announcement = f"exchange {answered.id} said RateLimit-Remaining: 0 and RateLimit-Reset: {reset}"
            return f"sent {waited:.2f} s after {announcement}"
        left = _remaining_and_reset(exchange.response)
        if left and left[0] == 0:
            self._exhausted[request.client] = (exchange, left[1])
        else:
            self._exhausted.pop(request.client, None)
        return None


def _retry_after(response: Message) -> int | None:
    """Return the seconds of Retry-After, or None; dates are not supported."""
    value = response.header("retry-after")
    return int(value) if value and value.isascii() and value.isdigit() else None


def _remaining_and_reset(response: Message) -> tuple[int, int] | None:
    remaining, reset = response.header("ratelimit-remaining"), response.header("ratelimit-reset")
    if remaining and reset and remaining.isdigit() and reset.isdigit():
        return int(remaining), int(reset)
    found = _DRAFT_7.search(response.header("ratelimit") or "")
    return (int(found[1]), int(found[2])) if found else None
