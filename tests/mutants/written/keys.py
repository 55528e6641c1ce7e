"""Mutants of the API keys: which keys are accepted, and the effects of refused requests."""

from __future__ import annotations

from collections.abc import Callable

from tests.mutants.mutant import Mutant
from tests.mutants.wrappers import (
    Answer,
    Break,
    Condition,
    Request,
    Server,
    always,
    edge,
    passes,
)


def every_key(server: Server) -> list[str]:
    return [key for each in server.mock.organisations for key in (each.publishable_key, each.secret_key)]


def lets_in(taken_for: Callable[[Request, Server], str | None], condition: Condition = always) -> Break:
    """An unknown key is accepted as another one."""

    async def admitted(request: Request, server: Server) -> Answer:
        if server.organisation(request) is None and request.operation and condition(request, server):
            key = taken_for(request, server)
            if key is not None:
                request.key = key
        return await server.answer(request)

    return edge(admitted)


def first_organisations(request: Request, server: Server) -> str:
    return server.right_key(request)


def matching(test: Callable[[str, str], bool]) -> Callable[[Request, Server], str | None]:
    """Return a function that finds the first known key for which test(given, known) holds."""

    def found(request: Request, server: Server) -> str | None:
        given = request.key or ""
        return next((known for known in every_key(server) if test(given, known)), None)

    return found


def resembles_a_known_one(request: Request, server: Server) -> bool:
    given = (request.key or "").removeprefix("Bearer ").strip().lower()
    return any(known.lower().startswith(given[:20]) for known in every_key(server)) if len(given) > 12 else True


def bearer_key(request: Request, _: Server) -> str | None:
    return request.key[7:] if request.key and request.key[:7].lower() == "bearer " else None


def key_in_any_header(request: Request, server: Server) -> str | None:
    values = {value.decode("latin-1").split(" ")[-1] for _, value in request.headers}
    return next((key for key in every_key(server) if key in values), None)


def refuses_right_key(operation: str, status: int) -> Break:
    def refused(request: Request, server: Server) -> bool:
        return request.operation == operation and request.key == server.right_key(request)

    return passes(refused, lambda request, server: server.refuse(request, status))


async def only_after_bearer(request: Request, server: Server) -> Answer:
    request.key = bearer_key(request, server) or "nobody"
    return await server.answer(request)


MUTANTS = [
    Mutant(
        "secret-key-refused-for-users",
        "The secret key is 403 on the users upsert.",
        ("AUTH-right-key", "USER-accepts-required"),
        refuses_right_key("users", 403),
    ),
    Mutant(
        "publishable-key-unknown-to-events",
        "The publishable key is 401 on events.",
        ("AUTH-right-key", "EVENT-accepts-one"),
        refuses_right_key("events", 401),
    ),
    Mutant(
        "no-key-needed-for-recommend",
        "Recommendations need no key.",
        ("AUTH-missing-key",),
        lets_in(first_organisations, lambda r, _: r.key is None and r.operation == "recommend"),
    ),
    Mutant(
        "no-key-is-403-on-users",
        "Without a key the users upsert answers 403.",
        ("AUTH-missing-key",),
        passes(lambda r, _: r.key is None and r.operation == "users", lambda r, s: wrong_status(r, s, 403)),
    ),
    Mutant(
        "empty-key-opens",
        "An empty X-API-KEY opens everything.",
        ("AUTH-empty-key",),
        lets_in(first_organisations, lambda r, _: r.key is not None and not r.key.strip()),
    ),
    Mutant(
        "prefix-alone-opens",
        "lehnz_pk_ or lehnz_sk_ alone is taken for a key.",
        ("AUTH-empty-key",),
        lets_in(first_organisations, lambda r, _: r.key in ("lehnz_pk_", "lehnz_sk_")),
    ),
    Mutant(
        "any-key-with-the-prefix-opens",
        "A key that nobody was given opens all operations if its prefix is right.",
        ("AUTH-unknown-key",),
        lets_in(
            first_organisations, lambda r, s: (r.key or "").startswith("lehnz_") and not resembles_a_known_one(r, s)
        ),
    ),
    Mutant(
        "unknown-key-is-403",
        "A key that nobody was given is 403 on events.",
        ("AUTH-unknown-key",),
        passes(
            lambda r, s: r.operation == "events" and bool(r.key) and not resembles_a_known_one(r, s),
            lambda r, s: wrong_status(r, s, 403),
        ),
    ),
    Mutant(
        "key-with-a-tail-opens",
        "What follows a key is ignored.",
        ("AUTH-whole-key",),
        lets_in(matching(lambda given, known: len(given) > len(known) and given.startswith(known))),
    ),
    Mutant(
        "key-in-other-case-opens",
        "Keys are compared without regard to case.",
        ("AUTH-whole-key",),
        lets_in(matching(lambda given, known: given != known and given.lower() == known.lower())),
    ),
    Mutant(
        "key-in-a-list-opens",
        "X-API-KEY is split at commas, and one valid key among the parts opens.",
        ("AUTH-whole-key",),
        lets_in(matching(lambda given, known: known in given.replace(" ", "").split(",")[1:])),
    ),
    Mutant(
        "bearer-prefix-accepted", "X-API-KEY: Bearer KEY is accepted.", ("AUTH-bearer-prefix",), lets_in(bearer_key)
    ),
    Mutant(
        "only-the-bearer-prefix-opens",
        "X-API-KEY must be Bearer KEY, and the key alone is 401.",
        ("AUTH-right-key", "AUTH-bearer-prefix"),
        edge(only_after_bearer),
    ),
    Mutant(
        "key-in-any-header-on-recommend",
        "Recommendations find the key in whatever header it stands.",
        ("AUTH-other-header",),
        lets_in(key_in_any_header, lambda r, _: r.operation == "recommend" and r.key is None),
    ),
]


async def wrong_status(request: Request, server: Server, status: int) -> Answer:
    answer = await server.answer(request)
    answer.status = status
    return answer
