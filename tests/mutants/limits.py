"""Faults of the rate limit: what the headers say, whom a window belongs to, and what happens when it is used up."""

from __future__ import annotations

from typing import Any

from fixtures.spec import RateLimit
from mock_server.state.rate_limit import Limiter, Window
from tests.mutants.fault import Fault
from tests.mutants.inside import buckets, inside, limited
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
SHORT = ("--rate-limit", "120/12s")  # a window that can be used up, and waited for


def without(condition: Condition, *statuses: int, names: tuple[str, ...] = HEADERS) -> Break:
    return edits_answer(condition, lambda answer: answer.drop_header(*names), *statuses)


def says(name: str, value: Any, condition: Condition = always, *statuses: int) -> Break:
    """A header says something else: `value` is given what it said."""

    def changed(answer: Answer) -> None:
        said = answer.header(name)
        if said is not None:
            answer.set_header(name, value(int(said)))

    return edits_answer(condition, changed, *statuses)


def in_one_header(answer: Answer) -> None:
    answer.set_header("ratelimit", "limit=1000, remaining=9, reset=9")
    answer.drop_header(*HEADERS)


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


def restarts_after(count: int) -> Break:
    """A window ends after so many requests, and a new one begins."""

    def charge(right: Limiter, window: Window, now: float) -> bool:
        if window.used >= count:
            window.used = 0
        return right.charge(window, now)

    return limited(charge)


def allows(limit: int, window_seconds: int) -> Break:
    """Another limit than the documented one, kept and told."""
    rule = RateLimit(limit=limit, window_seconds=window_seconds)
    return inside(lambda mock: setattr(mock.contract, "limiter", Limiter(rule)))


def operation(request: Request, _: Server) -> str | None:
    return request.operation


FAULTS = [
    Fault("no-headers-on-400", "A 400 carries no RateLimit headers.", ("RATE-headers",), without(always, 400)),
    Fault("no-headers-on-403", "A 403 carries no RateLimit headers.", ("RATE-headers",), without(always, 403)),
    Fault(
        "no-headers-on-events",
        "Accepted events carry no RateLimit headers.",
        ("RATE-headers",),
        without(on("events"), 202),
    ),
    Fault(
        "no-reset-header",
        "RateLimit-Reset is not sent.",
        ("RATE-headers",),
        without(always, names=("ratelimit-reset",)),
    ),
    Fault(
        "one-header-instead",
        "One header `RateLimit` is sent instead of the three.",
        ("RATE-headers",),
        edits_answer(always, in_one_header),
    ),
    Fault(
        "no-headers-on-401", "A 401 carries no RateLimit headers.", ("RATE-headers-elsewhere",), without(always, 401)
    ),
    Fault(
        "no-headers-on-404", "A 404 carries no RateLimit headers.", ("RATE-headers-elsewhere",), without(always, 404)
    ),
    Fault(
        "remaining-has-a-fraction",
        "RateLimit-Remaining has a decimal point.",
        ("RATE-whole-numbers",),
        says("ratelimit-remaining", lambda said: f"{said}.0"),
    ),
    Fault(
        "limit-names-its-window",
        "RateLimit-Limit of a 400 names the window too.",
        ("RATE-whole-numbers",),
        says("ratelimit-limit", lambda said: f"{said};w=900", always, 400),
    ),
    Fault(
        "remaining-above-limit",
        "RateLimit-Remaining is above RateLimit-Limit.",
        ("RATE-whole-numbers", "RATE-limit-number"),
        says("ratelimit-remaining", lambda said: said + 1000),
    ),
    Fault(
        "limit-is-2000",
        "RateLimit-Limit is 2000, and so is the limit.",
        ("RATE-limit-number",),
        allows(2000, 900),
    ),
    Fault(
        "secret-keys-are-told-5000",
        "RateLimit-Limit is 5000 for secret keys.",
        ("RATE-limit-number",),
        says("ratelimit-limit", lambda _: 5000, on("items", "users")),
    ),
    Fault(
        "window-of-a-minute",
        "A window lasts a minute, and RateLimit-Reset says so.",
        ("RATE-window",),
        allows(1000, 60),
    ),
    Fault(
        "250-in-a-window",
        "A window holds 250 requests, and RateLimit-Limit says so.",
        ("RATE-window", "RATE-limit-number"),
        allows(250, 900),
    ),
    Fault(
        "window-of-a-day",
        "A window lasts a day, and RateLimit-Reset says so.",
        ("RATE-window",),
        allows(1000, 86_400),
    ),
    Fault(
        "reset-is-a-unix-time",
        "RateLimit-Reset is a Unix time.",
        ("RATE-reset-in-seconds",),
        says("ratelimit-reset", lambda said: 1_780_000_000 + said),
    ),
    Fault(
        "reset-in-milliseconds",
        "RateLimit-Reset is in milliseconds.",
        ("RATE-reset-in-seconds",),
        says("ratelimit-reset", lambda said: said * 1000),
    ),
    Fault(
        "reset-stands-still",
        "RateLimit-Reset is always the whole window.",
        ("RATE-reset-falls",),
        says("ratelimit-reset", lambda _: 900),
    ),
    Fault(
        "remaining-stands-still",
        "RateLimit-Remaining is always 999.",
        ("RATE-counts-down",),
        says("ratelimit-remaining", lambda _: 999),
    ),
    Fault(
        "remaining-in-tens",
        "RateLimit-Remaining falls by ten at every tenth request.",
        ("RATE-counts-down",),
        says("ratelimit-remaining", lambda said: said // 10 * 10),
    ),
    Fault(
        "recommend-is-free",
        "Recommendations cost nothing.",
        ("RATE-counts-down", "RATE-shared-by-routes"),
        costs(free=on("recommend")),
    ),
    Fault(
        "events-are-free",
        "Events cost nothing.",
        ("RATE-counts-down", "RATE-shared-by-routes", "RATE-array-costs-one"),
        costs(free=on("events")),
    ),
    Fault(
        "window-restarts-after-40",
        "After every forty requests a new window begins.",
        ("RATE-never-jumps", "RATE-counts-down"),
        restarts_after(40),
    ),
    Fault(
        "window-of-five-seconds",
        "The window lasts five seconds, whatever RateLimit-Reset says.",
        ("RATE-never-jumps",),
        limited(
            lambda right, window, now: Limiter(RateLimit(limit=right.rule.limit, window_seconds=5)).charge(window, now),
            lambda _, window, __, quota: quota._replace(reset=800, remaining=max(0, quota.limit - window.used)),
        ),
    ),
    Fault(
        "bucket-per-key",
        "Every key has a limit of its own.",
        ("RATE-shared-by-keys",),
        buckets(lambda request, _: request.key),
    ),
    Fault(
        "secret-keys-cost-nothing",
        "Requests with a secret key cost nothing.",
        ("RATE-shared-by-keys", "RATE-shared-by-routes", "RATE-counts-down"),
        costs(free=on("items", "users")),
    ),
    Fault(
        "bucket-per-route",
        "Every route has a limit of its own.",
        (
            "RATE-shared-by-routes",
            "RATE-shared-by-keys",
        ),
        buckets(
            lambda request, server: (request.operation, server.tenant(request).tenant_id) if request.operation else None
        ),
    ),
    Fault(
        "recommend-has-its-own-bucket",
        "Recommendations have a limit of their own.",
        ("RATE-shared-by-routes", "RATE-shared-by-keys"),
        buckets(lambda request, _: request.key if request.operation == "recommend" else None),
    ),
    Fault(
        "users-have-their-own-bucket",
        "The users upsert has a limit of its own.",
        (
            "RATE-shared-by-routes",
            "RATE-shared-by-keys",
        ),
        buckets(lambda request, _: request.key if request.operation == "users" else None),
    ),
    Fault(
        "events-have-their-own-bucket",
        "Events have a limit of their own.",
        ("RATE-shared-by-routes", "RATE-shared-by-keys"),
        buckets(lambda request, _: request.key if request.operation == "events" else None),
    ),
    Fault(
        "items-have-their-own-bucket",
        "The items upsert has a limit of its own.",
        ("RATE-shared-by-routes", "RATE-shared-by-keys"),
        buckets(lambda request, _: request.key if request.operation == "items" else None),
    ),
    Fault(
        "bucket-per-replica",
        "Each of two replicas counts for itself.",
        ("RATE-never-jumps", "RATE-counts-down", "RATE-shared-by-keys"),
        buckets(lambda request, server: (server.tenant(request).tenant_id, server.turn() % 2)),
    ),
    Fault(
        "arrays-cost-their-length",
        "An array of events costs one request per event.",
        ("RATE-array-costs-one",),
        costs(extra=lambda request: max(0, len(request.records) - 1) if request.operation == "events" else 0),
    ),
    Fault(
        "arrays-cost-two",
        "An array of events costs two requests.",
        ("RATE-array-costs-one",),
        costs(extra=lambda request: int(request.operation == "events" and request.is_array)),
    ),
    Fault(
        "one-bucket-for-all",
        "All organisations share one limit.",
        ("RATE-organisations-apart",),
        buckets(lambda _, __: "all"),
    ),
    Fault(
        "second-organisation-costs-the-first",
        "The second organisation's recommendations cost all organisations.",
        ("RATE-organisations-apart",),
        buckets(lambda request, _: "all" if request.operation == "recommend" else None),
    ),
]
