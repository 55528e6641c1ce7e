"""Faults of the rate limit: what the headers say, whom a window belongs to, and what happens when it is used up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fixtures.spec import RateLimit
from mock_server.limits import Limiter, Quota, Window
from tests.faults.fault import Fault
from tests.faults.inside import buckets, inside, limited
from tests.faults.wrappers import (
    Answer,
    Break,
    Condition,
    Request,
    Server,
    always,
    edge,
    edits,
    edits_answer,
    on,
)

HEADERS = ("ratelimit-limit", "ratelimit-remaining", "ratelimit-reset")
SHORT = ("--rate-limit", "120/12s")  # a window that can be used up, and waited for


def without(condition: Condition, *statuses: int, names: tuple[str, ...] = HEADERS) -> Break:
    return edits_answer(condition, lambda answer: [answer.drop_header(name) for name in names], *statuses)


def says(name: str, value: Any, condition: Condition = always, *statuses: int) -> Break:
    """A header says something else: `value` is given what it said."""

    def changed(answer: Answer) -> None:
        said = answer.header(name)
        if said is not None:
            answer.set_header(name, value(int(said)))

    return edits_answer(condition, changed, *statuses)


def costs(*, free: Condition = lambda _, __: False, extra: Any = lambda request: 0) -> Break:
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


@dataclass
class Shifted:
    """A limit that is off by some requests, while the headers tell the right one."""

    by: int

    def charge(self, right: Limiter, window: Window, now: float) -> bool:
        return Limiter(RateLimit(limit=right.rule.limit + self.by, window_seconds=right.rule.window_seconds)).charge(
            window, now
        )


def never_refuses(right: Limiter, window: Window, now: float) -> bool:
    if not right.charge(window, now):
        window.used = right.rule.limit
    return True


def every_fifth_passes(turns: list[int]) -> Any:
    def charge(right: Limiter, window: Window, now: float) -> bool:
        if right.charge(window, now):
            return True
        turns[0] += 1
        return turns[0] % 5 == 0

    return charge


def early(right: Limiter, window: Window, now: float) -> bool:
    """Used up, the window ends after half of its time."""
    if window.used >= right.rule.limit and now >= window.started + right.rule.window_seconds / 2:
        window.used = 0
    return right.charge(window, now)


def late(right: Limiter, window: Window, now: float) -> bool:
    """Used up, the window ends after twice its time; the headers don't know."""
    seconds = right.rule.window_seconds
    if window.used >= right.rule.limit and now < window.started + 2 * seconds:
        return False
    return right.charge(window, now)


def penalty(right: Limiter, window: Window, now: float) -> bool:
    """Every refused request starts the window again, unannounced."""
    allowed = right.charge(window, now)
    if not allowed:
        window.started = now
    return allowed


def penalty_unseen(_: Limiter, window: Window, now: float, quota: Quota) -> Quota:
    return quota._replace(reset=min(quota.reset, 3)) if quota.remaining == 0 else quota


def exempt(condition: Condition) -> Break:
    """Some requests pass although the limit is used up."""

    async def passed(request: Request, server: Server) -> Answer:
        if condition(request, server):
            copy = request.copy()
            answer = await server.answer(request)
            return await server.unnoticed(copy) if answer.status == 429 else answer
        return await server.answer(request)

    return edge(passed)


def operation(request: Request, _: Server) -> str | None:
    return request.operation


FAULTS = [
    Fault("no-headers-on-400", "A 400 carries no RateLimit headers.", ("RATE-headers",), without(always, 400)),
    Fault("no-headers-on-403", "A 403 carries no RateLimit headers.", ("RATE-headers",), without(always, 403)),
    Fault("no-headers-on-events", "Accepted events carry no RateLimit headers.", ("RATE-headers",), without(on("events"), 202)),
    Fault("no-reset-header", "RateLimit-Reset is not sent.", ("RATE-headers",), without(always, names=("ratelimit-reset",))),
    Fault("one-header-instead", "One header `RateLimit` is sent instead of the three.",
          ("RATE-headers",), edits_answer(always, lambda answer: [answer.set_header("ratelimit", "limit=1000, remaining=9, reset=9"), *(answer.drop_header(name) for name in HEADERS)])),
    Fault("no-headers-on-401", "A 401 carries no RateLimit headers.", ("RATE-headers-elsewhere",), without(always, 401)),
    Fault("no-headers-on-404", "A 404 carries no RateLimit headers.", ("RATE-headers-elsewhere",), without(always, 404)),
    Fault("remaining-has-a-fraction", "RateLimit-Remaining has a decimal point.", ("RATE-whole-numbers",), says("ratelimit-remaining", lambda said: f"{said}.0")),
    Fault("limit-names-its-window", "RateLimit-Limit of a 400 names the window too.",
          ("RATE-whole-numbers",), says("ratelimit-limit", lambda said: f"{said};w=900", always, 400)),
    Fault("remaining-above-limit", "RateLimit-Remaining is above RateLimit-Limit.",
          ("RATE-whole-numbers", "RATE-limit-number"), says("ratelimit-remaining", lambda said: said + 1000)),
    Fault("limit-is-500", "RateLimit-Limit is 500, and so is the limit.",
          ("RATE-limit-number",), inside(lambda mock: setattr(mock.contract, "limiter", Limiter(RateLimit(limit=500, window_seconds=900))))),
    Fault("secret-keys-are-told-5000", "RateLimit-Limit is 5000 for secret keys.",
          ("RATE-limit-number",), says("ratelimit-limit", lambda _: 5000, on("items", "users"))),
    Fault("reset-is-a-unix-time", "RateLimit-Reset is a Unix time.",
          ("RATE-reset-in-seconds",), says("ratelimit-reset", lambda said: 1_780_000_000 + said)),
    Fault("reset-in-milliseconds", "RateLimit-Reset is in milliseconds.", ("RATE-reset-in-seconds",), says("ratelimit-reset", lambda said: said * 1000)),
    Fault("reset-stands-still", "RateLimit-Reset is always the whole window.", ("RATE-reset-falls",), says("ratelimit-reset", lambda _: 900)),
    Fault("remaining-stands-still", "RateLimit-Remaining is always 999.", ("RATE-counts-down",), says("ratelimit-remaining", lambda _: 999)),
    Fault("remaining-in-tens", "RateLimit-Remaining falls by ten at every tenth request.",
          ("RATE-counts-down",), says("ratelimit-remaining", lambda said: said // 10 * 10)),
    Fault("recommend-is-free", "Recommendations cost nothing.", ("RATE-counts-down", "RATE-shared-by-routes"), costs(free=on("recommend"))),
    Fault("events-are-free", "Events cost nothing.", ("RATE-counts-down", "RATE-shared-by-routes", "RATE-array-costs-one"), costs(free=on("events"))),
    Fault("window-restarts-after-40", "After every forty requests a new window begins.", ("RATE-never-jumps", "RATE-counts-down"), restarts_after(40)),
    Fault("window-of-five-seconds", "The window lasts five seconds, whatever RateLimit-Reset says.",
          ("RATE-never-jumps",), limited(lambda right, window, now: Limiter(RateLimit(limit=right.rule.limit, window_seconds=5)).charge(window, now),
                                         lambda right, window, now, quota: quota._replace(reset=800, remaining=max(0, quota.limit - window.used)))),
    Fault("bucket-per-key", "Every key has a limit of its own.", ("RATE-shared-by-keys",), buckets(lambda request, _: request.key)),
    Fault("secret-keys-cost-nothing", "Requests with a secret key cost nothing.",
          ("RATE-shared-by-keys", "RATE-counts-down"), costs(free=on("items", "users"))),
    Fault("bucket-per-route", "Every route has a limit of its own.", ("RATE-shared-by-routes",),
          buckets(lambda request, server: (request.operation, server.organisation(request).tenant_id) if request.operation else None)),  # type: ignore[union-attr]
    Fault("recommend-has-its-own-bucket", "Recommendations have a limit of their own.",
          ("RATE-shared-by-routes", "RATE-shared-by-keys"), buckets(lambda request, _: request.key if request.operation == "recommend" else None)),
    Fault("users-have-their-own-bucket", "The users upsert has a limit of its own.",
          ("RATE-shared-by-routes",), buckets(lambda request, _: request.key if request.operation == "users" else None)),
    Fault("bucket-per-replica", "Each of two replicas counts for itself.", ("RATE-never-jumps", "RATE-counts-down", "RATE-shared-by-keys"),
          buckets(lambda request, server: (server.organisation(request).tenant_id, server.turn() % 2))),  # type: ignore[union-attr]
    Fault("arrays-cost-their-length", "An array of events costs one request per event.",
          ("RATE-array-costs-one",), costs(extra=lambda request: max(0, len(request.records) - 1) if request.operation == "events" else 0)),
    Fault("arrays-cost-two", "An array of events costs two requests.",
          ("RATE-array-costs-one",), costs(extra=lambda request: int(request.operation == "events" and request.is_array))),
    Fault("one-bucket-for-all", "All organisations share one limit.", ("RATE-organisations-apart",), buckets(lambda _, __: "all")),
    Fault("second-organisation-costs-the-first", "The second organisation's recommendations cost all organisations.",
          ("RATE-organisations-apart",), buckets(lambda request, _: "all" if request.operation == "recommend" else None)),
    Fault("one-request-less", "One request less passes than was announced.",
          ("LIMIT-announced-rest-passes",), limited(Shifted(-1).charge), exhaust=True),
    Fault("one-request-more", "One request more passes than was announced.",
          ("LIMIT-announced-rest-passes",), limited(Shifted(1).charge), exhaust=True),
    Fault("never-429", "Nothing is ever refused.", ("LIMIT-then-429", "LIMIT-announced-rest-passes"), limited(never_refuses), exhaust=True),
    Fault("exhausted-is-503", "An exhausted limit is 503.",
          ("LIMIT-then-429",), edits_answer(always, lambda answer: setattr(answer, "status", 503), 429), exhaust=True),
    Fault("every-fifth-passes", "With nothing remaining every fifth request passes.",
          ("LIMIT-then-429",), limited(every_fifth_passes([0])), exhaust=True),
    Fault("no-headers-on-429", "A 429 carries no RateLimit headers.", ("LIMIT-429-headers",), without(always, 429), exhaust=True),
    Fault("remaining-1-on-429", "A 429 says that one request is left.",
          ("LIMIT-429-headers",), says("ratelimit-remaining", lambda _: 1, always, 429), exhaust=True),
    Fault("plain-text-429", "A 429 is plain text.",
          ("LIMIT-429-envelope",), edits_answer(always, lambda answer: setattr(answer, "body", b"Too Many Requests"), 429), exhaust=True),
    Fault("success-missing-on-429", "A 429 has no `success`.",
          ("LIMIT-429-envelope",), edits(always, lambda document, _: [document.pop("success")] and None, 429), exhaust=True),
    Fault("unix-time-on-429", "RateLimit-Reset of a 429 is a Unix time.",
          ("LIMIT-429-in-seconds",), says("ratelimit-reset", lambda said: 1_780_000_000 + said, always, 429), exhaust=True),
    Fault("zero-seconds-on-429", "RateLimit-Reset of a 429 is 0.",
          ("LIMIT-429-in-seconds", "LIMIT-recovers"), says("ratelimit-reset", lambda _: 0, always, 429), exhaust=True),
    Fault("milliseconds-on-429", "RateLimit-Reset of a 429 is in milliseconds.",
          ("LIMIT-429-in-seconds",), says("ratelimit-reset", lambda said: said * 1000, always, 429), exhaust=True),
    Fault("recommend-passes-when-exhausted", "Recommendations pass although the limit is used up.",
          ("LIMIT-429-on-every-route",), exempt(on("recommend")), exhaust=True),
    Fault("secret-keys-pass-when-exhausted", "Secret keys pass although the limit is used up.",
          ("LIMIT-429-on-every-route",), exempt(on("items", "users")), exhaust=True),
    Fault("filtered-lists-pass-when-exhausted", "Recommendations with filters pass although the limit is used up.",
          ("LIMIT-429-on-every-route", "GEN-burnt-keys-429"), exempt(lambda r, _: r.operation == "recommend" and bool(r.value("filters"))), exhaust=True),
    Fault("event-arrays-pass-when-exhausted", "Arrays of events pass although the limit is used up.",
          ("LIMIT-429-on-every-route", "GEN-burnt-keys-429"), exempt(lambda r, _: r.operation == "events" and r.is_array), exhaust=True),
    Fault("early-reset", "An exhausted window ends after half of its time.", ("LIMIT-recovers",), limited(early), exhaust=True),
    Fault("late-reset", "An exhausted window ends after twice its time.", ("LIMIT-recovers",), limited(late), exhaust=True),
    Fault("refusals-start-the-window-again", "Every refused request starts the window again, and the headers don't say so.",
          ("LIMIT-recovers",), limited(penalty, penalty_unseen), exhaust=True),
]  # fmt: skip
