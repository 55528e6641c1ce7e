"""Mutants of the life cycle of items: hidden items that show, stale or missing ones, and items that nobody upserted."""

from __future__ import annotations

from dataclasses import replace

from mock_server.state.records import Item
from tests.mutants.inside import items
from tests.mutants.mutant import Mutant
from tests.mutants.wrappers import (
    Answer,
    Break,
    Condition,
    Document,
    Request,
    Server,
    edge,
)


def hidden(known: dict[str, Item], item: Item) -> bool:
    return item.item_id in known and not known[item.item_id].active


def only_reactivated_once() -> Break:
    """An item that was hidden and made active again can't be hidden any more."""
    back: set[tuple[int, str]] = set()

    def changed(item: Item, known: dict[str, Item]) -> Item | None:
        place = (id(known), item.item_id)
        if item.active and hidden(known, item):
            back.add(place)
        return None if not item.active and place in back else item

    return items(changed)


def born_active(status: str) -> Break:
    """The first upsert of an item makes it active, whatever its status says."""
    return items(
        lambda item, known: (
            replace(item, status="active") if item.status == status and item.item_id not in known else item
        )
    )


def shows_hidden(condition: Condition) -> Break:
    """Hidden items that match the filters are at the end of a list."""

    async def shown(request: Request, server: Server) -> Answer:
        answer = await server.answer(request)
        if answer.status != 200 or not condition(request, server):
            return answer
        filters = request.value("filters") or {}
        undead = [
            item for item in server.tenant(request).items.values()
            if not item.active and all(value in item.values(name) for name, value in filters.items())
        ]  # fmt: skip
        if undead:
            document = answer.json
            append(document["data"], undead[-1].item_id, dict(undead[-1].attributes or {}))
            answer.json = document
        return answer

    return edge(shown)


def append(data: Document, item_id: str, metadata: Document) -> None:
    """Add the item at the end of the page, in place of the last one if the page is full."""
    results = data["results"]
    if any(each["item_id"] == item_id for each in results):
        return
    if len(results) >= data["pagination"]["limit"]:
        results.pop()
    score = results[-1]["score"] if results else 0.5
    results.append({"item_id": item_id, "score": score, "reason": "popular", "metadata": metadata})
    data["recommended_items"] = [each["item_id"] for each in results]
    data["pagination"]["total_count"] = max(data["pagination"]["total_count"], len(results))


async def first_metadata(request: Request, server: Server) -> Answer:
    """Results show the attributes that an item had when it was first shown."""
    answer = await server.answer(request)
    if request.operation == "recommend" and answer.status == 200:
        document = answer.json
        for result in document["data"]["results"]:
            place = (id(server.tenant(request)), result["item_id"])
            result["metadata"] = server.memory.setdefault(place, result["metadata"])
        answer.json = document
    return answer


def phantom(condition: Condition) -> Break:
    """An item that nobody upserted is at the end of lists."""

    async def added(request: Request, server: Server) -> Answer:
        answer = await server.answer(request)
        if answer.status == 200 and condition(request, server):
            document = answer.json
            append(document["data"], "sponsored-1", dict(request.value("filters") or {}))
            answer.json = document
        return answer

    return edge(added)


def strategy(*names: str) -> Condition:
    def asked(request: Request, _: Server) -> bool:
        return request.operation == "recommend" and request.strategy in names

    return asked


MUTANTS = [
    Mutant(
        "hidden-only-once",
        "An item that was made active again can't be hidden any more.",
        ("LIFE-active-again",),
        only_reactivated_once(),
    ),
    Mutant(
        "born-inactive-is-active",
        "An item that is first upserted as inactive is active.",
        ("LIFE-born-hidden",),
        born_active("inactive"),
    ),
    Mutant(
        "born-deleted-is-active",
        "An item that is first upserted as deleted is active.",
        ("LIFE-born-hidden",),
        born_active("deleted"),
    ),
    Mutant(
        "trending-shows-inactive",
        "trending recommends inactive items.",
        ("LIFE-hidden-everywhere", "LIFE-inactive-hides"),
        shows_hidden(strategy("trending")),
    ),
    Mutant(
        "stale-metadata",
        "Results show the attributes that an item had when it was shown first.",
        ("LIFE-metadata-follows",),
        edge(first_metadata),
    ),
    Mutant(
        "phantom-on-page-2",
        "An item that nobody upserted stands on every page 2.",
        (
            "LIFE-only-accepted-items",
            "FILTER-every-page",
            "FILTER-only-matches",
        ),
        phantom(lambda r, _: r.operation == "recommend" and r.page == 2),
    ),
]
