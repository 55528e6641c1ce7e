"""Mutants of the limit of /auth, which counts by address; the suite judges it only with --account-limit."""

from __future__ import annotations

from collections.abc import Callable

from tests.mutants.mutant import Mutant
from tests.mutants.wrappers import Answer, Break, Condition, Request, Server, edge, edits_answer
from tests.mutants.written.limits import HEADERS, says

LOOKING = ("--account-limit",)
LOGIN, REGISTER = "/auth/login", "/auth/register"


def to(*paths: str) -> Condition:
    return lambda request, _: request.method == "POST" and request.scope["path"] in paths


def answered_instead(condition: Condition, test: Callable[[int], bool], status: int) -> Break:
    """Refusals for which test(their number, from 1) holds are answered as if the limit were not used up."""

    async def answered(request: Request, server: Server) -> Answer:
        answer = await server.answer(request)
        if answer.status == 429 and condition(request, server) and test(server.turn(request.scope["path"])):
            answer.status = status
            answer.drop_header("retry-after")
        return answer

    return edge(answered)


def refused_from(number: int) -> Break:
    """From this request on, logins are 429, whatever the headers say."""

    async def refused(request: Request, server: Server) -> Answer:
        answer = await server.answer(request)
        if to(LOGIN)(request, server) and server.turn() >= number:
            answer.status = 429
        return answer

    return edge(refused)


MUTANTS = [
    Mutant(
        "logins-without-end",
        "Logins are never refused with 429.",
        ("ACCOUNT-limit",),
        answered_instead(to(LOGIN), lambda _: True, 401),
        suite_options=LOOKING,
    ),
    Mutant(
        "six-logins",
        "The seventh login is 429, while the headers say that some are left.",
        ("ACCOUNT-limit", "ACCOUNT-429"),
        refused_from(7),
        suite_options=LOOKING,
    ),
    Mutant(
        "logins-without-headers",
        "Logins that fail carry no RateLimit headers.",
        ("ACCOUNT-headers",),
        edits_answer(to(LOGIN), lambda answer: answer.drop_header(*HEADERS), 401),
        suite_options=LOOKING,
    ),
    Mutant(
        "remaining-logins-stand-still",
        "RateLimit-Remaining of a login is always 9 until nothing is left.",
        ("ACCOUNT-headers",),
        says("ratelimit-remaining", lambda said: 9 if said else 0, to(LOGIN)),
        suite_options=LOOKING,
    ),
    Mutant(
        "plain-text-429-for-logins",
        "The 429 of a login is plain text.",
        ("ACCOUNT-429",),
        edits_answer(to(LOGIN), lambda answer: setattr(answer, "body", b"Too Many Requests"), 429),
        suite_options=LOOKING,
    ),
    Mutant(
        "unix-time-on-429-for-logins",
        "RateLimit-Reset of the 429 of a login is a Unix time.",
        ("ACCOUNT-429",),
        says("ratelimit-reset", lambda said: 1_780_000_000 + said, to(LOGIN), 429),
        suite_options=LOOKING,
    ),
    Mutant(
        "registrations-have-their-own-limit",
        "Registrations pass when the logins are used up.",
        ("ACCOUNT-shared",),
        answered_instead(to(REGISTER), lambda number: number <= 10, 400),
        suite_options=LOOKING,
    ),
]
