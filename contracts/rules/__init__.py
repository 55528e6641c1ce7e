"""The rules that judge every exchange of a run. Importing this package registers them."""

from contracts.rules import (
    envelope,
    headers,
    histories,
    keys,
    listing,
    one_list,
    other_organisation,
    paging,
    recommendation,
)

__all__ = [
    "envelope",
    "headers",
    "histories",
    "keys",
    "listing",
    "one_list",
    "other_organisation",
    "paging",
    "recommendation",
]
