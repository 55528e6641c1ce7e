"""Mutants whose lists are kept past a write that should have changed them."""

import json
from collections.abc import Callable

from tests.mutants.mutant import Mutant
from tests.mutants.wrappers import Answer, Break, Document, Request, Server, edge

_STRATEGY = "personalized"


def keeps(which: Callable[[Document], bool], refreshed_by: Callable[[str, Document], bool]) -> Break:
    """Keep the lists for these questions, until the organisation sends a record that refreshes them."""

    async def answered(request: Request, server: Server) -> Answer:
        answer = await server.answer(request)
        place = "kept lists", server.tenant(request).tenant_id
        if answer.status == 202:
            if any(refreshed_by(str(request.operation), record) for record in _records(request)):
                server.memory.pop(place, None)
        elif answer.status == 200 and request.operation == "recommend" and which(request.json):
            document = answer.json
            lists = server.memory.setdefault(place, {})
            kept = lists.setdefault(json.dumps(request.json, sort_keys=True), document["data"])
            document["data"] = {**kept, "recommendation_id": document["data"]["recommendation_id"]}
            answer.json = document
        return answer

    return edge(answered)


def _records(request: Request) -> list[Document]:
    return request.json if isinstance(request.json, list) else [request.json]


def _of_a_user(question: Document) -> bool:
    return bool(question.get("user_id")) and question.get("strategy", _STRATEGY) == _STRATEGY


def _with_filters(question: Document) -> bool:
    return bool(question.get("filters"))


MUTANTS = [
    Mutant(
        "user-lists-outlive-events",
        "A user's list changes with items and users, and no event changes it.",
        ("PERS-events-change-list", "PERS-alike", "IDENT-alike", "PERS-single-events-count"),
        keeps(_of_a_user, lambda operation, _: operation != "events"),
    ),
    Mutant(
        "user-lists-outlive-identify",
        "A user's list changes with items, users and other events, and no identify changes it.",
        ("IDENT-alike", "IDENT-merges-history"),
        keeps(_of_a_user, lambda _, record: record.get("event_name") != "identify"),
    ),
    Mutant(
        "filtered-lists-outlive-items",
        "A list with filters changes with events and users, and no item changes it.",
        ("LIFE-hidden-never-shown", "FILTER-only-matches", "LIFE-new-value-takes-effect", "LIFE-inactive-hides"),
        keeps(_with_filters, lambda operation, _: operation != "items"),
    ),
]
