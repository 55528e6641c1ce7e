"""The control plane under /_mock: what a test needs beside the API. No part of the contract, never in openapi.yaml.

    GET    /_mock/health                                  is it up, and how much waits to become visible
    GET    /_mock/clock
    POST   /_mock/clock/advance    {"seconds": 900}       move a virtual clock; what falls due on the way is applied
    POST   /_mock/flush                                   answers when everything accepted so far is visible
    POST   /_mock/reset            {"tenant_id"?, "to"?}  back to the start, to the seeded shop, or to nothing
    POST   /_mock/organisations    {"tenant_id"?}         a fresh organisation with its key pair
    DELETE /_mock/organisations/{tenant_id}

Calls that change something carry X-Mock-Control: 1. Every answer, errors included, has the API's envelope.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from mock_server.contract.validation import listed
from mock_server.control.access import Access
from mock_server.edge.body import check_content_type, parse_json, read_body
from mock_server.edge.envelope import failure, success
from mock_server.errors import ApiError, BadRequest, FieldError, MethodNotAllowed, NotFound

if TYPE_CHECKING:
    from mock_server.app import Mock

_MAX_BODY_BYTES = 65_536
_MAX_DEPTH = 8
_YEAR_10000 = 253_402_300_800.0  # later moments can't be written as ISO 8601
_SEEDED = {"start": None, "seeded": True, "empty": False}


class Conflict(ApiError):
    """The mock, as it was started, can't do this."""

    status: ClassVar[int] = 409
    summary: ClassVar[str] = "Conflict"


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Nothing(_Body):
    pass


class Advance(_Body):
    seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Reset(_Body):
    """`start`: as it was made; `seeded`: the seed data; `empty`: nothing. Without `tenant_id`: every organisation."""

    tenant_id: str | None = None
    to: Literal["start", "seeded", "empty"] = "start"


class NewOrganisation(_Body):
    tenant_id: Annotated[str, Field(pattern="^[a-z0-9][a-z0-9-]{0,62}$")] | None = None


class Health(BaseModel):
    status: Literal["ok"] = "ok"
    version: str
    organisations: int
    waiting: int  # accepted requests whose records are not visible yet


class ClockAnswer(BaseModel):
    now: datetime
    virtual: bool


class Flushed(BaseModel):
    waiting: int


class Affected(BaseModel):
    tenant_ids: list[str]


class KeyPair(BaseModel):
    tenant_id: str
    publishable_key: str
    secret_key: str


Body = TypeVar("Body", bound=_Body)
Endpoint = Callable[[Request], Coroutine[Any, Any, Response]]


class Control:
    """The calls: each takes a checked body and returns an answer, or raises ApiError."""

    def __init__(self, mock: Mock) -> None:
        self._mock = mock
        self._advancing = asyncio.Lock()  # two calls at once move the clock by the sum

    async def health(self) -> Health:
        mock = self._mock
        release = version("lehnz-contract")
        return Health(version=release, organisations=len(mock.organisations), waiting=len(mock.ingest))

    async def clock(self) -> ClockAnswer:
        clock = self._mock.clock
        return ClockAnswer(now=datetime.fromtimestamp(clock.now(), UTC), virtual=clock.virtual)

    async def advance(self, body: Advance) -> ClockAnswer:
        clock = self._mock.clock
        if not clock.virtual:
            raise Conflict("the clock is the machine's own: start the mock with --clock virtual to move it")
        async with self._advancing:
            if clock.now() + body.seconds >= _YEAR_10000:
                raise BadRequest(*listed([FieldError("$.seconds", "must not lead past the year 9999")]))
            await self._mock.advance(body.seconds)
        return await self.clock()

    async def flush(self, _: Nothing) -> Flushed:
        await self._mock.flush()
        return Flushed(waiting=len(self._mock.ingest))

    async def reset(self, body: Reset) -> Affected:
        every = [each.tenant_id for each in self._mock.organisations]
        tenant_ids = every if body.tenant_id is None else [body.tenant_id]
        try:
            self._mock.reset(body.tenant_id, _SEEDED[body.to])
        except KeyError:
            raise _no_organisation(tenant_ids[0]) from None
        return Affected(tenant_ids=tenant_ids)

    async def add_organisation(self, body: NewOrganisation) -> KeyPair:
        try:
            added = self._mock.add_organisation(body.tenant_id)
        except ValueError as error:
            raise Conflict(str(error)) from None
        return KeyPair(tenant_id=added.tenant_id, publishable_key=added.publishable_key, secret_key=added.secret_key)

    async def remove_organisation(self, tenant_id: str) -> Affected:
        try:
            self._mock.remove_organisation(tenant_id)
        except KeyError:
            raise _no_organisation(tenant_id) from None
        return Affected(tenant_ids=[tenant_id])


def control_route(mock: Mock, access: Access) -> BaseRoute:
    """The control plane, to be mounted beside the API: outside its CORS, behind `access`."""
    control = Control(mock)

    def reading(call: Callable[[], Coroutine[Any, Any, BaseModel]]) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            access.check(request)
            return _answer(await call())

        return endpoint

    def changing(model: type[Body], call: Callable[[Body], Coroutine[Any, Any, BaseModel]]) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            access.check(request)
            return _answer(await call(await _read(request, model)))

        return endpoint

    async def remove(request: Request) -> Response:
        access.check(request)
        return _answer(await control.remove_organisation(request.path_params["tenant_id"]))

    routes = [
        Route("/health", reading(control.health)),
        Route("/clock", reading(control.clock)),
        Route("/clock/advance", changing(Advance, control.advance), methods=["POST"]),
        Route("/flush", changing(Nothing, control.flush), methods=["POST"]),
        Route("/reset", changing(Reset, control.reset), methods=["POST"]),
        Route("/organisations", changing(NewOrganisation, control.add_organisation), methods=["POST"]),
        Route("/organisations/{tenant_id}", remove, methods=["DELETE"]),
    ]
    return Mount("/_mock", Starlette(routes=routes, exception_handlers={ApiError: _refuse, HTTPException: _unrouted}))


async def _read(request: Request, model: type[Body]) -> Body:
    """The checked body; no body at all is `{}`. Raises ApiError."""
    length = request.headers.get("content-length")
    text = await read_body(request.receive, length.encode() if length else None, _MAX_BODY_BYTES)
    if not text:
        document: Any = {}
    else:
        content_type = request.headers.get("content-type")
        check_content_type(content_type.encode() if content_type else None)
        document = parse_json(text, _MAX_DEPTH)
    try:
        return model.model_validate(document)
    except ValidationError as error:
        fields = [FieldError(_path(each["loc"]), each["msg"]) for each in error.errors()]
        raise BadRequest(*listed(fields)) from None


def _path(location: tuple[int | str, ...]) -> str:
    return "$" + "".join(f".{part}" if isinstance(part, str) else f"[{part}]" for part in location)


def _answer(data: BaseModel) -> Response:
    return Response(success("OK", data.model_dump(mode="json")), media_type="application/json")


async def _refuse(_: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)  # noqa: S101 - Starlette types every handler for Exception
    return Response(failure(error), error.status, media_type="application/json")


async def _unrouted(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - as above
    if error.status_code == MethodNotAllowed.status:
        allow = (error.headers or {}).get("Allow", "")
        refusal: ApiError = MethodNotAllowed(f"{request.url.path} takes {allow}", allow)
    else:
        refusal = NotFound(f"the control plane has no {request.url.path}")
    return Response(failure(refusal), refusal.status, error.headers, media_type="application/json")


def _no_organisation(tenant_id: str) -> NotFound:
    return NotFound(f"there is no organisation {tenant_id!r}")
