"""Mutants whose lists are kept past a write that should have changed them."""

from collections.abc import Callable

from tests.mutants.mutant import Mutant
from tests.mutants.wrappers import (
    Answer,
    Break,
    Condition,
    Document,
    Request,
    Server,
    edge,
    first_list,
    first_lists,
)


def keeps(which: Condition, refreshed_by: Callable[[str, Document], bool]) -> Break:
    """Keep the lists for these questions, until the organisation sends a record that refreshes them."""

    async def answered(request: Request, server: Server) -> Answer:
        if request.operation == "recommend" and which(request, server):
            return await first_list(request, server)
        answer = await server.answer(request)
        if answer.status == 202 and any(refreshed_by(str(request.operation), each) for each in request.records):
            first_lists(request, server).clear()
        return answer

    return edge(answered)


def _of_a_user(request: Request, _: Server) -> bool:
    return bool(request.value("user_id")) and request.strategy == "personalized"


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
        keeps(lambda request, _: bool(request.value("filters")), lambda operation, _: operation != "items"),
    ),
]
