"""Exports for other tools: the journal as a HAR file, the operations as a collection of requests.

GET /_mock/journal/har   ?tenant_id=
GET /_mock/collection    ?tenant_id=   for Postman and Bruno, with the organisation's keys as variables
"""

from __future__ import annotations

import asyncio
from importlib.metadata import version
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from mock_server.control.calls import NO_STORE, tenant_asked
from mock_server.control.collection import collection
from mock_server.layers.journal.har import har
from mock_server.layers.journal.journal import Journal
from mock_server.mock import Mock
from mock_server.spec.shop_examples import ids_of


def routes(mock: Mock, journal: Journal) -> list[BaseRoute]:
    async def as_har(request: Request) -> Response:
        tenant_id = tenant_asked(mock, request)
        await journal.catch_up()
        document = har(journal.read(0, tenant_id), _base(request), version("lehnz-contract"))
        return await _file("lehnz-mock.har", document)

    async def as_collection(request: Request) -> Response:
        tenant_id = tenant_asked(mock, request)
        organisation = mock.organisations[tenant_id] if tenant_id else mock.organisations.first
        variables = {
            "base_url": _base(request),
            "publishable_key": organisation.publishable_key or "",
            "secret_key": organisation.secret_key or "",
        }
        return await _file(
            "lehnz.postman_collection.json", collection(mock.spec, variables, ids_of(mock.spec, organisation.tenant))
        )

    return [
        Route("/journal/har", as_har, methods=["GET"]),
        Route("/collection", as_collection, methods=["GET"]),
    ]


def _base(request: Request) -> str:
    return f"{request.url.scheme}://{request.headers['host']}"


async def _file(name: str, document: Any) -> Response:
    """Return a download with this name. It is serialised in a thread, because a full journal would block other
    requests."""
    body = await asyncio.to_thread(orjson.dumps, document, option=orjson.OPT_INDENT_2)
    headers = {**NO_STORE, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type="application/json", headers=headers)
