"""Mutants that a page in a browser meets."""

from __future__ import annotations

from tests.mutants.mutant import Mutant
from tests.mutants.wrappers import Answer, Break, Condition, Request, Server, always, edge, edits_answer

ALLOW = ("access-control-allow-origin", "access-control-allow-headers", "access-control-allow-methods")


def without(*names: str, condition: Condition = always, statuses: tuple[int, ...] = ()) -> Break:
    return edits_answer(condition, lambda answer: answer.drop_header(*names), *statuses)


def preflight(request: Request, _: Server) -> bool:
    return request.method == "OPTIONS"


async def preflight_needs_a_key(request: Request, server: Server) -> Answer:
    answer = await server.answer(request)
    if preflight(request, server) and request.key is None:
        answer.status = 401
    return answer


MUTANTS = [
    Mutant(
        "preflight-needs-a-key", "A preflight without a key is 401.", ("CORS-preflight",), edge(preflight_needs_a_key)
    ),
    Mutant(
        "preflight-forbids-the-key",
        "A preflight does not allow X-API-KEY.",
        ("CORS-preflight",),
        edits_answer(preflight, lambda answer: answer.set_header("access-control-allow-headers", "Content-Type")),
    ),
    Mutant(
        "errors-unreadable-in-a-page",
        "Errors carry no CORS headers.",
        ("CORS-answers",),
        without(*ALLOW, statuses=(400, 401, 403, 422)),
    ),
    Mutant(
        "rate-limit-hidden-from-pages",
        "The rate limit headers are not exposed.",
        ("CORS-exposes-rate-limit",),
        without("access-control-expose-headers"),
    ),
    Mutant(
        "only-retry-after-exposed",
        "Of the rate limit headers only Retry-After is exposed.",
        ("CORS-exposes-rate-limit",),
        edits_answer(
            lambda r, _: r.header("origin") is not None,
            lambda answer: answer.set_header("access-control-expose-headers", "Retry-After"),
        ),
    ),
]
