"""Mutants of the answer to a recommendation request, and of the strategies' inputs."""

from __future__ import annotations

import zlib
from typing import Any

from tests.mutants.mutant import Mutant
from tests.mutants.wrappers import (
    RECOMMENDATIONS,
    Answer,
    Break,
    Condition,
    Document,
    Request,
    Server,
    edge,
    edits_answer,
    edits_data,
    on,
)

USER_BASED = ("personalized", "session_based", "session-based", "session-resumption", "abandonment-recovery")
ITEM_BASED = ("similar", "frequently-bought-together", "frequently-consumed-together")


def strategy(*names: str) -> Condition:
    def asked(request: Request, _: Server) -> bool:
        return request.operation == "recommend" and request.strategy in names

    return asked


def drops(*names: str, condition: Condition = RECOMMENDATIONS) -> Break:
    return edits_data(lambda data, _: [data.pop(name, None) for name in names], condition)


def sets(condition: Condition = RECOMMENDATIONS, **values: Any) -> Break:
    return edits_data(lambda data, _: data.update(values), condition)


def each_result(change: Any, condition: Condition = RECOMMENDATIONS) -> Break:
    return edits_data(lambda data, _: [change(result) for result in data["results"]], condition)


def paging(change: Any, condition: Condition = RECOMMENDATIONS) -> Break:
    return edits_data(lambda data, _: change(data["pagination"]), condition)


def reuses_id(key_of: Any) -> Break:
    """Answers with the same key have the same recommendation_id."""

    async def reused(request: Request, server: Server) -> Answer:
        answer = await server.answer(request)
        key = key_of(request, server)
        if request.operation == "recommend" and answer.status == 200 and key is not None:
            document = answer.json
            place = ("id", key)
            document["data"]["recommendation_id"] = server.memory.setdefault(
                place, document["data"]["recommendation_id"]
            )
            answer.json = document
        return answer

    return edge(reused)


def empty(data: Document, _: Request) -> None:
    data.update(results=[], recommended_items=[])
    data["pagination"].update(total_count=0, has_next=False)


async def changing_tenant(request: Request, server: Server) -> Answer:
    """tenant_id has another number in every answer."""
    answer = await server.answer(request)
    if request.operation == "recommend" and answer.status == 200:
        document = answer.json
        document["data"]["tenant_id"] += f"-{server.turn()}"
        answer.json = document
    return answer


MUTANTS = [
    Mutant(
        "recommend-answers-201",
        "A recommendation is answered with 201.",
        ("REC-200",),
        edits_answer(on("recommend"), lambda answer: setattr(answer, "status", 201), 200),
    ),
    Mutant(
        "popular-answers-202",
        "popular is answered with 202.",
        ("REC-200", "STRAT-needs-nothing-else", "STRAT-documented-accepted"),
        edits_answer(strategy("popular"), lambda answer: setattr(answer, "status", 202), 200),
    ),
    Mutant(
        "recommended-items-missing-when-empty",
        "An empty recommendation has no recommended_items.",
        ("REC-keys",),
        edits_data(lambda data, _: data["results"] or data.pop("recommended_items")),
    ),
    Mutant(
        "reason-missing",
        "Results have no reason.",
        ("REC-result-keys",),
        each_result(lambda result: result.pop("reason")),
    ),
    Mutant(
        "recommendation-id-is-a-number",
        "recommendation_id is a number.",
        ("REC-id-types",),
        edits_data(lambda data, _: data.update(recommendation_id=zlib.crc32(data["recommendation_id"].encode()))),
    ),
    Mutant(
        "pagination-missing-when-empty",
        "An empty recommendation has pagination null.",
        ("REC-pagination-types",),
        edits_data(lambda data, _: data["results"] or data.update(pagination=None)),
    ),
    Mutant("domain-is-empty", "domain is empty.", ("REC-domain",), sets(domain="")),
    Mutant(
        "tenant-id-changes", "tenant_id differs from answer to answer.", ("REC-tenant-constant",), edge(changing_tenant)
    ),
    Mutant(
        "one-recommendation-id-per-user",
        "All recommendations of a user have the same recommendation_id.",
        ("REC-id-unique",),
        reuses_id(lambda request, _: (request.key, request.value("user_id")) if request.value("user_id") else None),
    ),
    Mutant(
        "recommendation-ids-repeat-at-times",
        "Every tenth recommendation has the recommendation_id of an earlier one.",
        ("REC-id-unique",),
        reuses_id(lambda _, server: None if server.turn() % 10 else "tenth"),
    ),
]
