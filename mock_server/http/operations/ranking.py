"""Answers a request for recommendations: the query, the ranked list, one page of it."""

from __future__ import annotations

from collections.abc import Mapping
from time import perf_counter
from typing import Any

import orjson

from mock_server.errors import BadRequest, FieldError
from mock_server.http import envelope
from mock_server.http.operations.call import Answer, Call
from mock_server.http.paging import pagination_of, start_of
from mock_server.spec.validation import listed
from mock_server.state.recommender import FilterError, Query, Ranking
from mock_server.state.tenant import Tenant

_EMPTY = Tenant("empty")


def query_of(body: Mapping[str, Any]) -> Query:
    """Make the query of a checked body of /v1/recommend."""
    return Query(
        strategy=body["strategy"],
        user_id=body.get("user_id"),
        context_item_id=body.get("context_item_id"),
        filters=body.get("filters") or {},
    )


def ranked(tenant: Tenant, query: Query, now: float) -> Ranking:
    """Return the ranking for a query. Raises BadRequest for filters that the contract refuses."""
    try:
        return tenant.recommend(query, now)
    except FilterError as error:
        raise BadRequest(*listed([FieldError("$.filters", str(error))])) from None


def ranked_page(call: Call, query: Query, limit: float, page: float) -> Answer:
    state = call.state
    tenant = state.tenant
    asked = _EMPTY if call.effects.no_results else tenant
    if call.effects.no_history:
        query = query._replace(user_id=None)
    ranking = ranked(asked, query, call.now)
    total = len(ranking)
    start = start_of(total, limit, page)
    found = ranking.page(start, start + int(limit))
    recommendation_id = state.new_id()
    tenant.served(recommendation_id, query.strategy, found.ids, call.now)
    data = {
        "recommendation_id": recommendation_id,
        "tenant_id": call.organisation.tenant_id,
        "domain": call.organisation.domain,
        "strategy": query.strategy,
        "mode": ranking.mode,
        "results": orjson.Fragment(found.results),
        "recommended_items": orjson.Fragment(found.ids_json),
        "pagination": pagination_of(total, limit, page),
        "latency_ms": round((perf_counter() - call.started) * 1000, 3),
    }
    return 200, envelope.success("Success", data)
