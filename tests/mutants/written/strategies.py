"""Mutants of the strategies: their names, the input they need, and their fallback."""

from __future__ import annotations

from typing import Any

from tests.mutants.mutant import Mutant
from tests.mutants.wrappers import (
    Break,
    Condition,
    Document,
    Request,
    Server,
    asks,
    on,
    passes,
)
from tests.mutants.written.recommendations import ITEM_BASED, USER_BASED, strategy

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


MUTANTS = [
    Mutant(
        "hyphen-spelling-refused",
        "session-based is refused.",
        ("STRAT-both-spellings",),
        refuses_asked(strategy("session-based"), 400),
    ),
    Mutant(
        "sessions-need-no-user",
        "session_based without user_id is answered.",
        ("STRAT-requires-user",),
        asks(made_up(user_id="nobody"), lambda r: r.get("strategy") in ("session_based", "session-based")),
    ),
    Mutant(
        "recovery-needs-no-user",
        "abandonment-recovery without user_id is answered.",
        ("STRAT-requires-user",),
        asks(made_up(user_id="nobody"), lambda r: r.get("strategy") == "abandonment-recovery"),
    ),
    Mutant(
        "similar-needs-no-item",
        "similar without context_item_id is answered.",
        ("STRAT-requires-context-item",),
        asks(made_up(context_item_id="nothing"), lambda r: r.get("strategy") == "similar"),
    ),
    Mutant(
        "popular-needs-an-item",
        "popular without context_item_id is refused.",
        ("STRAT-needs-nothing-else",),
        refuses_asked(both(strategy("popular"), lacks("context_item_id")), 422),
    ),
    Mutant(
        "unknown-strategy-is-popular",
        "A strategy that does not exist is taken for popular.",
        ("STRAT-unknown-refused",),
        asks(strategy_guess),
    ),
    Mutant(
        "unknown-user-is-404",
        "A recommendation for an unknown user is 404.",
        ("STRAT-unknown-user",),
        refuses_asked(both(on("recommend"), unknown_user), 404),
    ),
    Mutant(
        "unknown-context-is-409-for-bought-together",
        "An unknown context item is 409 for frequently-bought-together.",
        ("STRAT-unknown-context-item",),
        refuses_asked(both(strategy("frequently-bought-together"), unknown_context), 409),
    ),
    Mutant(
        "filters-of-any-type",
        "filters that are no object are ignored.",
        ("REC-field-types",),
        asks(lambda body: body.pop("filters"), lambda body: not isinstance(body.get("filters", {}), dict)),
    ),
    Mutant(
        "unknown-fields-of-questions-are-refused",
        "A request for recommendations with a field that is not documented is refused.",
        ("REC-unknown-fields",),
        refuses_asked(lambda request, _: request.operation == "recommend" and bool(request.value("metadata")), 400),
    ),
]
