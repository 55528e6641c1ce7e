"""A rule about filters: a misspelt attribute is no error, the list is just empty."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from fixtures.near import did_you_mean
from mock_server.lint.sent import Found, Sent, short
from mock_server.state.tenant import Tenant

_FIELDS = ("item_type", "status")  # fields of the record itself that filters may name (R32)


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
                    rule = f"no item has the attribute {short(name)}"
                    yield Found(f"{path}.filters", f"{rule}: {question}" if question else rule)


def _is_known(tenant: Tenant, name: str) -> bool:
    return any(item.attributes and name in item.attributes for item in tenant.items.values())


def _names(tenant: Tenant) -> dict[str, None]:
    return dict.fromkeys(name for item in tenant.items.values() for name in item.attributes or ())
