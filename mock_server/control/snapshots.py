"""Snapshots: states to return to.

POST   /_mock/snapshots                {"tenant_id"?, "name"?}   of one organisation or of the whole mock
GET    /_mock/snapshots
POST   /_mock/snapshots/{id}/restore
GET    /_mock/snapshots/{id}/file      download, to keep it or to restore it in another mock
POST   /_mock/snapshots/file           restore such a file
DELETE /_mock/snapshots/{id}
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from fixtures.spec import KeyType
from mock_server.control.calls import (
    NO_STORE,
    Body,
    Nothing,
    answer,
    changing,
    organisation_named,
    read_pieces,
    reading,
    resource,
    shaped,
)
from mock_server.errors import BadRequest, Conflict, FieldError, NotFound
from mock_server.mock import Mock
from mock_server.runtime import collector
from mock_server.spec.validation import listed
from mock_server.state.recommender import Config
from mock_server.state.snapshots import file as snapshot_file
from mock_server.state.snapshots.parsed import SnapshotError
from mock_server.state.snapshots.snapshot import Snapshot
from mock_server.state.tenant import Tenant

MAX_FILE_BYTES = 256 << 20


class NewSnapshot(Body):
    tenant_id: str | None = None
    name: Annotated[str, Field(min_length=1, max_length=100)] | None = None


class SnapshotAnswer(BaseModel):
    """`snapshot_id` is null for a restored file, which is not kept. `at`: by the mock's clock."""

    snapshot_id: str | None
    name: str | None
    tenant_ids: list[str]
    at: datetime


class SnapshotList(BaseModel):
    snapshots: list[SnapshotAnswer]


def routes(mock: Mock) -> list[BaseRoute]:
    def kept(request: Request) -> Snapshot:
        snapshot_id = request.path_params["snapshot_id"]
        try:
            return mock.snapshots[snapshot_id]
        except KeyError:
            raise NotFound(f"there is no snapshot {snapshot_id!r}") from None

    async def every(_: Request) -> SnapshotList:
        return SnapshotList(snapshots=[_described(each) for each in mock.snapshots])

    async def make(_: Request, body: NewSnapshot) -> SnapshotAnswer:
        if body.tenant_id is not None:
            organisation_named(mock, body.tenant_id)
        try:
            return _described(mock.snapshots.keep(await mock.freeze(body.tenant_id, body.name)))
        except OverflowError as error:
            raise Conflict(str(error)) from None

    async def put_back(request: Request, _: Nothing) -> SnapshotAnswer:
        snapshot = kept(request)
        await mock.restore(snapshot)
        return _described(snapshot)

    async def forget(request: Request, _: Nothing) -> SnapshotAnswer:
        return _described(mock.drop_snapshot(kept(request).snapshot_id))

    async def download(request: Request) -> Response:
        snapshot = kept(request)
        headers = {
            **NO_STORE,
            "Content-Disposition": f'attachment; filename="lehnz-mock-{snapshot.snapshot_id}.json"',
        }
        body = await asyncio.to_thread(write, snapshot)
        return Response(body, headers=headers, media_type="application/json")

    async def upload(request: Request) -> Response:
        pieces = await read_pieces(request, MAX_FILE_BYTES)
        try:
            snapshot = await asyncio.to_thread(read, pieces)
            await mock.restore(snapshot)
        except (SnapshotError, ValueError) as error:
            raise BadRequest(*listed([FieldError("$", str(error))])) from None
        return answer(_described(snapshot))

    def write(snapshot: Snapshot) -> bytes:
        with collector.paused():
            return snapshot_file.write(snapshot)

    def read(pieces: list[bytes]) -> Snapshot:
        with collector.paused():
            return snapshot_file.read(b"".join(pieces), make_tenant, keys)

    def make_tenant(tenant_id: str) -> Tenant:
        return Tenant(tenant_id, Config(depth=mock.contract.ranking_depth))

    def keys(tenant_id: str, development: bool) -> Mapping[KeyType, str]:
        return mock.organisations.keys_for(tenant_id, development)

    return [
        resource("/snapshots", GET=reading(every), POST=changing(NewSnapshot, make, status=201)),
        Route("/snapshots/file", shaped(upload, SnapshotAnswer), methods=["POST"]),
        Route("/snapshots/{snapshot_id}/restore", changing(Nothing, put_back), methods=["POST"]),
        Route("/snapshots/{snapshot_id}/file", download),
        Route("/snapshots/{snapshot_id}", changing(Nothing, forget), methods=["DELETE"]),
    ]


def _described(snapshot: Snapshot) -> SnapshotAnswer:
    return SnapshotAnswer(
        snapshot_id=snapshot.snapshot_id or None,
        name=snapshot.name,
        tenant_ids=snapshot.tenant_ids,
        at=datetime.fromtimestamp(snapshot.at, UTC),
    )
