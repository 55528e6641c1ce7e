"""Faults that hostile or clumsy input brings out."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.mutants.fault import Fault
from tests.mutants.items import is_broken
from tests.mutants.wrappers import Answer, Break, Condition, Request, Server, edge, edits_answer, passes, strings


def crash(condition: Condition) -> Break:
    return passes(condition, lambda request, server: server.crash(request))


def body(test: Callable[[bytes], bool]) -> Condition:
    return lambda request, _: bool(request.operation and test(request.body))


def parsed(test: Callable[[Any], bool]) -> Condition:
    return lambda request, _: bool(request.operation and test(request.json))


def text(test: Callable[[str], bool]) -> Condition:
    """Some text in the body, with escapes read."""
    return parsed(lambda document: any(map(test, strings(document))))


def names_stand_twice(raw: bytes) -> bool:
    twice: list[bool] = []

    def pairs(found: list[tuple[str, Any]]) -> None:
        twice.append(len({name for name, _ in found}) < len(found))

    try:
        json.loads(raw, object_pairs_hook=pairs)
    except (ValueError, RecursionError):
        return False
    return any(twice)


def depth(raw: bytes) -> int:
    deepest = now = 0
    for byte in raw[:100_000]:
        now += (byte in b"[{") - (byte in b"]}")
        deepest = max(deepest, now)
    return deepest


def surrogate(each: str) -> bool:
    return any(0xD800 <= ord(character) <= 0xDFFF for character in each)


def content_type(request: Request) -> str:
    return (request.header("content-type") or "").lower()


async def status(request: Request, server: Server, code: int) -> Answer:
    answer = await server.answer(request)
    answer.status = code
    return answer


def unknown_path(request: Request, _: Server) -> bool:
    return request.scope["path"].startswith("/v") and request.operation is None and request.method == "POST"


def dead_after(condition: Condition, code: int, turns: int = 1) -> Break:
    """After so many such requests nothing works any more."""

    async def answered(request: Request, server: Server) -> Answer:
        if server.memory.get("dead", 0) >= turns:
            return await server.refuse(request, code)
        if condition(request, server):
            server.turn("dead")
        return await server.answer(request)

    return edge(answered)


def every(count: int, *operations: str) -> Condition:
    return lambda request, server: request.operation in operations and server.turn() % count == 0


FAULTS = [
    Fault(
        "every-fortieth-request-crashes",
        "Every fortieth request is a server error.",
        ("ROBUST-never-5xx",),
        crash(every(40, "items", "users", "events", "recommend")),
    ),
    Fault(
        "every-tenth-recommendation-crashes",
        "Every tenth recommendation is a server error.",
        (
            "ROBUST-never-5xx",
            "VALID-accepted",
            "REC-200",
        ),
        crash(every(10, "recommend")),
    ),
    Fault(
        "truncated-json-crashes",
        "Malformed JSON is a server error.",
        ("ROBUST-odd-bodies", "ROBUST-never-5xx", "ITEM-malformed-json"),
        crash(lambda r, _: bool(r.operation and r.body and is_broken(r))),
    ),
    Fault(
        "names-that-stand-twice-crash",
        "A name that stands twice in an object is a server error.",
        ("ROBUST-odd-bodies",),
        crash(body(names_stand_twice)),
    ),
    Fault(
        "byte-order-mark-crashes",
        "A byte order mark is a server error.",
        ("ROBUST-odd-bodies",),
        crash(body(lambda raw: raw.startswith(b"\xef\xbb\xbf"))),
    ),
    Fault(
        "deep-nesting-crashes",
        "JSON that is nested a hundred levels deep is a server error.",
        ("ROBUST-odd-bodies",),
        crash(body(lambda raw: depth(raw) > 100)),
    ),
    Fault(
        "huge-numbers-crash",
        "A number that no double holds is a server error.",
        ("ROBUST-odd-bodies",),
        crash(body(lambda raw: b"1e400" in raw.lower() or b"1e999" in raw.lower())),
    ),
    Fault(
        "empty-bodies-crash",
        "An empty body is a server error.",
        (
            "ROBUST-odd-bodies",
            "ROBUST-never-5xx",
            "ITEM-malformed-json",
        ),
        crash(body(lambda raw: not raw.strip())),
    ),
    Fault(
        "surrogates-crash",
        "A lone surrogate is a server error.",
        ("ROBUST-odd-bodies", "ROBUST-odd-texts"),
        crash(text(surrogate)),
    ),
    Fault(
        "plane-1-crashes",
        "Text beyond plane 0 is a server error.",
        ("ROBUST-odd-texts", "ITEM-text"),
        crash(text(lambda each: any(ord(c) > 0xFFFF for c in each))),
    ),
    Fault(
        "right-to-left-text-crashes",
        "Hebrew and Arabic texts are a server error.",
        ("ROBUST-odd-texts",),
        crash(text(lambda each: any(0x590 <= ord(c) <= 0x6FF for c in each))),
    ),
    Fault(
        "nul-crashes",
        "The character NUL is a server error.",
        ("ROBUST-odd-texts", "ROBUST-odd-bodies"),
        crash(text(lambda each: "\0" in each)),
    ),
    Fault(
        "highest-planes-crash",
        "Characters of plane 2 and above are a server error.",
        ("ROBUST-odd-texts",),
        crash(text(lambda each: any(ord(c) > 0x1FFFF for c in each))),
    ),
    Fault(
        "huge-bodies-crash",
        "A body over five megabytes is a server error.",
        ("ROBUST-huge-body",),
        crash(body(lambda raw: len(raw) > 5_000_000)),
    ),
    Fault(
        "huge-bodies-kill",
        "After a body over five megabytes everything is 503.",
        ("ROBUST-huge-body", "ROBUST-still-works", "ROBUST-never-5xx"),
        dead_after(body(lambda raw: len(raw) > 5_000_000), 503),
    ),
    Fault(
        "other-content-types-crash",
        "A body that is called something else than JSON is a server error.",
        ("ROBUST-content-types",),
        crash(lambda r, _: bool(r.operation and content_type(r) and "json" not in content_type(r))),
    ),
    Fault(
        "charset-refused",
        "application/json; charset=utf-8 is 415.",
        ("ROBUST-content-types",),
        passes(lambda r, _: "charset" in content_type(r), lambda r, s: s.refuse(r, 415)),
    ),
    Fault(
        "get-crashes",
        "GET on a path that takes POST is a server error.",
        ("ROBUST-methods-and-paths",),
        passes(lambda r, _: r.method == "GET", lambda r, s: status(r, s, 500)),
    ),
    Fault(
        "other-methods-crash",
        "PUT, DELETE and PATCH are server errors.",
        ("ROBUST-methods-and-paths",),
        passes(lambda r, _: r.method in ("PUT", "DELETE", "PATCH"), lambda r, s: status(r, s, 501)),
    ),
    Fault(
        "unknown-paths-are-200",
        "An unknown path is 200.",
        ("ROBUST-methods-and-paths",),
        edits_answer(lambda r, _: r.operation is None, lambda answer: setattr(answer, "status", 200), 404),
    ),
    Fault(
        "unknown-paths-crash",
        "An unknown path under /v1 is a server error.",
        ("ROBUST-methods-and-paths",),
        passes(unknown_path, lambda r, s: status(r, s, 500)),
    ),
    Fault(
        "x-domain-refused",
        "X-Domain is refused.",
        ("ROBUST-headers",),
        passes(lambda r, _: r.header("x-domain") is not None, lambda r, s: s.refuse(r)),
    ),
    Fault(
        "x-environment-crashes",
        "X-Environment is a server error.",
        ("ROBUST-headers",),
        crash(lambda r, _: r.header("x-environment") is not None),
    ),
    Fault(
        "malformed-json-kills",
        "After three malformed bodies everything is 400.",
        (
            "ROBUST-still-works",
            "VALID-accepted",
        ),
        dead_after(lambda r, _: bool(r.operation and r.body and is_broken(r)), 400, turns=3),
    ),
    Fault(
        "deep-nesting-kills",
        "After a deeply nested body everything is 503.",
        ("ROBUST-still-works", "ROBUST-never-5xx"),
        dead_after(body(lambda raw: depth(raw) > 100), 503),
    ),
    Fault(
        "empty-attributes-crash",
        "A user with empty attributes is a server error.",
        ("GEN-valid-accepted", "USER-accepts-optional", "ROBUST-never-5xx"),
        crash(lambda r, _: r.operation == "users" and any(each.get("attributes") == {} for each in r.records)),
    ),
    Fault(
        "similar-for-a-sent-id-crashes",
        "A recommendation for a user who sent a purchase with a recommendation_id is a server error.",
        ("GEN-sequences", "ATTR-echo-accepted", "ROBUST-never-5xx"),
        edge(lambda r, s: after_echo(r, s)),
    ),
    Fault(
        "second-upsert-of-an-item-is-200",
        "An item that is sent again is answered with 200.",
        ("GEN-sequences", "INGEST-202"),
        edge(lambda r, s: known_item_200(r, s)),
    ),
]


async def after_echo(request: Request, server: Server) -> Answer:
    if request.operation == "events" and server.is_valid(request):
        server.memory.update((each["user_id"], True) for each in request.records if each.get("recommendation_id"))
    if (
        request.operation == "recommend"
        and isinstance(request.value("user_id"), str)
        and request.value("user_id") in server.memory
    ):
        return await server.crash(request)
    return await server.answer(request)


async def known_item_200(request: Request, server: Server) -> Answer:
    answer = await server.answer(request)
    if request.operation == "items" and answer.status == 202:
        ids = [(request.key, each["item_id"]) for each in request.records]
        if any(each in server.memory for each in ids):
            answer.status = 200
        server.memory.update(dict.fromkeys(ids))
    return answer
