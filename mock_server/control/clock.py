"""Shows and changes the mock's time.

GET  /_mock/clock?tenant_id=                                         the time, or that of one organisation
POST /_mock/clock/advance  {"seconds" | "to_reset_of", "tenant_id"?}  applies what becomes due on the way
POST /_mock/clock/set      {"now": "2026-06-01T12:00:00Z"}            forward only
POST /_mock/clock/scale    {"scale": 60}                              one minute per second; 0 stops the clock
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Self

from pydantic import AwareDatetime, BaseModel, Field, model_validator
from starlette.requests import Request
from starlette.routing import BaseRoute, Route

from mock_server.control.calls import Body, changing, organisation_named, organisation_of, reading
from mock_server.errors import BadRequest, FieldError
from mock_server.mock import Mock
from mock_server.spec.validation import listed
from mock_server.state.clock import FASTEST, LAST_MOMENT


class Advance(Body):
    """By `seconds`, or until the rate limit window of an organisation ends. With `tenant_id` only that organisation's
    time moves, until it is reset."""

    seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    to_reset_of: str | None = None
    tenant_id: str | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.seconds is None) == (self.to_reset_of is None):
            raise ValueError("needs one of seconds and to_reset_of")
        return self


class SetTo(Body):
    now: AwareDatetime


class Scale(Body):
    scale: Annotated[float, Field(ge=0, le=FASTEST, allow_inf_nan=False)]


class ClockAnswer(BaseModel):
    now: datetime
    virtual: bool
    scale: float


def routes(mock: Mock) -> list[BaseRoute]:
    def shown(ahead: float = 0.0) -> ClockAnswer:
        clock = mock.clock
        now = datetime.fromtimestamp(clock.now() + ahead, UTC)
        return ClockAnswer(now=now, virtual=clock.virtual, scale=clock.scale)

    async def read(request: Request) -> ClockAnswer:
        asked = "tenant_id" in request.query_params
        return shown(organisation_of(mock, request).state.ahead if asked else 0.0)

    async def advance(_: Request, body: Advance) -> ClockAnswer:
        seconds = _to_reset(mock, body.to_reset_of) if body.to_reset_of is not None else body.seconds or 0.0
        if body.tenant_id is None:
            await move(seconds, "$.seconds")
            return shown()
        organisation = organisation_named(mock, body.tenant_id)
        _check_calendar(mock.clock.now() + organisation.state.ahead + seconds, "$.seconds")
        await mock.advance_organisation(body.tenant_id, seconds)
        return shown(organisation.state.ahead)

    async def set_to(_: Request, body: SetTo) -> ClockAnswer:
        seconds = body.now.timestamp() - mock.clock.now()
        if seconds < 0:
            raise BadRequest(*listed([FieldError("$.now", f"must not be before {shown().now.isoformat()}")]))
        await move(seconds, "$.now")
        return shown()

    async def scale(_: Request, body: Scale) -> ClockAnswer:
        mock.run_clock_at(body.scale)
        return shown()

    async def move(seconds: float, field: str) -> None:
        furthest = max((each.state.ahead for each in mock.organisations), default=0.0)
        _check_calendar(mock.clock.now() + furthest + seconds, field)
        await mock.advance(seconds)

    return [
        Route("/clock", reading(read)),
        Route("/clock/advance", changing(Advance, advance), methods=["POST"]),
        Route("/clock/set", changing(SetTo, set_to), methods=["POST"]),
        Route("/clock/scale", changing(Scale, scale), methods=["POST"]),
    ]


def _to_reset(mock: Mock, tenant_id: str) -> float:
    """Return the seconds until an organisation's window ends; 0 if no window is running."""
    window = organisation_named(mock, tenant_id).state.window
    now = mock.clock.monotonic()
    return mock.contract.limiter.quota(window, now).reset if mock.contract.limiter.is_running(window, now) else 0.0


def _check_calendar(moment: float, field: str) -> None:
    if moment >= LAST_MOMENT:
        raise BadRequest(*listed([FieldError(field, "must not be later than the year 8999")]))
