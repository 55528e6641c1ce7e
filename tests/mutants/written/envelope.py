"""Mutants of the envelope and of the answers that every ingestion endpoint gives."""

from __future__ import annotations

from typing import Any

from tests.mutants.mutant import Mutant
from tests.mutants.wrappers import (
    Answer,
    Break,
    Condition,
    Edit,
    Request,
    Server,
    always,
    edits,
    edits_answer,
    on,
)

ERRORS = (400, 401, 403, 404, 405, 413, 415, 422, 429)


def drops(*names: str) -> Edit:
    return lambda document, _: [document.pop(name, None) for name in names] and None


def sets(**values: Any) -> Edit:
    return lambda document, _: document.update(values)


def successes(operation: str, edit: Edit) -> Break:
    return edits(on(operation), edit, 200, 202)


def errors(edit: Edit, *statuses: int, condition: Condition = always) -> Break:
    return edits(condition, edit, *(statuses or ERRORS))


def text_instead(*statuses: int, text: str, media: str = "text/plain", condition: Condition = always) -> Break:
    def plain(answer: Answer) -> None:
        answer.body = text.encode()
        answer.set_header("content-type", media)

    return edits_answer(condition, plain, *statuses)


def typed(media: str, *statuses: int, condition: Condition = always) -> Break:
    return edits_answer(condition, lambda answer: answer.set_header("content-type", media), *statuses)


def told(status: int, instead: int, condition: Condition) -> Break:
    return edits_answer(condition, lambda answer: setattr(answer, "status", instead), status)


def accepted(value: Any) -> Edit:
    return lambda document, _: document["data"].update(accepted=value)


def arrays_of(operation: str) -> Condition:
    def holds(request: Request, _: Server) -> bool:
        return request.operation == operation and request.is_array

    return holds


MUTANTS = [
    Mutant(
        "byte-order-marks",
        "Every answer begins with a byte order mark.",
        ("ENV-success", "ENV-error"),
        edits_answer(always, lambda answer: setattr(answer, "body", answer.body and b"\xef\xbb\xbf" + answer.body)),
    ),
    Mutant(
        "data-is-an-array-on-users",
        "`data` of the users upsert is an array.",
        ("ENV-success-data", "INGEST-accepted"),
        successes("users", sets(data=[1])),
    ),
    Mutant(
        "error-is-empty-text",
        '`error` is "" on success.',
        ("ENV-success-error-null",),
        edits(always, sets(error=""), 200, 202),
    ),
    Mutant(
        "error-names-nothing-on-recommend",
        '`error` is the text "none" in recommendations.',
        ("ENV-success-error-null",),
        successes("recommend", sets(error="none")),
    ),
    Mutant("success-true-on-400", "A 400 says success true.", ("ENV-error",), errors(sets(success=True), 400)),
    Mutant(
        "error-is-an-object",
        "`error` of a 400 is an object.",
        ("ENV-error-detail",),
        errors(sets(error={"code": 1}), 400),
    ),
    Mutant("data-on-errors", "`data` of a 401 is an empty array.", ("ENV-error-detail",), errors(sets(data=[]), 401)),
    Mutant(
        "html-404",
        "A 404 is an HTML page.",
        ("ENV-other-error",),
        text_instead(404, text="<h1>Not found</h1>", media="text/html"),
    ),
    Mutant(
        "plain-text-405", "A 405 is plain text.", ("ENV-other-error",), text_instead(405, text="Method Not Allowed")
    ),
    Mutant("text-plain-errors", "JSON of a 400 is called text/plain.", ("ENV-content-type",), typed("text/plain", 400)),
    Mutant("bad-items-are-422", "Bad items are 422.", ("ENV-400-not-422",), told(400, 422, on("items"))),
    Mutant("bad-events-are-422", "Bad events are 422.", ("ENV-400-not-422",), told(400, 422, on("events"))),
    Mutant(
        "event-arrays-answer-200",
        "An array of events is answered with 200.",
        ("INGEST-202", "EVENT-accepts-array"),
        told(202, 200, arrays_of("events")),
    ),
]
