"""One short function per operationId: take the checked input, ask the domain, wrap the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any

import orjson

from fixtures.bodies import unique_uuid
from mock_server.errors import BadRequest, FieldError
from mock_server.http import envelope
from mock_server.http.effects import NO_EFFECTS, Effects
from mock_server.http.operations.accounts.handlers import ACCOUNT_HANDLERS
from mock_server.http.paging import page_of
from mock_server.runtime.ingest import Apply, IngestQueue
from mock_server.spec.paths import Handler
from mock_server.spec.validation import listed
from mock_server.state.organisations import Organisation, State
from mock_server.state.recommender import FilterError, Query, Ranking
from mock_server.state.records import Event, Item, User
from mock_server.state.tenant import Tenant

Answer = tuple[int, bytes]
_MICROSECOND = 1e-6
_EMPTY = Tenant("empty")


@dataclass(slots=True)
class Call:
    """A request that was let through: a valid body as records with defaults, typed parameters."""

    organisation: Organisation
    ingest: IngestQueue
    now: float  # seconds since the epoch
    started: float  # perf_counter
    effects: Effects = NO_EFFECTS
    records: Sequence[dict[str, Any]] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    accepted: tuple[str, int] | None = None  # how many records of which kind went into the queue

    @property
    def state(self) -> State:
        return self.organisation.state


async def upsert_items(call: Call) -> Answer:
    items = [Item.from_body(body, call.now) for body in call.records]
    return await _accept(call, "items", call.state.tenant.apply_item, items)


async def upsert_users(call: Call) -> Answer:
    users = [User.from_body(body) for body in call.records]
    return await _accept(call, "users", call.state.tenant.apply_user, users)


async def ingest_events(call: Call) -> Answer:
    """Events of one array arrive a microsecond apart, so that their order is kept."""
    ids, now = call.state.ids, call.now
    events = [
        Event.from_body(body, now + index * _MICROSECOND, body.get("event_id") or unique_uuid(ids))
        for index, body in enumerate(call.records)
    ]
    return await _accept(call, "events", call.state.tenant.apply_event, events)


async def _accept(call: Call, noun: str, apply: Apply, records: Sequence[Any]) -> Answer:
    await call.ingest.put(call.state, apply, records, call.effects.ingest_delay)
    call.accepted = (noun, len(records))
    return 202, envelope.accepted(*call.accepted)


async def recommend(call: Call) -> Answer:
    body = call.records[0]
    return _page(call, query_of(body), body["limit"], body["page"])


async def first_edition_recommend_for_user(call: Call) -> Answer:
    body = call.records[0]
    return _page(call, Query("personalized", user_id=body["user_id"]), body["limit"], body["page"])


async def first_edition_recommend_for_item(call: Call) -> Answer:
    given = call.parameters
    return _page(call, Query("similar", context_item_id=given["item_id"]), given["limit"], given["page"])


async def first_edition_recommend_for_session(call: Call) -> Answer:
    return _for_items(call, "session_based")


async def first_edition_recommend_for_basket(call: Call) -> Answer:
    return _for_items(call, "cross-sell")


async def first_edition_recommend_price_optimized(call: Call) -> Answer:
    body = call.records[0]
    return _page(call, Query("price-optimized", user_id=body["user_id"]), body["limit"], body["page"])


def _for_items(call: Call, strategy: str) -> Answer:
    body = call.records[0]
    query = Query(strategy, user_id=body.get("user_id"), context_item_ids=tuple(body["item_ids"]))
    return _page(call, query, body["limit"], body["page"])


def query_of(body: Mapping[str, Any]) -> Query:
    """What a checked body of /v1/recommend asks."""
    return Query(
        strategy=body["strategy"],
        user_id=body.get("user_id"),
        context_item_id=body.get("context_item_id"),
        filters=body.get("filters") or {},
    )


def ranked(tenant: Tenant, query: Query, now: float) -> Ranking:
    """The list for a query. Raises BadRequest for filters that the contract refuses."""
    try:
        return tenant.recommend(query, now)
    except FilterError as error:
        raise BadRequest(*listed([FieldError("$.filters", str(error))])) from None


def _page(call: Call, query: Query, limit: float, page: float) -> Answer:
    tenant = call.state.tenant
    asked = _EMPTY if call.effects.no_results else tenant
    if call.effects.no_history:
        query = replace(query, user_id=None)
    ranking = ranked(asked, query, call.now)
    entries, pagination = page_of(ranking, limit, page)
    ids = [entry.item_id for entry in entries]
    recommendation_id = unique_uuid(call.state.ids)
    tenant.served(recommendation_id, query.strategy, ids, call.now)
    data = {
        "recommendation_id": recommendation_id,
        "tenant_id": call.organisation.tenant_id,
        "domain": call.organisation.domain,
        "strategy": query.strategy,
        "mode": ranking.mode,
        "results": [
            {"item_id": item_id, "score": score, "reason": reason, "metadata": orjson.Fragment(item.metadata_json)}
            for item_id, score, reason, item in entries
        ],
        "recommended_items": ids,
        "pagination": pagination,
        "latency_ms": round((perf_counter() - call.started) * 1000, 3),
    }
    return 200, envelope.success("Success", data)


_ITEM = ("item_id", "item_type", "status")
_USER = ("user_id", "status")
_EVENT = ("user_id", "event_family", "event_name")
_PAGE = ("limit", "page")

HANDLERS: Mapping[str, Handler] = {
    "upsertItems": Handler(upsert_items, _ITEM),
    "upsertUsers": Handler(upsert_users, _USER),
    "ingestEvents": Handler(ingest_events, _EVENT),
    "recommend": Handler(recommend, ("strategy", *_PAGE)),
    "firstEditionUpsertItems": Handler(upsert_items, _ITEM),
    "firstEditionUpsertUsers": Handler(upsert_users, _USER),
    "firstEditionIngestEvents": Handler(ingest_events, _EVENT),
    "firstEditionRecommendForUser": Handler(first_edition_recommend_for_user, ("user_id", *_PAGE)),
    "firstEditionRecommendForItem": Handler(first_edition_recommend_for_item, ("item_id", *_PAGE)),
    "firstEditionRecommendForSession": Handler(first_edition_recommend_for_session, ("item_ids", *_PAGE)),
    "firstEditionRecommendForBasket": Handler(first_edition_recommend_for_basket, ("item_ids", *_PAGE)),
    "firstEditionRecommendPriceOptimized": Handler(first_edition_recommend_price_optimized, ("user_id", *_PAGE)),
    **ACCOUNT_HANDLERS,
}
