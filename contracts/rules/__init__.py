"""The rules that judge every exchange of a run. Importing this package registers them."""

from contracts.rules import (
    costs,
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
    "costs",
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
