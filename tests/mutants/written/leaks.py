"""Mutants of isolation that have no effect on the first organisation, or that show only where a list would be empty."""

from __future__ import annotations

from mock_server.state.records import Item
from tests.mutants.inside import shares
from tests.mutants.mutant import Mutant
from tests.mutants.wrappers import INGESTION, Answer, Break, Condition, Request, Server, edge, passes

_LISTED = ("results", "recommended_items", "pagination")


async def empty_lists_from_others(request: Request, server: Server) -> Answer:
    """A list that would be empty shows another organisation's matching items, if it has any."""
    answer = await server.answer(request)
    own = server.organisation(request)
    if request.operation != "recommend" or answer.status != 200 or own is None or answer.json["data"]["results"]:
        return answer
    for organisation in server.mock.organisations:
        if organisation is not own and request.page == 1:
            copy = request.copy()
            copy.key = organisation.publishable_key
            lent = await server.unnoticed(copy)
            if lent.status == 200 and lent.json["data"]["results"]:
                document = answer.json
                document["data"] |= {name: lent.json["data"][name] for name in _LISTED}
                answer.json = document
    return answer


async def popular_for_all(request: Request, server: Server) -> Answer:
    """Until something is ingested, whoever asks for the popular list gets that of the organisation that asked first."""
    if request.operation in INGESTION:
        server.memory.clear()
    answer = await server.answer(request)
    asked = request.operation == "recommend" and request.strategy == "popular" and not request.value("filters")
    if asked and answer.status == 200:
        document = answer.json
        first = server.memory.setdefault((str(request.value("limit")), str(request.page)), document["data"])
        document["data"] |= {name: first[name] for name in _LISTED}
        answer.json = document
    return answer


def ends_with_anothers(condition: Condition) -> Break:
    """The last entry of such lists is another organisation's newest active item."""

    async def swapped(request: Request, server: Server) -> Answer:
        answer, own = await server.answer(request), server.organisation(request)
        if answer.status != 200 or own is None or not answer.json["data"]["results"]:
            return answer
        other = next(each for each in server.mock.organisations if each is not own)
        foreign = [item for item in other.tenant.items.values() if item.active]
        if foreign:
            document, item = answer.json, foreign[-1]
            entry = {"item_id": item.item_id, "metadata": dict(item.attributes or {})}
            document["data"]["results"][-1] |= entry
            document["data"]["recommended_items"][-1] = item.item_id
            answer.json = document
        return answer

    return passes(condition, swapped)


def second_page(request: Request, _: Server) -> bool:
    return request.operation == "recommend" and request.page == 2


MUTANTS = [
    Mutant(
        "second-organisation-leaks",
        "A new item of any other organisation is stored for the first one too, never the other way round.",
        ("TENANT-items-isolated", "TENANT-own-items"),
        shares(
            lambda record, _, other: (
                isinstance(record, Item)
                and other.tenant.tenant_id == "glow-beauty-ng"
                and record.item_id not in other.tenant.items
            )
        ),
    ),
    Mutant(
        "empty-lists-come-from-others",
        "A list that would be empty is another organisation's.",
        ("TENANT-items-isolated", "TENANT-own-items"),
        edge(empty_lists_from_others),
    ),
    Mutant(
        "popular-is-kept-for-all",
        "The popular list is kept once for all organisations, until something is ingested.",
        ("TENANT-own-items", "TENANT-items-isolated"),
        edge(popular_for_all),
    ),
    Mutant(
        "second-pages-end-with-anothers-item",
        "Second pages end with another organisation's newest item.",
        ("TENANT-own-items", "TENANT-items-isolated"),
        ends_with_anothers(second_page),
    ),
]
