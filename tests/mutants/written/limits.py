"""Mutants of the rate limit: what the headers say, which requests share a window, and what happens when it is used
up."""

from __future__ import annotations

from typing import Any

from fixtures.spec import RateLimit
from mock_server.state.rate_limit import Limiter
from tests.mutants.inside import buckets, inside
from tests.mutants.mutant import Mutant
from tests.mutants.wrappers import (
    Answer,
    Break,
    Condition,
    Request,
    Server,
    always,
    edge,
    edits_answer,
    on,
)

HEADERS = ("ratelimit-limit", "ratelimit-remaining", "ratelimit-reset")


def without(condition: Condition, *statuses: int, names: tuple[str, ...] = HEADERS) -> Break:
    return edits_answer(condition, lambda answer: answer.drop_header(*names), *statuses)


def says(name: str, value: Any, condition: Condition = always, *statuses: int) -> Break:
    """A header says something else: `value` gets the right value."""

    def changed(answer: Answer) -> None:
        said = answer.header(name)
        if said is not None:
            answer.set_header(name, value(int(said)))

    return edits_answer(condition, changed, *statuses)


def costs(*, free: Condition = lambda _, __: False, extra: Any = lambda _: 0) -> Break:
    """Requests that cost nothing, or more than one."""

    async def charged(request: Request, server: Server) -> Answer:
        organisation = server.organisation(request)
        if organisation is None:
            return await server.answer(request)
        before = organisation.state.window.used
        if free(request, server):
            organisation.state.window.used = max(0, before - 1)
        else:
            organisation.state.window.used += extra(request)
        return await server.answer(request)

    return edge(charged)


def filtered_popular(request: Request, _: Server) -> bool:
    return request.operation == "recommend" and request.strategy == "popular" and bool(request.value("filters"))


def allows(limit: int, window_seconds: int) -> Break:
    """Another limit than the documented one is applied and announced."""
    rule = RateLimit(limit=limit, window_seconds=window_seconds)
    return inside(lambda mock: setattr(mock.contract, "limiter", Limiter(rule)))


def operation(request: Request, _: Server) -> str | None:
    return request.operation


MUTANTS = [
    Mutant(
        "no-headers-on-events",
        "Accepted events carry no RateLimit headers.",
        ("RATE-headers",),
        without(on("events"), 202),
    ),
    Mutant("no-headers-on-404", "A 404 carries no RateLimit headers.", ("RATE-headers",), without(always, 404)),
    Mutant(
        "no-headers-on-401", "A 401 carries no RateLimit headers.", ("RATE-headers-elsewhere",), without(always, 401)
    ),
    Mutant(
        "remaining-has-a-fraction",
        "RateLimit-Remaining has a decimal point.",
        ("RATE-whole-numbers",),
        says("ratelimit-remaining", lambda said: f"{said}.0"),
    ),
    Mutant(
        "remaining-above-limit",
        "RateLimit-Remaining is above RateLimit-Limit.",
        ("RATE-whole-numbers", "RATE-limit-number"),
        says("ratelimit-remaining", lambda said: said + 1000),
    ),
    Mutant(
        "limit-is-2000",
        "RateLimit-Limit is 2000, and so is the limit.",
        ("RATE-limit-number",),
        allows(2000, 900),
    ),
    Mutant(
        "secret-keys-are-told-5000",
        "RateLimit-Limit is 5000 for secret keys.",
        ("RATE-limit-number",),
        says("ratelimit-limit", lambda _: 5000, on("items", "users")),
    ),
    Mutant(
        "window-of-a-minute",
        "A window lasts a minute, and RateLimit-Reset says so.",
        ("RATE-window",),
        allows(1000, 60),
    ),
    Mutant(
        "reset-is-a-unix-time",
        "RateLimit-Reset is a Unix time.",
        ("RATE-reset-in-seconds",),
        says("ratelimit-reset", lambda said: 1_780_000_000 + said),
    ),
    Mutant(
        "reset-stands-still",
        "RateLimit-Reset is always the whole window.",
        ("RATE-reset-falls",),
        says("ratelimit-reset", lambda _: 900),
    ),
    Mutant(
        "remaining-stands-still",
        "RateLimit-Remaining is always 999.",
        ("RATE-counts-down",),
        says("ratelimit-remaining", lambda _: 999),
    ),
    Mutant(
        "bucket-per-key",
        "Every key has a limit of its own.",
        ("RATE-shared-by-keys",),
        buckets(lambda request, _: request.key),
    ),
    Mutant(
        "users-have-their-own-bucket",
        "The users upsert has a limit of its own.",
        (
            "RATE-shared-by-routes",
            "RATE-shared-by-keys",
        ),
        buckets(lambda request, _: request.key if request.operation == "users" else None),
    ),
    Mutant(
        "arrays-cost-two",
        "An array of events costs two requests.",
        ("RATE-array-costs-one",),
        costs(extra=lambda request: int(request.operation == "events" and request.is_array)),
    ),
    Mutant(
        "one-bucket-for-all",
        "All organisations share one limit.",
        ("RATE-organisations-apart",),
        buckets(lambda _, __: "all"),
    ),
    Mutant(
        "second-organisation-costs-the-first",
        "The second organisation's recommendations cost all organisations.",
        ("RATE-organisations-apart",),
        buckets(lambda request, _: "all" if request.operation == "recommend" else None),
    ),
    Mutant(
        "second-pages-are-free",
        "A second page costs nothing.",
        ("RATE-each-costs-one",),
        costs(free=lambda request, _: request.operation == "recommend" and request.value("page") == 2),
    ),
    Mutant(
        "filtered-popular-lists-are-free",
        "Filtered lists for `popular` cost nothing.",
        ("RATE-own-count", "RATE-each-costs-one"),
        costs(free=filtered_popular),
    ),
    Mutant(
        "long-pages-cost-two",
        "A list with a limit of 100 costs two requests.",
        ("RATE-each-costs-one",),
        costs(extra=lambda request: int(request.operation == "recommend" and request.value("limit") == 100)),
    ),
]
