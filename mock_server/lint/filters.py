"""A rule about filters: a misspelt attribute is no error, only the list is empty."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from typing import ClassVar

from fixtures.near import did_you_mean
from mock_server.lint.sent import Found, Sent, short
from mock_server.state.tenant import Tenant

_COMPARED = 500  # values of an attribute that are compared to find the nearest
_FIELDS = ("item_type", "status")  # fields of a record that filters may name (R32)


class UnknownAttribute:
    id: ClassVar[str] = "unknown-attribute"
    sentence: ClassVar[str] = "A filter on an attribute that no item has matches nothing: correct its spelling."

    def look_at(self, sent: Sent) -> Iterator[Found]:
        tenant = sent.tenant
        if tenant is None or not tenant.items:
            return
        for path, asked in sent.placed("recommend"):
            filters = asked.get("filters")
            for name, value in filters.items() if isinstance(filters, dict) else ():
                if name not in _FIELDS and value is not None and not _is_known(tenant, name):
                    question = did_you_mean(name, [*_FIELDS, *_names(tenant)])
                    rule = f"no item has the attribute {short(name)}"
                    yield Found(f"{path}.filters", f"{rule}: {question}" if question else rule)


class FilterValue:
    id: ClassVar[str] = "filter-value-nearly-known"
    sentence: ClassVar[str] = (
        "A filter compares exactly, capitals and types included: send the value as the items have it."
    )

    def look_at(self, sent: Sent) -> Iterator[Found]:
        tenant = sent.tenant
        for path, asked in sent.placed("recommend") if tenant is not None else ():
            filters = asked.get("filters")
            for name, value in filters.items() if isinstance(filters, dict) else ():
                for each in value if isinstance(value, list) else [value]:
                    if isinstance(each, str) and tenant is not None and (problem := _problem(tenant, name, each)):
                        yield Found(f"{path}.filters", f"no item has {name} {short(each)}: {problem}")


def _problem(tenant: Tenant, name: str, value: str) -> str:
    """Return what was probably meant by a value that no item has; empty if no value is similar."""
    known: dict[object, None] = {}
    for item in tenant.items.values():
        for each in item.values(name):
            if each == value:
                return ""
            if len(known) < _COMPARED and isinstance(each, str | int | float):
                known[each] = None
    if known and not any(isinstance(each, str) for each in known) and _is_number(value):
        return f"it is a number there, send {value.strip()} without quotes"
    return did_you_mean(value, [each for each in known if isinstance(each, str)], 0.8)


def _is_number(text: str) -> bool:
    try:
        return isfinite(float(text))
    except ValueError:
        return False


def _is_known(tenant: Tenant, name: str) -> bool:
    return any(item.attributes and name in item.attributes for item in tenant.items.values())


def _names(tenant: Tenant) -> dict[str, None]:
    return dict.fromkeys(name for item in tenant.items.values() for name in item.attributes or ())
