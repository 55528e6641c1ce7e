"""Mutants that show when the limit is used up: too early, too late, for some requests only, or announced in another
way."""

from __future__ import annotations

from mock_server.state.rate_limit import Limiter, Quota, Window
from tests.mutants.inside import limited
from tests.mutants.mutant import Mutant
from tests.mutants.wrappers import (
    Answer,
    Break,
    Condition,
    Request,
    Server,
    always,
    edge,
    edits,
)
from tests.mutants.written.envelope import drops
from tests.mutants.written.limits import says, without


def never_refuses(right: Limiter, window: Window, now: float) -> bool:
    if not right.charge(window, now):
        window.used = right.rule.limit
    return True


def penalty(right: Limiter, window: Window, now: float) -> bool:
    """Every refused request starts the window again without announcing it."""
    allowed = right.charge(window, now)
    if not allowed:
        window.started = now
    return allowed


def penalty_unseen(_: Limiter, __: Window, ___: float, quota: Quota) -> Quota:
    return quota._replace(reset=min(quota.reset, 3)) if quota.remaining == 0 else quota


def exempt(condition: Condition) -> Break:
    """Some requests are accepted although the limit is used up."""

    async def passed(request: Request, server: Server) -> Answer:
        if condition(request, server):
            copy = request.copy()
            answer = await server.answer(request)
            return await server.unnoticed(copy) if answer.status == 429 else answer
        return await server.answer(request)

    return edge(passed)


async def everybodys(request: Request, server: Server) -> Answer:
    """The first refusal of an organisation is what all others get from then on."""
    answer = await server.answer(request)
    if answer.status == 429:
        server.memory["refusal"] = answer
    return server.memory.get("refusal", answer) if server.organisation(request) else answer


async def neighbours_pay(request: Request, server: Server) -> Answer:
    """After a refusal the next request of another organisation is refused too."""
    answer, own = await server.answer(request), server.organisation(request)
    if answer.status == 429:
        server.memory["refused"] = own, answer
    elif own and server.memory.get("refused", (own,))[0] is not own:
        _, answer = server.memory.pop("refused")
    return answer


MUTANTS = [
    Mutant(
        "never-429",
        "Nothing is ever refused.",
        ("LIMIT-then-429", "LIMIT-announced-rest-passes"),
        limited(never_refuses),
        exhaust=True,
    ),
    Mutant(
        "an-exhausted-limit-is-everybodys",
        "While one organisation is refused, all are.",
        ("LIMIT-of-one-organisation",),
        edge(everybodys),
        exhaust=True,
    ),
    Mutant(
        "neighbours-pay-for-refusals",
        "After a refusal the next request of another organisation is refused too.",
        ("LIMIT-of-one-organisation",),
        edge(neighbours_pay),
        exhaust=True,
    ),
    Mutant(
        "no-headers-on-429",
        "A 429 carries no RateLimit headers.",
        ("LIMIT-429-headers",),
        without(always, 429),
        exhaust=True,
    ),
    Mutant(
        "remaining-1-on-429",
        "A 429 says that one request is left.",
        ("LIMIT-429-headers",),
        says("ratelimit-remaining", lambda _: 1, always, 429),
        exhaust=True,
    ),
    Mutant(
        "success-missing-on-429",
        "A 429 has no `success`.",
        ("LIMIT-429-envelope",),
        edits(always, drops("success"), 429),
        exhaust=True,
    ),
    Mutant(
        "unix-time-on-429",
        "RateLimit-Reset of a 429 is a Unix time.",
        ("LIMIT-429-in-seconds",),
        says("ratelimit-reset", lambda said: 1_780_000_000 + said, always, 429),
        exhaust=True,
    ),
    Mutant(
        "zero-seconds-on-429",
        "RateLimit-Reset of a 429 is 0.",
        ("LIMIT-429-in-seconds", "LIMIT-recovers"),
        says("ratelimit-reset", lambda _: 0, always, 429),
        exhaust=True,
    ),
    Mutant(
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
