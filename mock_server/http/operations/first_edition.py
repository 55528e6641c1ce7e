"""The operations that only the first edition has, served from the same data (R1, R46)."""

from __future__ import annotations

from collections.abc import Mapping

from mock_server.http.operations.call import Answer, Call, Handler
from mock_server.http.operations.current import (
    EVENT_FIELDS,
    ITEM_FIELDS,
    PAGE,
    USER_FIELDS,
    ingest_events,
    upsert_items,
    upsert_users,
)
from mock_server.http.operations.ranking import ranked_page
from mock_server.state.recommender import Query


async def recommend_for_user(call: Call) -> Answer:
    body = call.records[0]
    return ranked_page(call, Query("personalized", user_id=body["user_id"]), body["limit"], body["page"])


async def recommend_for_item(call: Call) -> Answer:
    given = call.parameters
    return ranked_page(call, Query("similar", context_item_id=given["item_id"]), given["limit"], given["page"])


async def recommend_for_session(call: Call) -> Answer:
    return _for_items(call, "session_based")


async def recommend_for_basket(call: Call) -> Answer:
    return _for_items(call, "cross-sell")


async def recommend_price_optimized(call: Call) -> Answer:
    body = call.records[0]
    return ranked_page(call, Query("price-optimized", user_id=body["user_id"]), body["limit"], body["page"])


def _for_items(call: Call, strategy: str) -> Answer:
    body = call.records[0]
    query = Query(strategy, user_id=body.get("user_id"), context_item_ids=tuple(body["item_ids"]))
    return ranked_page(call, query, body["limit"], body["page"])


FIRST_EDITION: Mapping[str, Handler] = {
    "firstEditionUpsertItems": Handler(upsert_items, ITEM_FIELDS),
    "firstEditionUpsertUsers": Handler(upsert_users, USER_FIELDS),
    "firstEditionIngestEvents": Handler(ingest_events, EVENT_FIELDS),
    "firstEditionRecommendForUser": Handler(recommend_for_user, ("user_id", *PAGE)),
    "firstEditionRecommendForItem": Handler(recommend_for_item, ("item_id", *PAGE)),
    "firstEditionRecommendForSession": Handler(recommend_for_session, ("item_ids", *PAGE)),
    "firstEditionRecommendForBasket": Handler(recommend_for_basket, ("item_ids", *PAGE)),
    "firstEditionRecommendPriceOptimized": Handler(recommend_price_optimized, ("user_id", *PAGE)),
}
