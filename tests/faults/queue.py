"""Faults of queued ingestion and of the life cycle of items: lost, late, stale, undead."""

from __future__ import annotations

from dataclasses import replace

from mock_server.app import Mock
from mock_server.organisations import State
from mock_server.records import Event, Item
from tests.faults.fault import Fault
from tests.faults.inside import Records, inside, items, loses, queues
from tests.faults.wrappers import (
    Answer,
    Break,
    Condition,
    Document,
    Request,
    Server,
    edge,
    on,
)


def every_nth_lost(count: int, kind: type) -> Break:
    seen: dict[int, int] = {}

    def lost(_: object, mock: Mock) -> bool:
        seen[id(mock)] = seen.get(id(mock), 0) + 1
        return seen[id(mock)] % count == 0

    return loses(lost, kind)


def jams_after(count: int) -> Break:
    """After so many requests the queue takes records and gives none."""
    seen: dict[int, int] = {}

    def jammed(records: Records, _: State, mock: Mock) -> Records:
        seen[id(mock)] = seen.get(id(mock), 0) + 1
        return records if seen[id(mock)] <= count else []

    return queues(jammed)


def hidden(known: dict[str, Item], item: Item) -> bool:
    return item.item_id in known and not known[item.item_id].active


def statuses_ignored(*statuses: str) -> Break:
    """An upsert of a known item with one of these statuses changes nothing."""
    return items(lambda item, known: None if item.status in statuses and item.item_id in known else item)


def second_time_only(status: str) -> Break:
    """A status takes effect when it is sent twice."""
    seen: set[tuple[int, str]] = set()

    def changed(item: Item, known: dict[str, Item]) -> Item | None:
        if item.status != status or item.item_id not in known or (id(known), item.item_id) in seen:
            return item
        seen.add((id(known), item.item_id))
        return None

    return items(changed)


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
    """The first upsert of an item makes it active, whatever it says."""
    return items(
        lambda item, known: (
            replace(item, status="active") if item.status == status and item.item_id not in known else item
        )
    )


def shows_hidden(condition: Condition) -> Break:
    """Hidden items that match the filters stand at the end of a list."""

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
    """The item stands last on the page, in place of the last one where the page is full."""
    results = data["results"]
    if any(each["item_id"] == item_id for each in results):
        return
    if len(results) >= data["pagination"]["limit"]:
        results.pop()
    score = results[-1]["score"] if results else 0.5
    results.append({"item_id": item_id, "score": score, "reason": "popular", "metadata": metadata})
    data["recommended_items"] = [each["item_id"] for each in results]
    data["pagination"]["total_count"] = max(data["pagination"]["total_count"], len(results))


def stale_attribute(item: Item, known: dict[str, Item]) -> Item:
    """A filter finds an item by the values it had before, too."""
    old = known.get(item.item_id)
    if old is None or item.attributes is None or item.attributes == old.attributes:
        return item
    both = {
        name: [*old.values(name), value] if name in (old.attributes or {}) and not isinstance(value, list) else value
        for name, value in item.attributes.items()
    }
    return replace(item, attributes=both)


def attributes_kept(item: Item, known: dict[str, Item]) -> Item:
    return replace(item, attributes=None) if item.item_id in known else item


async def first_metadata(request: Request, server: Server) -> Answer:
    """Results show the attributes that an item had when it was shown first."""
    answer = await server.answer(request)
    if request.operation == "recommend" and answer.status == 200:
        document = answer.json
        for result in document["data"]["results"]:
            place = (id(server.tenant(request)), result["item_id"])
            result["metadata"] = server.memory.setdefault(place, result["metadata"])
        answer.json = document
    return answer


def replaces_catalogue(least: int) -> Break:
    """An upsert of at least so many items deletes what the upsert before it brought."""
    before: dict[int, list[Item]] = {}

    def replaced(records: Records, state: State, _: Mock) -> Records:
        new = [each for each in records if isinstance(each, Item)]
        if len(new) < least:
            return records
        ids = {each.item_id for each in new}
        gone = [replace(each, status="deleted") for each in before.get(id(state), []) if each.item_id not in ids]
        before[id(state)] = new
        return [*gone, *records]

    return queues(replaced)


def stores_refused(repair: Document, test: str) -> Break:
    """A refused item is stored, with what it lacks made up."""

    async def stored(request: Request, server: Server) -> Answer:
        answer = await server.answer(request)
        if request.operation == "items" and answer.status == 400:
            for record in request.records:
                body = {**record, **repair} if test == "force" else {**repair, **record}
                alone = request.copy()
                alone.json = body
                if server.is_valid(alone):
                    await server.unnoticed(alone)
        return answer

    return edge(stored)


def phantom(condition: Condition) -> Break:
    """An item that nobody upserted stands at the end of lists."""

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


def latest_overtakes(mock: Mock) -> None:
    """Of two upserts of one item in quick succession the first one wins."""
    put = mock.ingest.put
    at: dict[tuple[int, str], float] = {}

    async def changed(state: State, apply: object, records: object) -> None:
        now = mock.clock.monotonic()
        kept = []
        for each in records:  # type: ignore[attr-defined]
            place = (id(state), each.item_id) if isinstance(each, Item) else None
            if place and now - at.get(place, -9.0) < 0.5:
                continue
            if place:
                at[place] = now
            kept.append(each)
        await put(state, apply, kept)  # type: ignore[arg-type]

    mock.ingest.put = changed  # type: ignore[method-assign, assignment]


FAULTS = [
    Fault("nothing-becomes-visible", "Everything is accepted and nothing is ever visible.",
          ("QUEUE-becomes-visible",), loses(lambda _, __: True)),
    Fault("queue-jams", "After thirty accepted requests nothing becomes visible any more.",
          ("QUEUE-becomes-visible", "LIFE-upserted-shows"), jams_after(30)),
    Fault("every-fifth-item-lost", "Every fifth accepted item never arrives.",
          ("LIFE-upserted-shows", "QUEUE-becomes-visible"), every_nth_lost(5, Item)),
    Fault("every-tenth-item-lost", "Every tenth accepted item never arrives.",
          ("LIFE-upserted-shows", "QUEUE-becomes-visible"), every_nth_lost(10, Item)),
    Fault("dated-items-lost", "Items with created_at are accepted and never arrive.",
          ("LIFE-upserted-shows",), loses(lambda item, _: item.created_at is not None, Item)),
    Fault("inactive-ignored", "An upsert with status inactive changes nothing.",
          ("LIFE-inactive-hides",), statuses_ignored("inactive")),
    Fault("inactive-takes-two-upserts", "An item is hidden when inactive is sent twice.",
          ("LIFE-inactive-hides",), second_time_only("inactive")),
    Fault("deleted-ignored", "An upsert with status deleted changes nothing.",
          ("LIFE-deleted-hides",), statuses_ignored("deleted")),
    Fault("deleted-takes-two-upserts", "An item is deleted when deleted is sent twice.",
          ("LIFE-deleted-hides",), second_time_only("deleted")),
    Fault("hidden-for-ever", "An item that was hidden once stays hidden.",
          ("LIFE-active-again",), items(lambda item, known: None if item.active and hidden(known, item) else item)),
    Fault("hidden-only-once", "An item that was made active again can't be hidden any more.",
          ("LIFE-active-again",), only_reactivated_once()),
    Fault("born-inactive-is-active", "An item that is first upserted as inactive is active.",
          ("LIFE-born-hidden",), born_active("inactive")),
    Fault("born-deleted-is-active", "An item that is first upserted as deleted is active.",
          ("LIFE-born-hidden",), born_active("deleted")),
    Fault("similar-shows-inactive", "similar recommends inactive items.",
          ("LIFE-hidden-everywhere",), shows_hidden(strategy("similar"))),
    Fault("trending-shows-inactive", "trending recommends inactive items.",
          ("LIFE-hidden-everywhere", "LIFE-inactive-hides"), shows_hidden(strategy("trending"))),
    Fault("resumption-shows-inactive", "session-resumption recommends inactive items.",
          ("LIFE-hidden-everywhere",), shows_hidden(strategy("session-resumption"))),
    Fault("attributes-never-change", "The attributes of a known item never change.",
          ("LIFE-new-value-takes-effect",), items(attributes_kept)),
    Fault("stale-attribute", "A filter also finds an item by the values it had before.",
          ("LIFE-new-value-takes-effect", "FILTER-only-matches"), items(stale_attribute)),
    Fault("quick-update-lost", "Of two upserts of one item within half a second the second is lost.",
          ("LIFE-new-value-takes-effect", "LIFE-inactive-hides", "LIFE-active-again"), inside(latest_overtakes)),
    Fault("stale-metadata", "Results show the attributes that an item had when it was shown first.",
          ("LIFE-metadata-follows",), edge(first_metadata)),
    Fault("upsert-replaces-the-one-before", "An upsert deletes the items of the upsert before it.",
          ("LIFE-omitted-stays", "LIFE-upserted-shows", "QUEUE-becomes-visible"), replaces_catalogue(1)),
    Fault("array-replaces-the-array-before", "An array of items deletes what the array before it brought and it does not.",
          ("LIFE-omitted-stays", "LIFE-array-shows"), replaces_catalogue(2)),
    Fault("refused-item-is-made", "An item without item_type is 400, and is made as a product.",
          ("LIFE-refused-never-shows",), stores_refused({"item_type": "product"}, "fill")),
    Fault("refused-status-hides", "An item with an unknown status is 400, and is hidden.",
          ("LIFE-refused-never-shows",), stores_refused({"status": "inactive"}, "force")),
    Fault("refused-status-shows", "An item with an unknown status is 400, and is made active.",
          ("LIFE-refused-never-shows",), stores_refused({"status": "active"}, "force")),
    Fault("phantom-everywhere", "An item that nobody upserted stands in every list.",
          ("LIFE-only-accepted-items",), phantom(on("recommend"))),
    Fault("phantom-on-page-2", "An item that nobody upserted stands on every page 2.",
          ("LIFE-only-accepted-items",), phantom(lambda r, _: r.operation == "recommend" and r.page == 2)),
    Fault("phantom-among-popular", "An item that nobody upserted is popular.",
          ("LIFE-only-accepted-items",), phantom(strategy("popular"))),
    Fault("every-third-event-lost", "Every third accepted event never arrives.",
          ("EVENT-array-every-one-counts", "PERS-single-events-count", "PERS-events-change-list"), every_nth_lost(3, Event)),
]  # fmt: skip
