"""The checks that act, one module per area. Importing this package registers them."""

from contracts.checks import (
    account,
    attribution,
    auth,
    cors,
    events,
    exhaust,
    filters,
    identity,
    isolation,
    items,
    life_cycle,
    paging,
    rate_limit,
    robustness,
    strategies,
    users,
)

__all__ = [
    "account",
    "attribution",
    "auth",
    "cors",
    "events",
    "exhaust",
    "filters",
    "identity",
    "isolation",
    "items",
    "life_cycle",
    "paging",
    "rate_limit",
    "robustness",
    "strategies",
    "users",
]
