"""Faults that show when the limit is used up: too early, too late, for some only, or said in other words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fixtures.spec import RateLimit
from mock_server.state.rate_limit import Limiter, Quota, Window
from tests.mutants.envelope import drops
from tests.mutants.fault import Fault
from tests.mutants.inside import limited
from tests.mutants.limits import says, without
from tests.mutants.wrappers import (
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


def penalty_unseen(_: Limiter, __: Window, ___: float, quota: Quota) -> Quota:
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


FAULTS = [
    Fault(
        "one-request-less",
        "One request less passes than was announced.",
        ("LIMIT-announced-rest-passes",),
        limited(Shifted(-1).charge),
        exhaust=True,
    ),
    Fault(
        "one-request-more",
        "One request more passes than was announced.",
        ("LIMIT-announced-rest-passes",),
        limited(Shifted(1).charge),
        exhaust=True,
    ),
    Fault(
        "never-429",
        "Nothing is ever refused.",
        ("LIMIT-then-429", "LIMIT-announced-rest-passes"),
        limited(never_refuses),
        exhaust=True,
    ),
    Fault(
        "exhausted-is-503",
        "An exhausted limit is 503.",
        ("LIMIT-then-429",),
        edits_answer(always, lambda answer: setattr(answer, "status", 503), 429),
        exhaust=True,
    ),
    Fault(
        "every-fifth-passes",
        "With nothing remaining every fifth request passes.",
        ("LIMIT-then-429",),
        limited(every_fifth_passes([0])),
        exhaust=True,
    ),
    Fault(
        "no-headers-on-429",
        "A 429 carries no RateLimit headers.",
        ("LIMIT-429-headers",),
        without(always, 429),
        exhaust=True,
    ),
    Fault(
        "remaining-1-on-429",
        "A 429 says that one request is left.",
        ("LIMIT-429-headers",),
        says("ratelimit-remaining", lambda _: 1, always, 429),
        exhaust=True,
    ),
    Fault(
        "plain-text-429",
        "A 429 is plain text.",
        ("LIMIT-429-envelope",),
        edits_answer(always, lambda answer: setattr(answer, "body", b"Too Many Requests"), 429),
        exhaust=True,
    ),
    Fault(
        "success-missing-on-429",
        "A 429 has no `success`.",
        ("LIMIT-429-envelope",),
        edits(always, drops("success"), 429),
        exhaust=True,
    ),
    Fault(
        "unix-time-on-429",
        "RateLimit-Reset of a 429 is a Unix time.",
        ("LIMIT-429-in-seconds",),
        says("ratelimit-reset", lambda said: 1_780_000_000 + said, always, 429),
        exhaust=True,
    ),
    Fault(
        "zero-seconds-on-429",
        "RateLimit-Reset of a 429 is 0.",
        ("LIMIT-429-in-seconds", "LIMIT-recovers"),
        says("ratelimit-reset", lambda _: 0, always, 429),
        exhaust=True,
    ),
    Fault(
        "milliseconds-on-429",
        "RateLimit-Reset of a 429 is in milliseconds.",
        ("LIMIT-429-in-seconds",),
        says("ratelimit-reset", lambda said: said * 1000, always, 429),
        exhaust=True,
    ),
    Fault(
        "recommend-passes-when-exhausted",
        "Recommendations pass although the limit is used up.",
        (
            "LIMIT-429-on-every-route",
            "LIMIT-then-429",
        ),
        exempt(on("recommend")),
        exhaust=True,
    ),
    Fault(
        "secret-keys-pass-when-exhausted",
        "Secret keys pass although the limit is used up.",
        ("LIMIT-429-on-every-route",),
        exempt(on("items", "users")),
        exhaust=True,
    ),
    Fault(
        "filtered-lists-pass-when-exhausted",
        "Recommendations with filters pass although the limit is used up.",
        ("LIMIT-429-on-every-route", "GEN-burnt-keys-429"),
        exempt(lambda r, _: r.operation == "recommend" and bool(r.value("filters"))),
        exhaust=True,
    ),
    Fault(
        "event-arrays-pass-when-exhausted",
        "Arrays of events pass although the limit is used up.",
        ("LIMIT-429-on-every-route", "GEN-burnt-keys-429"),
        exempt(lambda r, _: r.operation == "events" and r.is_array),
        exhaust=True,
    ),
    Fault(
        "early-reset",
        "An exhausted window ends after half of its time.",
        ("LIMIT-recovers",),
        limited(early),
        exhaust=True,
    ),
    Fault(
        "late-reset", "An exhausted window ends after twice its time.", ("LIMIT-recovers",), limited(late), exhaust=True
    ),
    Fault(
        "refusals-start-the-window-again",
        "Every refused request starts the window again, and the headers don't say so.",
        (
            "LIMIT-recovers",
            "LIMIT-429-in-seconds",
        ),
        limited(penalty, penalty_unseen),
        exhaust=True,
    ),
]
