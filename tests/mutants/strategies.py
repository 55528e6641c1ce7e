"""Faults of the strategies: their names, the input they need, and how they fall back."""

from __future__ import annotations

from typing import Any

from tests.mutants.fault import Fault
from tests.mutants.recommendations import ITEM_BASED, USER_BASED, empty, strategy
from tests.mutants.wrappers import (
    Break,
    Condition,
    Document,
    Request,
    Server,
    asks,
    edits_data,
    on,
    passes,
)

KNOWN = (
    *USER_BASED,
    *ITEM_BASED,
    "trending",
    "popular",
    "price-optimized",
    "cross-sell",
    "recently-viewed",
    "buy-again",
    "new-arrivals",
)


def refuses_asked(condition: Condition, status: int) -> Break:
    return passes(condition, lambda request, server: server.refuse(request, status))


def lacks(field: str) -> Condition:
    return lambda request, _: not request.value(field)


def both(*conditions: Condition) -> Condition:
    return lambda request, server: all(each(request, server) for each in conditions)


def unknown_user(request: Request, server: Server) -> bool:
    tenant, user = server.tenant(request), request.value("user_id")
    return (
        isinstance(user, str)
        and user not in tenant.users
        and tenant.identity.person(user) not in tenant.recommender.people
    )


def unknown_context(request: Request, server: Server) -> bool:
    item = request.value("context_item_id")
    return isinstance(item, str) and item not in server.tenant(request).items


def unknown_strategy(request: Request, _: Server) -> bool:
    return (
        request.operation == "recommend"
        and isinstance(request.value("strategy"), str)
        and request.strategy not in KNOWN
    )


def made_up(**values: Any) -> Any:
    return lambda record: [record.update({name: value}) for name, value in values.items() if record.get(name) is None]


def strategy_guess(record: Document) -> None:
    if isinstance(record.get("strategy"), str) and record["strategy"] not in KNOWN:
        record["strategy"] = "popular"


FAULTS = [
    Fault(
        "session-resumption-refused",
        "session-resumption is refused.",
        ("STRAT-documented-accepted",),
        refuses_asked(strategy("session-resumption"), 400),
    ),
    Fault(
        "consumed-together-crashes",
        "frequently-consumed-together is a server error.",
        ("STRAT-documented-accepted",),
        refuses_asked(strategy("frequently-consumed-together"), 500),
    ),
    Fault(
        "hyphen-spelling-refused",
        "session-based is refused.",
        ("STRAT-both-spellings",),
        refuses_asked(strategy("session-based"), 400),
    ),
    Fault(
        "underscore-spelling-refused",
        "session_based is refused.",
        ("STRAT-both-spellings", "STRAT-documented-accepted"),
        refuses_asked(strategy("session_based"), 400),
    ),
    Fault(
        "default-is-trending",
        "Without strategy the answer is trending, and needs no user.",
        ("STRAT-default-personalized",),
        asks(made_up(strategy="trending")),
    ),
    Fault(
        "strategy-required",
        "A request without strategy is refused.",
        ("STRAT-default-personalized",),
        refuses_asked(both(on("recommend"), lacks("strategy")), 400),
    ),
    Fault(
        "sessions-need-no-user",
        "session_based without user_id is answered.",
        ("STRAT-requires-user",),
        asks(made_up(user_id="nobody"), lambda r: r.get("strategy") in ("session_based", "session-based")),
    ),
    Fault(
        "recovery-needs-no-user",
        "abandonment-recovery without user_id is answered.",
        ("STRAT-requires-user",),
        asks(made_up(user_id="nobody"), lambda r: r.get("strategy") == "abandonment-recovery"),
    ),
    Fault(
        "missing-user-crashes",
        "A user-based strategy without user_id is a server error.",
        ("STRAT-requires-user", "STRAT-default-personalized"),
        refuses_asked(both(strategy(*USER_BASED), lacks("user_id")), 500),
    ),
    Fault(
        "similar-needs-no-item",
        "similar without context_item_id is answered.",
        ("STRAT-requires-context-item",),
        asks(made_up(context_item_id="nothing"), lambda r: r.get("strategy") == "similar"),
    ),
    Fault(
        "bought-together-needs-no-item",
        "frequently-bought-together without context_item_id is answered.",
        ("STRAT-requires-context-item",),
        asks(made_up(context_item_id="nothing"), lambda r: r.get("strategy") == "frequently-bought-together"),
    ),
    Fault(
        "trending-needs-a-user",
        "trending without user_id is refused.",
        ("STRAT-needs-nothing-else",),
        refuses_asked(both(strategy("trending"), lacks("user_id")), 422),
    ),
    Fault(
        "popular-needs-an-item",
        "popular without context_item_id is refused.",
        ("STRAT-needs-nothing-else",),
        refuses_asked(both(strategy("popular"), lacks("context_item_id")), 422),
    ),
    Fault(
        "unknown-strategy-is-popular",
        "A strategy that does not exist is taken for popular.",
        ("STRAT-unknown-refused",),
        asks(strategy_guess),
    ),
    Fault(
        "unknown-strategy-crashes",
        "A strategy that does not exist is a server error.",
        ("STRAT-unknown-refused",),
        refuses_asked(unknown_strategy, 500),
    ),
    Fault(
        "unknown-user-is-404",
        "A recommendation for an unknown user is 404.",
        ("STRAT-unknown-user",),
        refuses_asked(both(on("recommend"), unknown_user), 404),
    ),
    Fault(
        "unknown-user-crashes-resumption",
        "session-resumption for an unknown user is a server error.",
        ("STRAT-unknown-user",),
        refuses_asked(both(strategy("session-resumption"), unknown_user), 500),
    ),
    Fault(
        "unknown-context-crashes",
        "An unknown context item is a server error.",
        ("STRAT-unknown-context-item",),
        refuses_asked(both(on("recommend"), unknown_context), 500),
    ),
    Fault(
        "unknown-context-is-409-for-bought-together",
        "An unknown context item is 409 for frequently-bought-together.",
        ("STRAT-unknown-context-item",),
        refuses_asked(both(strategy("frequently-bought-together"), unknown_context), 409),
    ),
    Fault(
        "unknown-users-get-nothing",
        "An unknown user gets an empty list.",
        ("STRAT-falls-back",),
        edits_data(empty, both(on("recommend"), unknown_user)),
    ),
    Fault(
        "lists-of-filters-crash",
        "Filters whose value is a text of no letter are a server error.",
        ("GEN-valid-accepted", "ROBUST-odd-texts", "ROBUST-never-5xx"),
        refuses_asked(
            lambda r, _: (
                r.operation == "recommend"
                and any(
                    isinstance(v, str) and v and not any(c.isalpha() for c in v)
                    for v in (r.value("filters") or {}).values()
                )
                if isinstance(r.value("filters") or {}, dict)
                else False
            ),
            500,
        ),
    ),
]
