"""Variants that use freedoms of the envelope: texts, absent and further members, statuses where several are right."""

from __future__ import annotations

import math
from typing import Any

from tests.mutants.mutant import Variant
from tests.mutants.wrappers import (
    INGESTION,
    Answer,
    Document,
    Request,
    Server,
    always,
    chain,
    edge,
    edits,
    edits_answer,
    edits_data,
    on,
    passes,
)

ERRORS = (400, 401, 403, 404, 405, 413, 415, 422, 429)


def errors(document: Document, **values: Any) -> None:
    document.update(values)


def without(*names: str) -> Any:
    return lambda document, _: [document.pop(name, None) for name in names] and None


def richer(document: Document, _: Request) -> None:
    """Add members that no document mentions, at every level."""
    document["request_id"] = "req-1"
    data = document.get("data")
    if isinstance(data, dict):
        data["served_by"] = {"region": "lagos", "version": [1, 2]}
        for result in data.get("results", []):
            result["rank"] = None
        if "pagination" in data:
            data["pagination"]["next_page"] = data["pagination"]["page"] + 1


def reworded(data: Document, _: Request) -> None:
    data["mode"] = {"behavioral": "collaborative-filtering"}.get(data["mode"], "cold_start")
    for result in data["results"]:
        result["reason"] = "Because you looked at something like it"


def scores(score: Any) -> Any:
    def changed(data: Document, _: Request) -> None:
        first = (data["pagination"]["page"] - 1) * data["pagination"]["limit"]
        for place, result in enumerate(data["results"], int(first)):
            result["score"] = score(result["score"], place)

    return edits_data(changed)


async def echo_as_asked(request: Request, server: Server) -> Answer:
    """Return the strategy's name as it was sent."""
    asked = request.value("strategy") if request.operation == "recommend" else None
    answer = await server.answer(request)
    if answer.status == 200 and isinstance(asked, str):
        document = answer.json
        document["data"]["strategy"] = asked
        answer.json = document
    return answer


def told(status: int, instead: int, *operations: str) -> Any:
    return edits_answer(on(*operations), lambda answer: setattr(answer, "status", instead), status)


def unknown_context(request: Request, server: Server) -> bool:
    item = request.value("context_item_id")
    return request.operation == "recommend" and isinstance(item, str) and item not in server.tenant(request).items


VARIANTS = [
    Variant(
        "successes-have-no-error",
        "Successes have no key `error`.",
        "R12",
        edits(always, without("error"), 200, 202),
    ),
    Variant(
        "errors-are-arrays",
        "`error` is always an array of texts.",
        "R12",
        edits(always, lambda document, _: errors(document, error=[document["message"]]), *ERRORS),
    ),
    Variant(
        "errors-are-texts",
        "`error` is always a text.",
        "R12",
        edits(always, lambda document, _: errors(document, error="E_REFUSED"), *ERRORS),
    ),
    Variant(
        "errors-without-detail",
        "Errors have neither `error` nor `data`.",
        "R12",
        edits(always, without("error", "data"), *ERRORS),
    ),
    Variant(
        "errors-with-null-detail",
        "`error` is null on errors, `data` is absent.",
        "R12",
        chain(
            edits(always, without("data"), *ERRORS),
            edits(always, lambda document, _: errors(document, error=None), *ERRORS),
        ),
    ),
    Variant("success-without-error", "Successes have no `error`.", "R12", edits(always, without("error"), 200, 202)),
    Variant(
        "other-messages",
        "Messages are other words, in another language.",
        "R12",
        edits(always, lambda document, _: errors(document, message="Sawa kabisa ✓"), 200, 202, *ERRORS),
    ),
    Variant(
        "further-members-everywhere",
        "Answers have members that no document mentions.",
        "R16",
        edits(always, richer, 200, 202, *ERRORS),
    ),
    Variant("other-modes-and-reasons", "mode and reason are other words.", "R18", edits_data(reworded)),
    Variant("scores-in-percent", "Scores go up to 100.", "R35", scores(lambda score, _: score * 100)),
    Variant(
        "scores-are-whole",
        "Scores are whole numbers, equal ones among them.",
        "R35",
        scores(lambda score, _: math.ceil(score * 10)),
    ),
    Variant("scores-are-negative", "Scores are logarithms.", "R35", scores(lambda score, _: math.log(score) - 1)),
    Variant(
        "strategy-echoed-as-asked", "strategy is echoed in the spelling of the request.", "R8", edge(echo_as_asked)
    ),
    Variant(
        "other-recommendation-ids",
        "recommendation_id is no UUID.",
        "R16",
        edits_data(lambda data, _: data.update(recommendation_id="rec_" + data["recommendation_id"].replace("-", ""))),
    ),
    Variant(
        "whole-milliseconds",
        "latency_ms is a whole number.",
        "R45",
        edits_data(lambda data, _: data.update(latency_ms=3)),
    ),
    Variant(
        "bare-metadata",
        "metadata of results is always empty.",
        "R16",
        edits_data(lambda data, _: [result.update(metadata={}) for result in data["results"]]),
    ),
    Variant("missing-input-is-400", "A strategy's missing input is 400.", "R4", told(422, 400, "recommend")),
    Variant(
        "bad-input-is-422",
        "Bad input to recommendations and ingestion is 422.",
        "R4",
        told(400, 422, "recommend", *INGESTION),
    ),
    Variant("unknown-strategy-is-422", "A strategy that does not exist is 422.", "R31", told(400, 422, "recommend")),
    Variant(
        "unknown-context-is-404",
        "An unknown context item is 404.",
        "R30",
        passes(unknown_context, lambda request, server: server.refuse(request, 404)),
    ),
    Variant(
        "unknown-context-is-422",
        "An unknown context item is 422.",
        "R30",
        passes(unknown_context, lambda request, server: server.refuse(request, 422)),
    ),
    Variant(
        "problem-json",
        "Errors are called application/problem+json.",
        "R12",
        edits_answer(always, lambda answer: answer.set_header("content-type", "application/problem+json"), *ERRORS),
    ),
]
