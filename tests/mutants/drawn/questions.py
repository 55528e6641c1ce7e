"""Slices of requests for recommendations: kinds of requests to /v1/recommend."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.mutants.drawn.slices import Level
from tests.mutants.traffic import Request, Server

STRATEGIES = (
    "personalized",
    "session_based",
    "session-resumption",
    "abandonment-recovery",
    "similar",
    "frequently-bought-together",
    "frequently-consumed-together",
    "trending",
    "popular",
)


@dataclass(frozen=True)
class Question:
    """A kind of request. `level`: of the documents' statement that such a request is valid."""

    name: str
    words: str
    holds: Callable[[Request, Server], bool]
    level: Level = "MUST"


def _filters(request: Request) -> dict[str, Any]:
    value = request.value("filters")
    return value if isinstance(value, dict) else {}


def _filtered(test: Callable[[Any], bool]) -> Callable[[Request, Server], bool]:
    return lambda request, _: len(_filters(request)) == 1 and all(map(test, _filters(request).values()))


def _strategy(name: str) -> Callable[[Request, Server], bool]:
    wanted = name.replace("_", "-")
    return lambda request, _: request.strategy.replace("_", "-") == wanted


def _is_second(request: Request, server: Server) -> bool:
    organisation = server.organisation(request)
    return organisation is not None and organisation is not server.mock.organisations.first


def _after_refusal(request: Request, server: Server) -> bool:
    """Return whether the previous request with the same key was refused for its body."""
    refused = server.memory.get(("refused", request.key), False)
    server.memory["refused", request.key] = not server.is_valid(request)
    return bool(refused)


def _limit(test: Callable[[int], bool]) -> Callable[[Request, Server], bool]:
    return lambda request, _: isinstance(limit := request.value("limit"), int) and test(limit)


FILTERED = [
    Question(
        "filters-on-text", "with a filter on a text", _filtered(lambda value: isinstance(value, str) and value != "")
    ),
    Question(
        "filters-on-a-number",
        "with a filter on a number",
        _filtered(lambda value: isinstance(value, int | float) and not isinstance(value, bool)),
    ),
    Question("filters-on-a-fraction", "with a filter on a fraction", _filtered(lambda value: isinstance(value, float))),
    Question(
        "filters-on-a-boolean", "with a filter on a boolean", _filtered(lambda value: isinstance(value, bool)), "SHOULD"
    ),
    Question("filters-on-zero", "with a filter on 0", _filtered(lambda value: value == 0 and value is not False)),
    Question("several-filters", "with several filters", lambda request, _: len(_filters(request)) > 1, "SHOULD"),
    Question("filters-and-limit", "with filters and a limit", lambda r, _: bool(_filters(r)) and r.value("limit")),
    Question("filters-on-page-2", "with filters, beyond page 1", lambda r, _: bool(_filters(r)) and r.page != 1),
    *(
        Question(
            f"filters-{name.replace('_', '-')}",
            f"for {name} with filters",
            lambda request, server, name=name: bool(_filters(request)) and _strategy(name)(request, server),  # type: ignore[misc]
        )
        for name in STRATEGIES
    ),
]

QUESTIONS = [
    *(Question(name.replace("_", "-"), f"for {name}", _strategy(name)) for name in STRATEGIES),
    *FILTERED,
    Question("no-strategy", "without a strategy", lambda request, _: request.value("strategy") is None),
    Question("no-limit", "without a limit", lambda request, _: request.value("limit") is None),
    Question("limit-1", "with limit 1", _limit(lambda limit: limit == 1)),
    Question("small-limits", "with a limit from 2 to 9", _limit(lambda limit: 2 <= limit <= 9)),
    Question("large-limits", "with a limit over 50", _limit(lambda limit: 50 < limit <= 100)),
    Question("limit-100", "with limit 100", _limit(lambda limit: limit == 100)),
    Question("page-2", "for page 2", lambda request, _: request.page == 2),
    Question("later-pages", "for pages from 3", lambda r, _: isinstance(r.page, int) and r.page >= 3),
    Question(
        "unknown-users",
        "of users that sent no event",
        lambda r, s: isinstance(r.value("user_id"), str) and r.value("user_id") not in s.tenant(r).users,
    ),
    Question("second-organisation", "of the second organisation", _is_second),
    Question("after-a-refusal", "right after a refused body", _after_refusal),
    Question("every-fifth", "that come fifth, tenth, ...", lambda _, server: server.turn("fifth") % 5 == 0),
    Question("every-twentieth", "that come 20th, 40th, ...", lambda _, server: server.turn("twentieth") % 20 == 0),
]
