"""Faults of isolation: what one organisation does shows in another."""

from __future__ import annotations

from mock_server.mock import Mock
from mock_server.state.organisations import State
from mock_server.state.records import Event, Item
from tests.mutants.fault import Fault
from tests.mutants.inside import Records, others, queues, shares
from tests.mutants.wrappers import Answer, Request, Server, edge, edits_data


def foreign_ids_refused(records: Records, state: State, mock: Mock) -> Records:
    """An item id that another organisation uses can't be taken: the upsert is lost."""
    taken = [other.tenant.items for other in others(mock, state)]
    return [
        each
        for each in records
        if not (
            isinstance(each, Item)
            and each.item_id not in state.tenant.items
            and any(each.item_id in known for known in taken)
        )
    ]


async def others_items_are_popular(request: Request, server: Server) -> Answer:
    """popular shows one item of another organisation that matches the filters."""
    answer = await server.answer(request)
    own = server.organisation(request)
    if (
        request.operation != "recommend"
        or answer.status != 200
        or own is None
        or request.strategy not in ("popular", "trending")
    ):
        return answer
    filters = request.value("filters") or {}
    foreign = [
        item
        for other in others(server.mock, own.state)
        for item in other.tenant.items.values()
        if item.active
        and item.item_id not in own.tenant.items
        and all(value in item.values(name) for name, value in filters.items())
    ]
    if foreign:
        document = answer.json
        data = document["data"]
        leaked = {
            "item_id": foreign[-1].item_id,
            "score": 1.0,
            "reason": "popular",
            "metadata": dict(foreign[-1].attributes or {}),
        }
        data["results"] = [leaked, *data["results"]][: data["pagination"]["limit"]]
        data["recommended_items"] = [each["item_id"] for each in data["results"]]
        data["pagination"]["total_count"] += 1
        answer.json = document
    return answer


def known_there(record: object, _: State, other: State) -> bool:
    return isinstance(record, Item) and record.item_id in other.tenant.items


FAULTS = [
    Fault(
        "items-are-everybodys",
        "An item is stored for every organisation.",
        ("TENANT-items-isolated", "TENANT-same-id"),
        shares(lambda record, _, __: isinstance(record, Item)),
    ),
    Fault(
        "popular-shows-others-items",
        "popular and trending show an item of another organisation.",
        (
            "TENANT-items-isolated",
            "LIFE-only-accepted-items",
        ),
        edge(others_items_are_popular),
    ),
    Fault(
        "one-record-per-item-id",
        "Two organisations with the same item id share the record.",
        ("TENANT-same-id",),
        shares(known_there),
    ),
    Fault(
        "item-ids-taken-by-others-lost",
        "An item id that another organisation uses can't be taken.",
        ("TENANT-same-id",),
        queues(foreign_ids_refused),
    ),
    Fault(
        "deletions-are-everybodys",
        "Deleting an item deletes that of the same id in every organisation.",
        ("TENANT-same-id",),
        shares(
            lambda record, state, other: (
                known_there(record, state, other) and isinstance(record, Item) and not record.active
            )
        ),
    ),
    Fault(
        "history-is-everybodys",
        "Events count in every organisation.",
        ("TENANT-history-isolated",),
        shares(lambda record, _, __: isinstance(record, Event)),
    ),
    Fault(
        "user-ids-are-global",
        "A user id that two organisations know has one history.",
        ("TENANT-history-isolated",),
        shares(lambda record, _, other: isinstance(record, Event) and record.item_id in other.tenant.items),
    ),
    Fault(
        "tenant-id-is-the-first",
        "tenant_id is that of the first organisation for everybody.",
        ("TENANT-id",),
        edits_data(lambda data, _: data.update(tenant_id="glow-beauty-ng")),
    ),
]
