"""Attribute filters (R32): equality of JSON values, AND between attributes, OR between the values of a list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_server.state.records import Item

Key = object  # a JSON scalar in a form whose Python equality is JSON equality: 20 == 20.0, but true is not 1
Conditions = tuple[tuple[str, frozenset[Key]], ...]
_TRUE, _FALSE, _NESTED = ("true",), ("false",), ("nested",)
_CONTAINERS = (dict, list)


class FilterError(ValueError):
    """A filter that the contract refuses. `field` names it, `rule` gives the reason."""

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(f"{field}: {rule}")
        self.field, self.rule = field, rule


def parse_filters(filters: Mapping[str, Any]) -> Conditions:
    """Convert filters to hashable conditions, sorted by attribute name. Raises FilterError."""
    return tuple(sorted([(name, _wanted(name, value)) for name, value in filters.items()])) if filters else ()


def equals(name: str, value: str) -> Conditions:
    """Return the conditions of a filter on one string."""
    return ((name, frozenset((value,))),)


def matches(item: Item, conditions: Conditions) -> bool:
    return all(any(key in wanted for key in keys(item, name)) for name, wanted in conditions)


def keys(item: Item, name: str) -> list[Key]:
    """Return the keys by which a filter on `name` finds the item."""
    return [_key(value) for value in item.values(name)]


def _wanted(name: str, value: Any) -> frozenset[Key]:
    values = value if isinstance(value, list) else [value]
    if not values:
        raise FilterError(f"filters.{name}", "a list of values must not be empty")
    found = frozenset(map(_key, values))
    if _NESTED in found:
        raise FilterError(f"filters.{name}", "must be a string, number, boolean, null, or a list of these")
    return found


def _key(value: Any) -> Key:
    if value is True or value is False:
        return _TRUE if value else _FALSE
    return _NESTED if isinstance(value, _CONTAINERS) else value
