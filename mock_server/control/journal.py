"""The journal's calls: list and search exchanges, show one, as curl, as a live stream, verify that a request was made.

GET    /_mock/journal          ?tenant_id= &operation_id= &status= &key_type= &finding= &q= &after= &limit=
GET    /_mock/journal/{id}
GET    /_mock/journal/{id}/curl
GET    /_mock/journal/stream   ?tenant_id=   server-sent events; Last-Event-ID resumes
POST   /_mock/journal/verify   {"operation_id"?, "body"?, "times"?, ...}
DELETE /_mock/journal          ?tenant_id=
GET    /_mock/lint             the rules that requests are checked against
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, Field, model_validator
from starlette.convertors import IntegerConvertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from fixtures.spec import KeyType
from mock_server.control.calls import (
    NO_STORE,
    All,
    Body,
    changing,
    checked,
    given,
    organisation_named,
    reading,
    tenant_asked,
    tenant_or_all,
)
from mock_server.control.meaning import Meaning, is_own, meaning_of
from mock_server.control.records import Goods, goods_of
from mock_server.errors import BadRequest, FieldError, NotFound
from mock_server.layers.faults.wire import Wire
from mock_server.layers.journal.curl import curl
from mock_server.layers.journal.exchange import Exchange
from mock_server.layers.journal.journal import Journal
from mock_server.layers.journal.lint import EVERY_RULE
from mock_server.layers.journal.stream import Stream
from mock_server.layers.journal.verification import Expectation, Verification, verify
from mock_server.mock import Mock
from mock_server.spec.validation import listed

_PICTURED = 4  # items of an exchange whose pictures are shown
_AT_ONCE = 50  # exchanges that are searched before other requests are served
Count = Annotated[int, Field(ge=0)]


class _Number(IntegerConvertor):
    """An id in a path. A longer number can't be an id, and Python refuses to parse it."""

    regex = "[0-9]{1,15}"


register_url_convertor("number", _Number())


class Filter(Body):
    """`status`: one, or a class as 4xx. `finding`: the id of a finding or of a lint rule. `q`: text anywhere in the
    exchange. `unknown`: with an organisation, also exchanges with an unknown key. `own`: also those of the mock's own
    pages."""

    tenant_id: str | None = None
    operation_id: str | None = None
    status: Annotated[str, Field(pattern="^(?:[1-5][0-9][0-9]|[1-5]xx)$")] | None = None
    key_type: KeyType | None = None
    finding: str | None = None
    q: Annotated[str, Field(max_length=200)] | None = None
    unknown: bool = False
    own: bool = True
    after: Count = 0
    limit: Annotated[int, Field(ge=1, le=1_000)] = 100

    def fits(self, exchange: Exchange) -> bool:
        return (
            self.operation_id in (None, exchange.operation_id)
            and self.key_type in (None, exchange.key_type)
            and (self.status is None or _is_of(self.status, exchange.status))
            and (self.finding is None or self.finding in exchange.marks)
            and (self.q is None or exchange.mentions(self.q))
            and (not self.unknown or exchange.tenant_id in (None, self.tenant_id))
            and (self.own or not is_own(exchange))
        )


class Listed(BaseModel):
    """Oldest first. `dropped`: number of exchanges that the journal no longer holds; `last_id`: pass it as `after` for
    later ones. `goods`: how to show the items of the exchanges, by organisation and id."""

    exchanges: list[dict[str, Any]]
    goods: dict[str, dict[str, Goods]]
    dropped: int
    last_id: int


class Cleared(BaseModel):
    cleared: int


class Wanted(Body):
    """The expected number of such requests: `times`, or from `at_least` to `at_most`; by default one or more."""

    tenant_id: str | None = None
    operation_id: str | None = None
    method: str | None = None
    path: str | None = None
    status: Annotated[int, Field(ge=100, le=599)] | None = None
    query: Annotated[dict[str, str], Field(default_factory=dict)]
    headers: Annotated[dict[str, str], Field(default_factory=dict)]
    body: Any = None
    times: Count | None = None
    at_least: Count | None = None
    at_most: Count | None = None
    after: Count = 0
    wait_seconds: Annotated[float, Field(ge=0, le=30, allow_inf_nan=False)] = 0.0

    @model_validator(mode="after")
    def _one_way_to_count(self) -> Wanted:
        if self.times is not None and (self.at_least is not None or self.at_most is not None):
            raise ValueError("times can't be combined with at_least or at_most")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise ValueError("at_least must not be more than at_most")
        return self

    @property
    def range(self) -> tuple[int, float]:
        if self.times is not None:
            return self.times, self.times
        least = self.at_least if self.at_least is not None else 1 if self.at_most is None else 0
        return least, float("inf") if self.at_most is None else self.at_most


class Differs(BaseModel):
    field: str
    expected: Any
    actual: Any


class NearMiss(BaseModel):
    id: int
    differences: list[Differs]


class Verified(BaseModel):
    """`nearest`: the exchanges that come closest, with their differences. `dropped`: number of exchanges that could not
    be checked; if there are any, `times` and `at_most` are not verified."""

    verified: bool
    count: int
    matches: list[int]
    nearest: list[NearMiss]
    dropped: int


class LintRule(BaseModel):
    id: str
    sentence: str


class LintRules(BaseModel):
    rules: list[LintRule]


def routes(mock: Mock, journal: Journal, wire: Wire) -> list[BaseRoute]:
    async def found_in(request: Request) -> Listed:
        wanted = checked(Filter, given(request))
        _check_names(mock, wanted)
        await journal.catch_up()
        found, last_id = [], journal.last_id  # later exchanges are found by the next request
        for number, exchange in enumerate(journal.read(wanted.after, None if wanted.unknown else wanted.tenant_id), 1):
            if wanted.fits(exchange):
                found.append(exchange)
            if wanted.q is not None and number % _AT_ONCE == 0:
                await asyncio.sleep(0)
        shown = [(exchange, meaning_of(exchange)) for exchange in found[-wanted.limit :]]
        return Listed(
            exchanges=[
                {**exchange.summary(), "about": said.about, "items": said.items[:_PICTURED]} for exchange, said in shown
            ],
            goods=_goods(mock, shown),
            dropped=journal.dropped(wanted.tenant_id),
            last_id=last_id,
        )

    async def one(request: Request) -> Full:
        return Full(**(await _exchange(journal, request)).in_full())

    async def as_curl(request: Request) -> Response:
        exchange = await _exchange(journal, request)
        return PlainTextResponse(curl(exchange, request.url.scheme, request.headers["host"]), headers=NO_STORE)

    async def stream(request: Request) -> Response:
        after = request.headers.get("last-event-id", "")
        position = int(after) if after.isascii() and after.isdigit() and len(after) < 16 else journal.last_id
        tenant_id = tenant_asked(mock, request)
        return Stream(journal, wire, position if position <= journal.last_id else 0, tenant_id)

    async def clear(request: Request, body: All) -> Cleared:
        tenant_id = tenant_or_all(mock, request, body)
        await journal.catch_up()
        return Cleared(cleared=journal.clear(tenant_id))

    async def verified(_: Request, wanted: Wanted) -> Verified:
        _check_names(mock, wanted)
        expectation = Expectation(**wanted.model_dump(include=_EXPECTED))
        loop = asyncio.get_running_loop()
        until = loop.time() + wanted.wait_seconds
        while True:
            await journal.catch_up()
            position = journal.last_id
            found = verify(expectation, journal.read(wanted.after, wanted.tenant_id))
            if len(found.matches) >= wanted.range[0] or journal.closed or loop.time() >= until:
                is_complete = journal.is_complete(wanted.after, wanted.tenant_id)
                return _answer(wanted, found, journal.dropped(wanted.tenant_id), is_complete)
            await journal.wait(position, until - loop.time())

    async def lint(_: Request) -> LintRules:
        return LintRules(rules=[LintRule(id=rule.id, sentence=rule.sentence) for rule in EVERY_RULE])

    return [
        Route("/journal", reading(found_in), methods=["GET"]),
        Route("/journal", changing(All, clear), methods=["DELETE"]),
        Route("/journal/stream", stream, methods=["GET"]),
        Route("/journal/verify", changing(Wanted, verified), methods=["POST"]),
        Route("/journal/{id:number}", reading(one), methods=["GET"]),
        Route("/journal/{id:number}/curl", as_curl, methods=["GET"]),
        Route("/lint", reading(lint), methods=["GET"]),
    ]


_EXPECTED = {"operation_id", "method", "path", "status", "query", "headers", "body"}


class Full(BaseModel, extra="allow"):
    """An exchange with both messages."""

    id: int


def _goods(mock: Mock, shown: Sequence[tuple[Exchange, Meaning]]) -> dict[str, dict[str, Goods]]:
    goods: dict[str, dict[str, Goods]] = {}
    for exchange, said in shown:
        if exchange.tenant_id is None or exchange.tenant_id not in mock.organisations:
            continue
        items = mock.organisations[exchange.tenant_id].tenant.items
        of_this = goods.setdefault(exchange.tenant_id, {})
        of_this |= {each: goods_of(items[each]) for each in said.items[:_PICTURED] if each in items}
    return goods


def _answer(wanted: Wanted, found: Verification, dropped: int, is_complete: bool) -> Verified:
    count = len(found.matches)
    least, most = wanted.range
    nearest = (
        []
        if count >= least
        else [
            NearMiss(id=miss.id, differences=[Differs(**each._asdict()) for each in miss.differences])
            for miss in found.nearest
        ]
    )
    return Verified(
        verified=least <= count <= most and (is_complete or most == float("inf")),
        count=count,
        matches=found.matches,
        nearest=nearest,
        dropped=dropped,
    )


def _check_names(mock: Mock, wanted: Filter | Wanted) -> None:
    """Refuse an unknown operationId, which no request could ever match. Raises NotFound, BadRequest."""
    if wanted.tenant_id is not None:
        organisation_named(mock, wanted.tenant_id)
    known = [operation.operation_id for operation in mock.contract.operations]
    if wanted.operation_id not in (None, *known):
        raise BadRequest(*listed([FieldError("$.operation_id", f"must be one of {', '.join(known)}")]))


async def _exchange(journal: Journal, request: Request) -> Exchange:
    await journal.catch_up()
    number = request.path_params["id"]
    exchange = journal.get(number)
    if exchange is None:
        raise NotFound(f"the journal has no exchange {number}: it was dropped, or it never existed")
    return exchange


def _is_of(wanted: str, status: int | None) -> bool:
    return status is not None and (str(status) == wanted or f"{status // 100}xx" == wanted)
