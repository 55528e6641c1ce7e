"""The state of the mock: health, flush, reset, seed.

GET  /_mock/health                           is it up, and how many requests are not visible yet
POST /_mock/flush   {"tenant_id"} or {"all": true}           answers when everything accepted so far is visible
POST /_mock/reset   {"tenant_id", "to"?} or {"all": true}    back to the start, to the seeded shop, or to nothing
POST /_mock/seed    {"tenant_id", "data"?}   one organisation with the data of a world
"""

from __future__ import annotations

import asyncio
from importlib.metadata import version
from typing import Literal

from pydantic import BaseModel
from starlette.requests import Request
from starlette.routing import BaseRoute, Route

from mock_server.control.calls import Body, OneOrAll, changing, organisation_named, reading
from mock_server.errors import BadRequest, FieldError
from mock_server.mock import Mock
from mock_server.spec.validation import listed
from mock_server.state.seeded import DEFAULT

_SEEDED = {"start": None, "seeded": True, "empty": False}


class Reset(OneOrAll):
    """`start`: as it was made; `seeded`: the seed data; `empty`: no data."""

    to: Literal["start", "seeded", "empty"] = "start"


class Seed(Body):
    tenant_id: str
    data: str | None = None  # None: the seed data of the mock


class Health(BaseModel):
    status: Literal["ok"] = "ok"
    version: str
    organisations: int
    shard: str  # 1/2: the first of two processes that share the organisations; 1/1: the only one
    waiting: int  # accepted requests whose records are not visible yet


class Flushed(BaseModel):
    waiting: int


class Affected(BaseModel):
    tenant_ids: list[str]


def routes(mock: Mock) -> list[BaseRoute]:
    making = asyncio.Lock()  # a data set is generated once, even if several requests ask for it

    async def health(_: Request) -> Health:
        release = version("lehnz-contract")
        here, shard = len(mock.organisations), str(mock.settings.shard)
        return Health(version=release, organisations=here, shard=shard, waiting=len(mock.ingest))

    async def flush(_: Request, body: OneOrAll) -> Flushed:
        if body.tenant_id is None:
            await mock.flush()
            return Flushed(waiting=len(mock.ingest))
        state = organisation_named(mock, body.tenant_id).state
        await mock.flush(body.tenant_id)
        return Flushed(waiting=mock.ingest.waiting()[state])

    async def reset(_: Request, body: Reset) -> Affected:
        if body.tenant_id is not None:
            organisation_named(mock, body.tenant_id)
        mock.reset(body.tenant_id, _SEEDED[body.to])
        every = [each.tenant_id for each in mock.organisations]
        return Affected(tenant_ids=every if body.tenant_id is None else [body.tenant_id])

    async def seed(_: Request, body: Seed) -> Affected:
        organisation_named(mock, body.tenant_id)
        data = DEFAULT if body.data is None else body.data
        if data not in (DEFAULT, *mock.seeded.names):
            known = ", ".join(mock.seeded.names) or "nothing; leave it out"
            raise BadRequest(*listed([FieldError("$.data", f"must be one of {known}")]))
        async with making:
            await asyncio.to_thread(mock.seeded.make_once, mock.contract.ranking_depth, data)
        organisation_named(mock, body.tenant_id)  # raises NotFound if it was removed meanwhile
        mock.seed(body.tenant_id, data)
        return Affected(tenant_ids=[body.tenant_id])

    return [
        Route("/health", reading(health)),
        Route("/flush", changing(OneOrAll, flush), methods=["POST"]),
        Route("/reset", changing(Reset, reset), methods=["POST"]),
        Route("/seed", changing(Seed, seed), methods=["POST"]),
    ]
