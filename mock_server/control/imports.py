"""Imports a user's own shop: the importer reads a file into an organisation. No account is needed.

POST /_mock/organisations/{tenant_id}/import    the file is the body; ?kind= &name= &columns= &mode=

`mode=preview` reports how the file would be read and changes nothing; `add` adds the records, visible at once;
`replace` makes the organisation a shop of this catalogue, with generated users and events, as `--seed-data` does. The
previous data is kept as a snapshot, whose id is `undo`.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator
from contextlib import aclosing
from itertools import islice
from typing import Any, Literal

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from fixtures.bodies import Body as Record
from fixtures.data_error import DataError
from fixtures.importing.columns import Columns, ColumnsError, parse_columns
from fixtures.importing.formats import FORMATS
from fixtures.importing.importer import Importer
from fixtures.importing.kinds import kind_of
from fixtures.importing.record_check import RecordCheck
from fixtures.world import build_world
from mock_server.context import headers_of
from mock_server.control.calls import Body, answer, checked, given, organisation_of, shaped
from mock_server.errors import BadRequest, Conflict, FieldError
from mock_server.http.body import read_body
from mock_server.mock import Mock
from mock_server.runtime.ingest import Apply
from mock_server.runtime.slices import in_slices
from mock_server.spec.validation import listed
from mock_server.state.filling import events_of, fill, items_of, users_of
from mock_server.state.organisations import State
from mock_server.state.recommender import Config
from mock_server.state.records import Event, Item, User
from mock_server.state.tenant import Tenant

_SHOWN = 5  # records of a preview
_MICROSECOND = 1e-6
_PIECE = 200  # records


class Asked(Body):
    """`name`: the file's name. `columns`: in the syntax of --columns."""

    tenant_id: str | None = None
    kind: Literal["items", "users", "events"] = "items"
    name: str = Field(default="your file", max_length=200)
    columns: str | None = Field(default=None, max_length=4_000)
    mode: Literal["preview", "add", "replace"] = "preview"


class ColumnLine(BaseModel):
    """`field`: what it is mapped to; null where the column keeps its name."""

    column: str
    field: str | None
    sample: str


class ErrorGroup(BaseModel):
    """`field`: a JSON path in the record, null for a whole line; `lines`: the first affected ones."""

    field: str | None
    message: str
    count: int
    lines: list[int]
    path: str | None


class Concluded(BaseModel):
    """`stopped`: why the file, or the rest of it, can't be read; then `suggested` (field -> column) and `looks_like` (a
    value for `columns`) may help. `applied`: whether anything was changed in the organisation."""

    file: str
    kind: str
    format: str | None
    separator: str | None
    encoding: str
    rows: int
    taken: int
    left_out: int
    summary: str
    notes: list[str]
    warnings: list[str]
    columns: list[ColumnLine]
    suggested: dict[str, str]
    looks_like: str | None
    errors: list[ErrorGroup]
    error_count: int
    stopped: str | None
    records: list[dict[str, Any]]
    applied: bool
    undo: str | None


def routes(mock: Mock) -> list[BaseRoute]:
    making = asyncio.Lock()  # one import at a time, because a file may be large

    async def bring(request: Request) -> Response:
        tenant_id = organisation_of(mock, request).tenant_id
        asked = checked(Asked, given(request))
        columns = _columns(asked.columns)
        if asked.mode == "replace" and asked.kind != "items":
            raise BadRequest(*listed([FieldError("query.mode", "replace makes a shop of a catalogue: kind=items")]))
        most = mock.contract.limits.max_upload_bytes
        content = await read_body(request.receive, headers_of(request.scope), most)
        async with making:
            concluded, records = await _read(mock, asked, columns, content)
            if asked.mode != "preview" and records:
                organisation_of(mock, request)  # raises NotFound if it was removed meanwhile
                concluded.undo = await _keep(mock, tenant_id, f"before {asked.name}"[:100])
                await _put(mock, tenant_id, asked, records)
                concluded.applied = True
        return answer(concluded)

    path = "/organisations/{tenant_id}/import"
    return [Route(path, shaped(bring, Concluded), methods=["POST"])]


def _columns(written: str | None) -> Columns | None:
    try:
        return parse_columns(written) if written else None
    except ColumnsError as error:
        raise BadRequest(*listed([FieldError("query.columns", str(error))])) from None


async def _read(mock: Mock, asked: Asked, columns: Columns | None, content: bytes) -> tuple[Concluded, list[Record]]:
    kind = kind_of(mock.spec, asked.kind)
    records: list[Record] = []
    stopped: str | None = None
    importer: Importer | None = None
    try:
        importer = Importer(io.BytesIO(content), asked.name, kind, RecordCheck(mock.spec, kind), columns)
        async with aclosing(in_slices(importer.survey())) as steps:
            async for _ in steps:
                pass
        async with aclosing(in_slices(importer.rows())) as rows:
            async for row in rows:
                if asked.mode != "preview" or len(records) < _SHOWN:
                    records.extend(row.bodies)
    except DataError as error:
        stopped = error.rule if error.line is None else f"line {error.line}: {error.rule}"
    return _concluded(asked, importer, stopped, records), records


def _concluded(asked: Asked, importer: Importer | None, stopped: str | None, records: list[Record]) -> Concluded:
    facts: dict[str, Any] = {"format": None, "separator": None, "encoding": "", "rows": 0, "taken": 0, "left_out": 0}
    facts |= {"summary": "", "notes": [], "warnings": [], "errors": [], "error_count": 0}
    names: list[str] = []
    if importer is not None:
        facts |= importer.report.as_json()
        names = importer.names
    mapped = importer.report.columns if importer else {}
    samples = importer.samples if importer else {}
    looks_like = next((each.name for each in FORMATS.values() if each.kind == asked.kind and each.fits(names)), None)
    if stopped is not None:
        facts["summary"] = f"{facts['summary']}; can't be read: {stopped}" if facts["rows"] else stopped
    return Concluded.model_validate(
        {
            **facts,
            "file": asked.name,
            "kind": asked.kind,
            "columns": [{"column": name, "field": mapped.get(name), "sample": samples.get(name, "")} for name in names],
            "suggested": importer.suggested if importer else {},
            "looks_like": looks_like if asked.columns is None else None,
            "stopped": stopped,
            "records": records[:_SHOWN],
            "applied": False,
            "undo": None,
        }
    )


async def _keep(mock: Mock, tenant_id: str, name: str) -> str:
    try:
        return mock.snapshots.keep(await mock.freeze(tenant_id, name)).snapshot_id
    except OverflowError as error:
        raise Conflict(str(error)) from None


async def _put(mock: Mock, tenant_id: str, asked: Asked, records: list[Record]) -> None:
    organisation = mock.organisations[tenant_id]
    now = mock.clock.now() + organisation.state.ahead
    tenant = organisation.tenant
    if asked.mode == "replace":
        made = await asyncio.to_thread(_shop, mock, tenant_id, records, now)
        mock.replace_tenant(tenant_id, made)
    elif asked.kind == "items":
        await _in_pieces(mock, organisation.state, tenant.apply_item, (Item.from_body(each, now) for each in records))
    elif asked.kind == "users":
        await _in_pieces(mock, organisation.state, tenant.apply_user, (User.from_body(each) for each in records))
    else:
        events = (
            Event.from_body(each, now + number * _MICROSECOND, each.get("event_id") or f"import-{now:.6f}-{number}")
            for number, each in enumerate(records)
        )
        await _in_pieces(mock, organisation.state, tenant.apply_event, events)
    await mock.ingest.flush(mock.organisations[tenant_id].state)


async def _in_pieces(mock: Mock, state: State, apply: Apply, records: Iterator[Any]) -> None:
    """Apply the records in pieces, so that requests are served in between."""
    while piece := list(islice(records, _PIECE)):
        await mock.ingest.put(state, apply, piece)
        await asyncio.sleep(0)


def _shop(mock: Mock, tenant_id: str, items: list[Record], now: float) -> Tenant:
    """Build a tenant with this catalogue and generated data. Raises BadRequest if every item of the catalogue is
    deleted."""
    last = {each["item_id"]: each for each in items}  # of several items with one id, the last
    try:
        world = build_world("small", mock.settings.seed, items=list(last.values()))
    except ValueError as error:
        raise BadRequest(str(error)) from None
    tenant = Tenant(tenant_id, Config(depth=mock.contract.ranking_depth))
    shift = now - world.now.timestamp()
    fill(tenant, items_of(world, now), users_of(world, shift), events_of(world, now, shift))
    return tenant
