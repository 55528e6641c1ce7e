"""Verifies that a request was made, and how often. A list of differences decides, so a miss comes with its reasons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from mock_server.layers.journal.exchange import Exchange
from mock_server.layers.journal.masking import mask_header

NEAREST = 3
ABSENT = None
_DECISIVE = 10  # weight of operation, method and path, which outweigh many other fields
_PLACE = frozenset({"operation_id", "method", "path"})


class Difference(NamedTuple):
    """A difference. `field`: `status`, `headers.origin`, `query.limit`, or a path into the body:
    `body.items[0].price`."""

    field: str
    expected: Any
    actual: Any  # None if it is absent


@dataclass(frozen=True)
class Expectation:
    """The expected request. None, and names missing in a mapping, match anything. `body` is a partial match: objects
    may have more fields, and one matching record of an array is enough; lists must match element by element."""

    operation_id: str | None = None
    method: str | None = None
    path: str | None = None
    status: int | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None

    def differences(self, exchange: Exchange) -> list[Difference]:
        """Return the differences of an exchange; empty if it matches."""
        return [*self._of_envelope(exchange), *self._of_body(exchange)]

    def _of_envelope(self, exchange: Exchange) -> Iterator[Difference]:
        method = self.method.upper() if self.method else None
        for name, expected in (("operation_id", self.operation_id), ("method", method), ("path", self.path)):
            if expected is not None and expected != getattr(exchange, name):
                yield Difference(name, expected, getattr(exchange, name))
        if self.status is not None and self.status != exchange.status:
            yield Difference("status", self.status, exchange.status)
        given = dict(parse_qsl(exchange.query, keep_blank_values=True))
        for name, value in self.query.items():
            if given.get(name) != value:
                yield Difference(f"query.{name}", value, given.get(name))
        for name, value in self.headers.items():
            expected, actual = _as_kept(name, value), exchange.request.header(name)
            if expected != actual:
                yield Difference(f"headers.{name.lower()}", expected, actual)

    def _of_body(self, exchange: Exchange) -> Sequence[Difference]:
        if self.body is None:
            return ()
        actual = exchange.request.json()
        if actual is None:
            return [Difference("body", self.body, _unreadable(exchange))]
        if isinstance(actual, list) and not isinstance(self.body, list):
            return _nearest_element("body", self.body, actual)
        return list(_compare("body", self.body, actual))


class Miss(NamedTuple):
    id: int
    differences: list[Difference]


class Verification(NamedTuple):
    matches: list[int]
    nearest: list[Miss]  # the most similar exchanges that don't match, of equals the newest first; those to
    # another path only if none went to the same path


def verify(expectation: Expectation, exchanges: Iterable[Exchange]) -> Verification:
    matches, misses = [], []
    for exchange in exchanges:
        differences = expectation.differences(exchange)
        if differences:
            misses.append(Miss(exchange.id, differences))
        else:
            matches.append(exchange.id)
    there = [miss for miss in misses if not any(each.field in _PLACE for each in miss.differences)]
    nearest = sorted(there or misses, key=lambda miss: (_distance(miss.differences), -miss.id))[:NEAREST]
    return Verification(matches, nearest)


def _distance(differences: Sequence[Difference]) -> int:
    return sum(_DECISIVE if each.field in _PLACE else 1 for each in differences)


def _compare(place: str, expected: Any, actual: Any) -> Iterator[Difference]:
    if isinstance(expected, dict) and isinstance(actual, dict):
        for name, value in expected.items():
            if name in actual:
                yield from _compare(f"{place}.{name}", value, actual[name])
            else:
                yield Difference(f"{place}.{name}", value, ABSENT)
    elif isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        for index, (one, other) in enumerate(zip(expected, actual, strict=True)):
            yield from _compare(f"{place}[{index}]", one, other)
    elif not _equal(expected, actual):
        yield Difference(place, expected, actual)


def _nearest_element(place: str, expected: Any, actual: list[Any]) -> list[Difference]:
    """Return the differences of the most similar record; empty if one matches."""
    found = [list(_compare(f"{place}[{index}]", expected, element)) for index, element in enumerate(actual)]
    return min(found, key=len, default=[Difference(place, expected, actual)])


def _equal(expected: Any, actual: Any) -> bool:
    """Return whether two JSON values are equal: 20 is 20.0, and true is not 1."""
    return bool(expected == actual) and isinstance(expected, bool) == isinstance(actual, bool)


def _unreadable(exchange: Exchange) -> str | None:
    request = exchange.request
    return f"cut off after {len(request.body or b'')} bytes" if request.truncated else request.text


def _as_kept(name: str, value: str) -> str:
    """Return a header's value as the journal keeps it: secrets are compared and shown in their masked form."""
    return mask_header(name.lower().encode("latin-1", "replace"), value.encode("latin-1", "replace")).decode("latin-1")
