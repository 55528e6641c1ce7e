"""Faults of the envelope and of what every ingestion endpoint answers."""

from __future__ import annotations

from typing import Any

from tests.mutants.fault import Fault
from tests.mutants.wrappers import (
    INGESTION,
    Answer,
    Break,
    Condition,
    Document,
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


def no_accepted(document: Document, _: Request) -> None:
    del document["data"]["accepted"]


def arrays_of(operation: str) -> Condition:
    def holds(request: Request, _: Server) -> bool:
        return request.operation == operation and request.is_array

    return holds


FAULTS = [
    Fault(
        "success-missing-on-users",
        "The users upsert answers without `success`.",
        ("ENV-success",),
        successes("users", drops("success")),
    ),
    Fault(
        "message-missing-on-recommend",
        "A recommendation has no `message`.",
        ("ENV-success",),
        successes("recommend", drops("message")),
    ),
    Fault(
        "success-is-a-text",
        '`success` is the text "true" on events.',
        ("ENV-success",),
        successes("events", sets(success="true")),
    ),
    Fault(
        "answers-in-an-array",
        "Arrays of events are answered with an array.",
        ("ENV-success",),
        edits(arrays_of("events"), lambda document, _: [document], 202),
    ),
    Fault(
        "data-missing-on-items",
        "The items upsert answers without `data`.",
        ("ENV-success-data", "INGEST-accepted"),
        successes("items", drops("data")),
    ),
    Fault(
        "data-is-an-array-on-users",
        "`data` of the users upsert is an array.",
        ("ENV-success-data", "INGEST-accepted"),
        successes("users", sets(data=[1])),
    ),
    Fault(
        "error-is-empty-text",
        '`error` is "" on success.',
        ("ENV-success-error-null",),
        edits(always, sets(error=""), 200, 202),
    ),
    Fault(
        "error-is-an-object-on-events",
        "`error` is {} when events are accepted.",
        ("ENV-success-error-null",),
        successes("events", sets(error={})),
    ),
    Fault(
        "error-names-nothing-on-recommend",
        '`error` is the text "none" in recommendations.',
        ("ENV-success-error-null",),
        successes("recommend", sets(error="none")),
    ),
    Fault("success-missing-on-403", "A 403 has no `success`.", ("ENV-error",), errors(drops("success"), 403)),
    Fault("success-true-on-400", "A 400 says success true.", ("ENV-error",), errors(sets(success=True), 400)),
    Fault("plain-text-401", "A 401 is plain text.", ("ENV-error",), text_instead(401, text="Unauthorized")),
    Fault(
        "message-missing-on-400-of-recommend",
        "A 400 of recommendations has no `message`.",
        ("ENV-error",),
        errors(drops("message"), 400, condition=on("recommend")),
    ),
    Fault(
        "errors-are-details",
        'Errors are {"detail": ...}.',
        ("ENV-error",),
        errors(lambda document, _: {"detail": document["message"]}),
    ),
    Fault(
        "error-is-an-object",
        "`error` of a 400 is an object.",
        ("ENV-error-detail",),
        errors(sets(error={"code": 1}), 400),
    ),
    Fault("data-on-errors", "`data` of a 401 is an empty array.", ("ENV-error-detail",), errors(sets(data=[]), 401)),
    Fault(
        "html-404",
        "A 404 is an HTML page.",
        ("ENV-other-error",),
        text_instead(404, text="<h1>Not found</h1>", media="text/html"),
    ),
    Fault(
        "bare-422",
        'A 422 is {"detail": [...]}.',
        ("ENV-other-error",),
        errors(lambda document, _: {"detail": [document["message"]]}, 422),
    ),
    Fault("plain-text-405", "A 405 is plain text.", ("ENV-other-error",), text_instead(405, text="Method Not Allowed")),
    Fault("text-plain-errors", "JSON of a 400 is called text/plain.", ("ENV-content-type",), typed("text/plain", 400)),
    Fault(
        "html-type-on-events",
        "JSON of accepted events is called text/html.",
        ("ENV-content-type",),
        typed("text/html", 202, condition=on("events")),
    ),
    Fault("bad-items-are-422", "Bad items are 422.", ("ENV-400-not-422",), told(400, 422, on("items"))),
    Fault("bad-events-are-422", "Bad events are 422.", ("ENV-400-not-422",), told(400, 422, on("events"))),
    Fault("users-answer-200", "The users upsert answers 200.", ("INGEST-202",), told(202, 200, on("users"))),
    Fault("items-answer-201", "The items upsert answers 201.", ("INGEST-202",), told(202, 201, on("items"))),
    Fault(
        "event-arrays-answer-200",
        "An array of events is answered with 200.",
        ("INGEST-202", "EVENT-accepts-array"),
        told(202, 200, arrays_of("events")),
    ),
    Fault(
        "accepted-missing-on-users",
        "The users upsert does not say how many it accepted.",
        ("INGEST-accepted",),
        successes("users", no_accepted),
    ),
    Fault(
        "accepted-is-a-text", '`accepted` is "1" for items.', ("INGEST-accepted",), successes("items", accepted("1"))
    ),
    Fault(
        "accepted-is-true", "`accepted` is true for events.", ("INGEST-accepted",), successes("events", accepted(True))
    ),
    Fault(
        "accepted-is-called-count",
        "`accepted` is called `count` by every ingestion endpoint.",
        ("INGEST-accepted",),
        edits(on(*INGESTION), lambda document, _: document.update(data={"count": document["data"]["accepted"]}), 202),
    ),
]
