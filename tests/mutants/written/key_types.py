"""Mutants of the two types of key, and of the effects of refused requests."""

from __future__ import annotations

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
    passes,
    refuses,
)
from tests.mutants.written.keys import every_key

STANDARD = ("view", "search", "click", "add_to_cart", "remove_from_cart", "checkout_start", "purchase", "identify")


def accepts_wrong_type(*operations: str, condition: Condition = always) -> Break:
    async def accepted(request: Request, server: Server) -> Answer:
        request.key = server.right_key(request)
        return await server.answer(request)

    return passes(
        lambda request, server: (
            request.operation in operations and server.has_wrong_type(request) and condition(request, server)
        ),
        accepted,
    )


async def body_first(request: Request, server: Server) -> Answer:
    """A bad body is refused before a wrong key type."""
    if server.has_wrong_type(request) and request.operation and not server.is_valid(request):
        request.key = server.right_key(request)
    return await server.answer(request)


def obeys_although_refused(*operations: str) -> Break:
    async def obeyed(request: Request, server: Server) -> Answer:
        answer = await server.answer(request)
        if answer.status == 403 and request.operation in operations:
            request.key = server.right_key(request)
            await server.unnoticed(request)
        return answer

    return edge(obeyed)


async def bearer_refused_but_obeyed(request: Request, server: Server) -> Answer:
    """`Authorization: Bearer` is answered with 401, but the request is carried out."""
    answer = await server.answer(request)
    key = (request.header("authorization") or request.key or "").removeprefix("Bearer ").strip()
    if answer.status == 401 and key in every_key(server):
        request.key = key
        await server.unnoticed(request)
    return answer


def told(status: int, instead: int, *operations: str) -> Break:
    return edits_answer(on(*operations), lambda answer: setattr(answer, "status", instead), status)


MUTANTS = [
    Mutant(
        "publishable-key-upserts-users",
        "A publishable key may upsert users.",
        ("AUTH-publishable-on-upsert",),
        accepts_wrong_type("users"),
    ),
    Mutant(
        "bad-body-before-key-type",
        "With the wrong key type and a bad body the answer is 400.",
        ("AUTH-type-before-body",),
        edge(body_first),
    ),
    Mutant(
        "refused-upserts-are-done",
        "A publishable key on an upsert is 403, and the record is stored.",
        ("AUTH-refused-changes-nothing",),
        obeys_although_refused("items", "users"),
    ),
    Mutant(
        "refused-user-upserts-are-done",
        "A publishable key on the users upsert is 403, and the user is stored.",
        ("AUTH-refused-changes-nothing",),
        obeys_although_refused("users"),
    ),
    Mutant(
        "refused-events-count",
        "A secret key on events is 403, and the events count.",
        ("AUTH-refused-events-do-not-count",),
        obeys_although_refused("events"),
    ),
    Mutant(
        "bearer-is-refused-and-obeyed",
        "A key after Bearer, or in Authorization, is 401, and the request is carried out.",
        (
            "AUTH-refused-changes-nothing",
            "AUTH-refused-events-do-not-count",
        ),
        edge(bearer_refused_but_obeyed),
    ),
    Mutant(
        "right-key-is-403-for-two-filters",
        "A recommendation with two filters or more is 403 with the right key, as if a firewall took it for an attack.",
        ("AUTH-never-refused", "FILTER-several", "VALID-accepted"),
        refuses("recommend", lambda record: len(record.get("filters") or {}) > 1, status=403),
    ),
    Mutant(
        "right-key-is-401-for-custom-events",
        "A custom event is 401 with the right key.",
        ("AUTH-never-refused", "EVENT-custom-names", "VALID-accepted"),
        refuses("events", lambda record: record.get("event_name", "view") not in STANDARD, status=401),
    ),
]
