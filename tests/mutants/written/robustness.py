"""Mutants that show with hostile or clumsy input."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.mutants.mutant import Mutant
from tests.mutants.wrappers import Answer, Break, Condition, Request, Server, edge, edits_answer, passes, strings
from tests.mutants.written.items import is_broken


def crash(condition: Condition) -> Break:
    return passes(condition, lambda request, server: server.crash(request))


def chunked(request: Request, _: Server) -> bool:
    return any(name == b"transfer-encoding" for name, _ in request.headers)


def body(test: Callable[[bytes], bool]) -> Condition:
    return lambda request, _: bool(request.operation and test(request.body))


def parsed(test: Callable[[Any], bool]) -> Condition:
    return lambda request, _: bool(request.operation and test(request.json))


def text(test: Callable[[str], bool]) -> Condition:
    """Hold if some text in the body, with escapes decoded, passes the test."""
    return parsed(lambda document: any(map(test, strings(document))))


def depth(raw: bytes) -> int:
    deepest = now = 0
    for byte in raw[:100_000]:
        now += (byte in b"[{") - (byte in b"]}")
        deepest = max(deepest, now)
    return deepest


def content_type(request: Request) -> str:
    return (request.header("content-type") or "").lower()


async def status(request: Request, server: Server, code: int) -> Answer:
    answer = await server.answer(request)
    answer.status = code
    return answer


def dead_after(condition: Condition, code: int, turns: int = 1) -> Break:
    """After so many such requests, every request fails."""

    async def answered(request: Request, server: Server) -> Answer:
        if server.memory.get("dead", 0) >= turns:
            return await server.refuse(request, code)
        if condition(request, server):
            server.turn("dead")
        return await server.answer(request)

    return edge(answered)


def every(count: int, *operations: str) -> Condition:
    return lambda request, server: request.operation in operations and server.turn() % count == 0


MUTANTS = [
    Mutant(
        "truncated-json-crashes",
        "Malformed JSON is a server error.",
        ("ROBUST-odd-bodies", "ROBUST-never-5xx", "ITEM-malformed-json"),
        crash(lambda r, _: bool(r.operation and r.body and is_broken(r))),
    ),
    Mutant(
        "nul-crashes",
        "The character NUL is a server error.",
        ("ROBUST-odd-texts", "ROBUST-odd-bodies"),
        crash(text(lambda each: "\0" in each)),
    ),
    Mutant(
        "huge-bodies-crash",
        "A body over five megabytes is a server error.",
        ("ROBUST-huge-body",),
        crash(body(lambda raw: len(raw) > 5_000_000)),
    ),
    Mutant(
        "charset-refused",
        "application/json; charset=utf-8 is 415.",
        ("ROBUST-content-types",),
        passes(lambda r, _: "charset" in content_type(r), lambda r, s: s.refuse(r, 415)),
    ),
    Mutant(
        "unknown-paths-are-200",
        "An unknown path is 200.",
        ("ROBUST-methods-and-paths",),
        edits_answer(lambda r, _: r.operation is None, lambda answer: setattr(answer, "status", 200), 404),
    ),
    Mutant(
        "head-crashes",
        "A HEAD request is a server error.",
        ("ROBUST-never-5xx", "ROBUST-methods-and-paths"),
        edits_answer(lambda r, _: r.method == "HEAD", lambda answer: setattr(answer, "status", 500)),
    ),
    Mutant(
        "x-domain-refused",
        "X-Domain is refused.",
        ("ROBUST-headers",),
        passes(lambda r, _: r.header("x-domain") is not None, lambda r, s: s.refuse(r)),
    ),
    Mutant(
        "x-environment-crashes",
        "X-Environment is a server error.",
        ("ROBUST-headers",),
        crash(lambda r, _: r.header("x-environment") is not None),
    ),
    Mutant(
        "deep-nesting-kills",
        "After a deeply nested body everything is 503.",
        ("ROBUST-still-works", "ROBUST-never-5xx"),
        dead_after(body(lambda raw: depth(raw) > 100), 503),
    ),
    Mutant(
        "chunked-bodies-are-refused",
        "A body that is sent in chunks is 400.",
        ("ROBUST-chunked-bodies",),
        passes(chunked, lambda request, server: server.refuse(request, 400)),
    ),
    Mutant(
        "second-upsert-of-an-item-is-200",
        "An item that is sent again is answered with 200.",
        ("INGEST-202",),
        edge(lambda r, s: known_item_200(r, s)),
    ),
]


async def known_item_200(request: Request, server: Server) -> Answer:
    answer = await server.answer(request)
    if request.operation == "items" and answer.status == 202:
        ids = [(request.key, each["item_id"]) for each in request.records]
        if any(each in server.memory for each in ids):
            answer.status = 200
        server.memory.update(dict.fromkeys(ids))
    return answer
