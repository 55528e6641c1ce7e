"""Helpers for calls of the control plane: they validate the body, return a model, and send errors in the API's
envelope.

Route("/clock", reading(clock))                              async def clock(request) -> ClockAnswer
Route("/clock/advance", changing(Advance, advance), ...)     async def advance(request, body: Advance) -> ClockAnswer
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, Literal, NamedTuple, Self, TypeVar, get_type_hints
from weakref import WeakKeyDictionary

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fixtures.near import did_you_mean
from mock_server.context import headers_of
from mock_server.errors import ApiError, BadRequest, FieldError, InternalServerError, MethodNotAllowed, NotFound
from mock_server.http.body import Disconnected, body_pieces, check_content_type, parse_json, read_body
from mock_server.http.envelope import failure, success
from mock_server.mock import Mock
from mock_server.spec.validation import listed
from mock_server.state.organisations import Organisation

PREFIX = "/_mock"
MAX_BODY_BYTES = 65_536
_MAX_DEPTH = 8
NO_STORE = {"Cache-Control": "no-store"}

Endpoint = Callable[[Request], Coroutine[Any, Any, Response]]
logger = logging.getLogger(__name__)


class Body(BaseModel):
    """The input of a call; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class Nothing(Body):
    """For a call without input: no body, or {}."""


class OneOrAll(Body):
    """For one organisation, or for all. An empty body is refused, in case the body got lost."""

    tenant_id: str | None = None
    all: bool = False

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.tenant_id is None) != self.all:
            raise ValueError('name a tenant_id, or send {"all": true} for all organisations')
        return self


class All(Body):
    """For all organisations, when the query names none."""

    all: bool = False


Given = TypeVar("Given", bound=Body)


class Shapes(NamedTuple):
    """The models of an endpoint's input and output."""

    body: type[Body] | None
    answer: type[BaseModel]
    status: int

    @property
    def models(self) -> list[tuple[type[BaseModel], Literal["validation", "serialization"]]]:
        body: list[tuple[type[BaseModel], Literal["validation", "serialization"]]]
        body = [(self.body, "validation")] if self.body else []
        return [*body, (self.answer, "serialization")]


_SHAPES: WeakKeyDictionary[Endpoint, Shapes] = WeakKeyDictionary()
_RESOURCES: WeakKeyDictionary[Endpoint, Mapping[str, Endpoint]] = WeakKeyDictionary()


def shaped(endpoint: Endpoint, answer: type[BaseModel], body: type[Body] | None = None, status: int = 200) -> Endpoint:
    """Attach models to an endpoint for the OpenAPI document, and return it."""
    _SHAPES[endpoint] = Shapes(body, answer, status)
    return endpoint


def shapes_of(endpoint: Endpoint) -> Shapes | None:
    """Return the models of an endpoint; None if it does not answer with JSON."""
    return _SHAPES.get(endpoint)


def endpoint_of(route: Route, method: str) -> Endpoint:
    endpoint: Endpoint = route.endpoint
    return _RESOURCES[endpoint][method] if endpoint in _RESOURCES else endpoint


def reading(call: Callable[[Request], Awaitable[BaseModel]]) -> Endpoint:
    """Make an endpoint that takes no body."""

    async def endpoint(request: Request) -> Response:
        return answer(await call(request))

    return shaped(endpoint, get_type_hints(call)["return"])


def changing(model: type[Given], call: Callable[[Request, Given], Awaitable[BaseModel]], status: int = 200) -> Endpoint:
    """Make an endpoint that takes a JSON body of type `model`; no body means `{}`."""

    async def endpoint(request: Request) -> Response:
        return answer(await call(request, await read_as(model, request)), status)

    return shaped(endpoint, get_type_hints(call)["return"], model, status)


def resource(path: str, **endpoints: Endpoint) -> Route:
    """Make one route with an endpoint per method, so that a 405 lists all methods: resource("/x", GET=..., PUT=...)."""

    async def endpoint(request: Request) -> Response:
        return await endpoints["GET" if request.method == "HEAD" else request.method](request)

    _RESOURCES[endpoint] = endpoints
    return Route(path, endpoint, methods=list(endpoints))


def answer(data: BaseModel, status: int = 200) -> Response:
    """Return a response with the success envelope."""
    body = success("OK", data.model_dump(mode="json"))
    return Response(body, status, headers=NO_STORE, media_type="application/json")


def refusal(error: ApiError, headers: Mapping[str, str] | None = None) -> Response:
    """Return a response with the error envelope."""
    return Response(failure(error), error.status, {**NO_STORE, **(headers or {})}, media_type="application/json")


async def read_as(model: type[Given], request: Request, max_bytes: int = MAX_BODY_BYTES) -> Given:
    """Return the validated body. Raises ApiError, which names the field and the rule."""
    text = await read_bytes(request, max_bytes)
    document = parse_json(text, _MAX_DEPTH) if text else {}
    return _valid(lambda: model.model_validate_json(orjson.dumps(document), strict=True))


async def read_bytes(request: Request, max_bytes: int) -> bytes:
    """Return the raw bytes of a JSON body; empty if there is none. Raises ApiError."""
    headers = headers_of(request.scope)
    text = await read_body(request.receive, headers, max_bytes)
    if text:
        check_content_type(headers.get(b"content-type"))
    return text


async def read_pieces(request: Request, max_bytes: int) -> list[bytes]:
    """Return the raw bytes of a large JSON body in pieces, because joining them takes long enough to need a thread.
    Raises ApiError."""
    headers = headers_of(request.scope)
    pieces = [piece async for piece in body_pieces(request.receive, headers, max_bytes)]
    check_content_type(headers.get(b"content-type"))
    return pieces


def checked(model: type[Given], parameters: Mapping[str, str]) -> Given:
    """Return the query as a `model`; numbers are parsed from text. Raises BadRequest."""
    return _valid(lambda: model.model_validate(parameters))


def _valid(validate: Callable[[], Given]) -> Given:
    """Run `validate`. Raises BadRequest that lists every field that breaks a rule."""
    try:
        return validate()
    except ValidationError as error:
        fields = [FieldError(_path(each["loc"]), each["msg"].removeprefix("Value error, ")) for each in error.errors()]
        raise BadRequest(*listed(fields)) from None


def given(request: Request) -> dict[str, str]:
    """Return the query without empty parameters, which forms send for empty fields."""
    return {name: value for name, value in request.query_params.items() if value}


def tenant_asked(mock: Mock, request: Request) -> str | None:
    """Return the organisation named in the query, or None. Raises NotFound."""
    tenant_id = given(request).get("tenant_id")
    return organisation_named(mock, tenant_id).tenant_id if tenant_id else None


def tenant_or_all(mock: Mock, request: Request, body: All) -> str | None:
    """Return the organisation named in the query, or None for all. Raises BadRequest if the request asks for
    neither."""
    tenant_id = tenant_asked(mock, request)
    if (tenant_id is None) != body.all:
        rule = 'name a tenant_id in the query, or send {"all": true} for all organisations'
        raise BadRequest(*listed([FieldError("$", rule)]))
    return tenant_id


def organisation_of(mock: Mock, request: Request) -> Organisation:
    """Return the organisation that `tenant_id` in the path or the query names. Raises NotFound, or BadRequest if it is
    missing."""
    return organisation_named(mock, named(request, "tenant_id"))


def named(request: Request, parameter: str) -> str:
    """Return the value of a path or query parameter. Raises BadRequest if it is missing."""
    name: str | None = request.path_params.get(parameter) or request.query_params.get(parameter)
    if not name:
        raise BadRequest(*listed([FieldError(parameter, "is required in the query")]))
    return name


def organisation_named(mock: Mock, tenant_id: str) -> Organisation:
    """Return the organisation with this id. Raises NotFound."""
    try:
        return mock.organisations[tenant_id]
    except KeyError:
        raise NotFound(f"there is no organisation {tenant_id!r}") from None


def _path(location: tuple[int | str, ...]) -> str:
    return "$" + "".join(f".{part}" if isinstance(part, str) else f"[{part}]" for part in location)


async def _refuse(_: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)  # noqa: S101 - Starlette types every handler for Exception
    return refusal(error, {"Allow": error.allow} if isinstance(error, MethodNotAllowed) else None)


async def _unrouted(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - as above
    if error.status_code == MethodNotAllowed.status:
        allow = (error.headers or {}).get("Allow", "")
        return await _refuse(request, MethodNotAllowed(f"{request.url.path} takes {allow}", allow))
    known = [PREFIX + route.path for route in request.app.routes if isinstance(route, Route)]
    meant = did_you_mean(request.url.path, known)
    return refusal(NotFound(f"the control plane has no {request.url.path}" + (f"; {meant}" if meant else "")))


async def _gone(_: Request, __: Exception) -> Response:
    """Return an empty response for a client that closed the connection during its request; nobody reads it."""
    return Response(status_code=400)


async def _fault(request: Request, error: Exception) -> Response:
    logger.error("internal error in %s %s", request.method, request.url.path, exc_info=error)
    return refusal(InternalServerError("an internal error of the mock; its log has the details"))


HANDLERS: Mapping[Any, Callable[[Request, Exception], Awaitable[Response]]] = {
    ApiError: _refuse,
    Disconnected: _gone,
    HTTPException: _unrouted,
    Exception: _fault,
}
