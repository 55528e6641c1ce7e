"""Everything that the mock holds: how much of it waits, and back to where it began.

GET  /_mock/health                           is it up, and how much waits to become visible
POST /_mock/flush                            answers when everything accepted so far is visible
POST /_mock/reset   {"tenant_id"?, "to"?}    back to the start, to the seeded shop, or to nothing
"""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel
from starlette.requests import Request
from starlette.routing import BaseRoute, Route

from mock_server.control.calls import Body, Nothing, changing, organisation_named, reading

if TYPE_CHECKING:
    from mock_server.app import Mock

_SEEDED = {"start": None, "seeded": True, "empty": False}


class Reset(Body):
    """`start`: as it was made; `seeded`: the seed data; `empty`: nothing. Without `tenant_id`: every organisation."""

    tenant_id: str | None = None
    to: Literal["start", "seeded", "empty"] = "start"


class Health(BaseModel):
    status: Literal["ok"] = "ok"
    version: str
    organisations: int
    waiting: int  # accepted requests whose records are not visible yet


class Flushed(BaseModel):
    waiting: int


class Affected(BaseModel):
    tenant_ids: list[str]


def routes(mock: Mock) -> list[BaseRoute]:
    async def health(_: Request) -> Health:
        release = version("lehnz-contract")
        return Health(version=release, organisations=len(mock.organisations), waiting=len(mock.ingest))

    async def flush(_: Request, __: Nothing) -> Flushed:
        await mock.flush()
        return Flushed(waiting=len(mock.ingest))

    async def reset(_: Request, body: Reset) -> Affected:
        tenant_ids = [each.tenant_id for each in mock.organisations]
        if body.tenant_id is not None:
            tenant_ids = [organisation_named(mock, body.tenant_id).tenant_id]
        mock.reset(body.tenant_id, _SEEDED[body.to])
        return Affected(tenant_ids=tenant_ids)

    return [
        Route("/health", reading(health)),
        Route("/flush", changing(Nothing, flush), methods=["POST"]),
        Route("/reset", changing(Reset, reset), methods=["POST"]),
    ]
