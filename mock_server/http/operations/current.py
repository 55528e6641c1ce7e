"""The operations of the current edition, a short function per operationId. It passes the checked input to the
organisation's data and wraps the result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mock_server.http import envelope
from mock_server.http.operations.call import Answer, Call, Handler
from mock_server.http.operations.ranking import query_of, ranked_page
from mock_server.runtime.ingest import Apply
from mock_server.state.records import Event, Item, User

_MICROSECOND = 1e-6
ITEM_FIELDS = ("item_id", "item_type", "status")
USER_FIELDS = ("user_id", "status")
EVENT_FIELDS = ("user_id", "event_family", "event_name")
PAGE = ("limit", "page")


async def upsert_items(call: Call) -> Answer:
    items = [Item.from_body(body, call.now) for body in call.records]
    return await _accept(call, "items", call.state.tenant.apply_item, items)


async def upsert_users(call: Call) -> Answer:
    users = [User.from_body(body) for body in call.records]
    return await _accept(call, "users", call.state.tenant.apply_user, users)


async def ingest_events(call: Call) -> Answer:
    """Accept events. Those of one array arrive a microsecond apart, so that their order is kept."""
    new_id, now = call.state.new_id, call.now
    events = [
        Event.from_body(body, now + index * _MICROSECOND, body.get("event_id") or new_id())
        for index, body in enumerate(call.records)
    ]
    return await _accept(call, "events", call.state.tenant.apply_event, events)


async def _accept(call: Call, noun: str, apply: Apply, records: Sequence[Any]) -> Answer:
    await call.ingest.put(call.state, apply, records, call.effects.ingest_delay)
    call.accepted = (noun, len(records))
    return 202, envelope.accepted(*call.accepted)


async def recommend(call: Call) -> Answer:
    body = call.records[0]
    return ranked_page(call, query_of(body), body["limit"], body["page"])


CURRENT: Mapping[str, Handler] = {
    "upsertItems": Handler(upsert_items, ITEM_FIELDS),
    "upsertUsers": Handler(upsert_users, USER_FIELDS),
    "ingestEvents": Handler(ingest_events, EVENT_FIELDS),
    "recommend": Handler(recommend, ("strategy", *PAGE)),
}
