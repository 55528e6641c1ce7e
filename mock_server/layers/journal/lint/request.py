"""An exchange as the rules ask for it."""

from __future__ import annotations

from collections import OrderedDict
from functools import cached_property
from typing import Any, NamedTuple, Protocol, TypeVar

from mock_server.layers.journal.exchange import Exchange
from mock_server.state.tenant import Tenant

BURST_SECONDS = 0.2  # what a page had on its way already when an answer came is not held against it
Key = TypeVar("Key")
Value = TypeVar("Value")


class Client(NamedTuple):
    """Who sent it, as far as one can tell: two tabs of one browser are one client."""

    key_type: str | None
    address: str
    agent: str | None
    origin: str | None


class Request:
    """`tenant` is what the organisation's data is now, None when it is gone."""

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
        """Those of the body, accepted or not; none where it is too large to be kept."""
        records = self.body if isinstance(self.body, list) else [self.body]
        return [record for record in records if isinstance(record, dict)]

    @cached_property
    def events(self) -> list[dict[str, Any]]:
        """The events that it brought in; none when it was refused, or too large to be kept."""
        return self._accepted("events")

    @cached_property
    def users(self) -> list[dict[str, Any]]:
        return self._accepted("users")

    def _accepted(self, noun: str) -> list[dict[str, Any]]:
        if not self.exchange.accepted or self.exchange.accepted[0] != noun:
            return []
        return self.records


class Rule(Protocol):
    """One for each organisation. `sentence` says to people what is wrong with it and what to do."""

    id: str
    sentence: str

    def look_at(self, request: Request) -> str | None:
        """What is wrong with this one, in words; None when it is fine. Requests come in the order of their answers."""


class Remembered(OrderedDict[Key, Value]):
    """A dictionary that forgets what was set longest ago."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def __setitem__(self, key: Key, value: Value) -> None:
        super().__setitem__(key, value)
        self.move_to_end(key)
        if len(self) > self._most:
            self.popitem(last=False)


def is_same(one: Exchange, other: Exchange) -> bool:
    """Is it the same request, sent again?"""
    return (one.method, one.path, one.query, one.request.body) == (
        other.method,
        other.path,
        other.query,
        other.request.body,
    )


def ignored(answered: Exchange, request: Exchange, seconds: float) -> float | None:
    """How long after an answer that asked to wait `seconds` this was sent; None when the client did nothing wrong."""
    waited = request.started - answered.ended
    if waited < 0 or waited >= seconds or request.moment - answered.moment >= seconds * (request.scale or 1):
        return None  # also when somebody moved the clock on
    return waited if waited > BURST_SECONDS or is_same(answered, request) else None
