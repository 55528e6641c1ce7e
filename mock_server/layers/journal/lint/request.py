"""An exchange as the rules of the journal's lint read it, and helpers for them."""

from __future__ import annotations

from collections import OrderedDict
from functools import cached_property
from typing import Any, NamedTuple, Protocol, TypeVar

from mock_server.layers.journal.exchange import Exchange
from mock_server.state.tenant import Tenant

BURST_SECONDS = 0.2  # a request this soon after a response is not reported: it may have been sent before
Key = TypeVar("Key")
Value = TypeVar("Value")


class Client(NamedTuple):
    """The sender, as far as it is known; two tabs of one browser are one client."""

    key_type: str | None
    address: str
    agent: str | None
    origin: str | None


class Request:
    """A request. `tenant`: the organisation's current data, None if it was removed."""

    def __init__(self, exchange: Exchange, tenant: Tenant | None) -> None:
        self.exchange = exchange
        self.tenant = tenant

    @cached_property
    def client(self) -> Client:
        exchange = self.exchange
        return Client(exchange.key_type, exchange.address, exchange.request.header("user-agent"), exchange.origin)

    @cached_property
    def body(self) -> Any:
        return self.exchange.request.json()

    @cached_property
    def records(self) -> list[dict[str, Any]]:
        """The records of the body, accepted or not; empty if the body was too large to be kept."""
        records = self.body if isinstance(self.body, list) else [self.body]
        return [record for record in records if isinstance(record, dict)]

    @cached_property
    def events(self) -> list[dict[str, Any]]:
        """The accepted events; empty if they were refused, or too large to be kept."""
        return self._accepted("events")

    @cached_property
    def users(self) -> list[dict[str, Any]]:
        return self._accepted("users")

    def _accepted(self, noun: str) -> list[dict[str, Any]]:
        if not self.exchange.accepted or self.exchange.accepted[0] != noun:
            return []
        return self.records


class Rule(Protocol):
    """A rule, made once per organisation. `sentence` tells the user the problem and the remedy."""

    id: str
    sentence: str

    def look_at(self, request: Request) -> str | None:
        """Return the problem of this request in words, or None. Requests come in the order of their responses."""


class Remembered(OrderedDict[Key, Value]):
    """A dictionary of limited size that drops its oldest entries."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def __setitem__(self, key: Key, value: Value) -> None:
        super().__setitem__(key, value)
        self.move_to_end(key)
        if len(self) > self._most:
            self.popitem(last=False)


def is_same(one: Exchange, other: Exchange) -> bool:
    """Return whether one request is the other, sent again."""
    return (one.method, one.path, one.query, one.request.body) == (
        other.method,
        other.path,
        other.query,
        other.request.body,
    )


def ignored(answered: Exchange, request: Exchange, seconds: float) -> float | None:
    """Return the seconds between a response that asked to wait `seconds` and this request; None if the client waited,
    or could not know."""
    waited = request.started - answered.ended
    if waited < 0 or waited >= seconds or request.moment - answered.moment >= seconds * (request.scale or 1):
        return None  # also if the clock was moved
    return waited if waited > BURST_SECONDS or is_same(answered, request) else None
