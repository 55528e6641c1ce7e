"""Shows the items of an organisation, with the recommender's data on them. Reads use no quota and change no statistic.

GET /_mock/organisations/{tenant_id}/items              ?q= &page= &limit=
GET /_mock/organisations/{tenant_id}/items/{item_id}    record, popularity, neighbours
GET /_mock/organisations/{tenant_id}/item               ?item_id=   the same; no path can end in `.` or `..`
"""

from __future__ import annotations

from pydantic import BaseModel
from starlette.requests import Request
from starlette.routing import BaseRoute, Route

from mock_server.control.calls import named, organisation_of, reading
from mock_server.control.records import Goods, ItemRecord, goods_of, item_record, title_of
from mock_server.control.search import Search, asked, in_turns
from mock_server.errors import NotFound
from mock_server.mock import Mock
from mock_server.state.recommender.insight import TABLES, neighbours, standing
from mock_server.state.records import Item
from mock_server.state.tenant import Tenant

_NEIGHBOURS = 20


class ItemLine(Goods):
    item_id: str
    item_type: str
    status: str
    popularity: float


class Items(BaseModel):
    items: list[ItemLine]
    total: int


class NeighbourLine(BaseModel):
    item_id: str
    title: str | None
    together: float
    cosine: float


class ItemInsight(BaseModel):
    """`neighbours`: items `touched` by the same people, `bought` in one basket, `consumed` in one session."""

    item: ItemRecord
    popularity: float
    trend: float | None
    neighbours: dict[str, list[NeighbourLine]]


def routes(mock: Mock) -> list[BaseRoute]:
    async def items(request: Request) -> Items:
        tenant, search = asked(mock, request, Search)
        wanted = search.q.lower()
        found = [item async for item in in_turns(tenant.items.values()) if _mentions(item, wanted)]
        return Items(items=[_line(tenant, item) for item in search.page_of(found)], total=len(found))

    async def item(request: Request) -> ItemInsight:
        tenant, item_id = organisation_of(mock, request).tenant, named(request, "item_id")
        if item_id not in tenant.items:
            raise NotFound(f"{tenant.tenant_id} has no item {item_id!r}")
        popularity, trend = standing(tenant.recommender, item_id)
        return ItemInsight(
            item=item_record(tenant.items[item_id]),
            popularity=popularity,
            trend=trend,
            neighbours={table: _neighbours(tenant, item_id, table) for table in TABLES},
        )

    return [
        Route("/organisations/{tenant_id}/items", reading(items), methods=["GET"]),
        Route("/organisations/{tenant_id}/items/{item_id:path}", reading(item), methods=["GET"]),
        Route("/organisations/{tenant_id}/item", reading(item), methods=["GET"]),
    ]


def _mentions(item: Item, wanted: str) -> bool:
    return wanted in item.item_id.lower() or wanted.encode() in item.metadata_json.lower()


def _line(tenant: Tenant, item: Item) -> ItemLine:
    return ItemLine(
        item_id=item.item_id,
        item_type=item.item_type,
        status=item.status,
        popularity=standing(tenant.recommender, item.item_id).popularity,
        **goods_of(item).model_dump(),
    )


def _neighbours(tenant: Tenant, item_id: str, table: str) -> list[NeighbourLine]:
    found = neighbours(tenant.recommender, item_id, table, _NEIGHBOURS)
    return [NeighbourLine(title=title_of(tenant, each.item_id), **each._asdict()) for each in found]
