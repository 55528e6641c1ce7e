"""Why an item is recommended, and the results of recommendations. These calls use no quota and change no statistic.

POST /_mock/organisations/{tenant_id}/explain   the body of POST /v1/recommend
GET  /_mock/organisations/{tenant_id}/funnel    impressions, clicks, conversions, purchases and revenue of each strategy
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.routing import BaseRoute, Route

from mock_server.control.calls import Body, changing, organisation_of, reading
from mock_server.errors import NotFound
from mock_server.http.operations.ranking import query_of, ranked
from mock_server.http.paging import start_of
from mock_server.mock import Mock
from mock_server.state.recommender.numbers import significant

_OPERATION = "recommend"


class Question(Body):
    """Any JSON object; the contract of /v1/recommend validates it."""

    model_config = ConfigDict(extra="allow")


class Explained(BaseModel):
    """`score_range`: the range of all scores from this source, so that sources follow each other. `parts`: the
    components of the score, each with a `name` and a `value`; co-occurrence with `item_id` contributes `weight` times
    `together`."""

    item_id: str
    position: int
    score: float
    score_range: list[float]
    reason: str
    mode: str
    metadata: Mapping[str, Any]
    parts: list[dict[str, Any]]


class Explanation(BaseModel):
    strategy: str
    mode: str
    total_count: int
    results: list[Explained]


class StrategyFunnel(BaseModel):
    strategy: str
    recommendations: int
    impressions: int
    engagements: int
    clicks: int
    conversions: int
    purchases: int
    revenue: float
    off_list: int


class Funnels(BaseModel):
    """`forgotten`: recommendation ids that are too old for events to count."""

    strategies: list[StrategyFunnel]
    forgotten: int


def routes(mock: Mock) -> list[BaseRoute]:
    async def explain(request: Request, question: Question) -> Explanation:
        organisation = organisation_of(mock, request)
        tenant, now = organisation.tenant, mock.clock.now() + organisation.state.ahead
        body = _checked(mock, question.model_extra or {})
        query = query_of(body)
        ranking = ranked(tenant, query, now)
        limit, total = int(body["limit"]), len(ranking)
        start = start_of(total, limit, body["page"])
        results = [
            Explained(metadata=orjson.loads(entry.item.metadata_json), parts=list(_parts(why.pop("why"))), **why)
            for position, entry in enumerate(ranking[start : start + limit], start)
            for why in [ranking.explain_at(position)]
        ]
        return Explanation(strategy=query.strategy, mode=ranking.mode, total_count=total, results=results)

    async def funnel(request: Request) -> Funnels:
        attribution = organisation_of(mock, request).tenant.attribution
        found = [StrategyFunnel(strategy=name, **asdict(each)) for name, each in attribution.funnels.items()]
        found.sort(key=lambda each: (-each.impressions, each.strategy))
        return Funnels(strategies=found, forgotten=attribution.forgotten)

    return [
        Route("/organisations/{tenant_id}/explain", changing(Question, explain), methods=["POST"]),
        Route("/organisations/{tenant_id}/funnel", reading(funnel), methods=["GET"]),
    ]


def _checked(mock: Mock, document: dict[str, Any]) -> dict[str, Any]:
    """Return the body as the API reads it, with defaults and aliases. Raises ApiError with the API's own message."""
    operation = mock.spec.operation(_OPERATION)
    endpoint = mock.contract.endpoint(operation.path.encode(), operation.method)
    body = endpoint.body if endpoint else None
    if body is None:
        raise NotFound(f"the OpenAPI file has no operation {_OPERATION} with a body")
    return body.records_of(document)[0]


def _parts(why: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name, value in why.items():
        if name == "with":
            for each in value:
                numbers = {key: significant(each[key]) for key in ("weight", "together")}
                yield {"name": "together", "value": significant(each["adds"]), "item_id": each["item_id"], **numbers}
        else:
            yield {"name": name, "value": significant(value) if isinstance(value, float) else value}
