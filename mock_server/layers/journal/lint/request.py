"""An exchange as the rules read it."""

from __future__ import annotations

from collections import OrderedDict
from functools import cached_property
from typing import Any, NamedTuple, Protocol, TypeVar

from mock_server.layers.journal.exchange import Exchange
from mock_server.state.tenant import Tenant

BURST_SECONDS = 0.2  # requests that a page had already sent when a response arrived are not reported
Key = TypeVar("Key")
Value = TypeVar("Value")


class Client(NamedTuple):
    """The sender, as far as it is known: two tabs of one browser are one client."""

    key_type: str | None
    address: str
    agent: str | None
    origin: str | None


class Request:
    """`tenant`: the organisation's current data, None if it was removed."""

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
        """The records of the body, accepted or not; empty if it is too large to be kept."""
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
    """One per organisation. `sentence` states the problem and the remedy for the user."""

    id: str
    sentence: str

    def look_at(self, request: Request) -> str | None:
        """The problem of this request, in words; None if there is none. Requests come in the order of their
        responses."""


class Remembered(OrderedDict[Key, Value]):
    """A dictionary that drops its oldest entries."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def __setitem__(self, key: Key, value: Value) -> None:
        super().__setitem__(key, value)
        self.move_to_end(key)
        if len(self) > self._most:
            self.popitem(last=False)


def is_same(one: Exchange, other: Exchange) -> bool:
    """Whether it is the same request, sent again."""
    return (one.method, one.path, one.query, one.request.body) == (
        other.method,
        other.path,
        other.query,
        other.request.body,
    )


def ignored(answered: Exchange, request: Exchange, seconds: float) -> float | None:
    """Seconds between a response that asked to wait `seconds` and this request; None if the client did nothing
    wrong."""
    waited = request.started - answered.ended
    if waited < 0 or waited >= seconds or request.moment - answered.moment >= seconds * (request.scale or 1):
        return None  # also when the clock was moved
    return waited if waited > BURST_SECONDS or is_same(answered, request) else None
