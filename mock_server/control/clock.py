"""The mock's time.

GET  /_mock/clock
POST /_mock/clock/advance  {"seconds": 900}   move a virtual clock; what falls due on the way is applied
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.routing import BaseRoute, Route

from mock_server.contract.validation import listed
from mock_server.control.calls import Body, Conflict, changing, reading
from mock_server.errors import BadRequest, FieldError

if TYPE_CHECKING:
    from mock_server.app import Mock

_YEAR_10000 = 253_402_300_800.0  # later moments can't be written as ISO 8601


class Advance(Body):
    seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)]


class ClockAnswer(BaseModel):
    now: datetime
    virtual: bool


def routes(mock: Mock) -> list[BaseRoute]:
    advancing = asyncio.Lock()  # two calls at once move the clock by the sum

    async def clock(_: Request) -> ClockAnswer:
        return ClockAnswer(now=datetime.fromtimestamp(mock.clock.now(), UTC), virtual=mock.clock.virtual)

    async def advance(request: Request, body: Advance) -> ClockAnswer:
        if not mock.clock.virtual:
            raise Conflict("the clock is the machine's own: start the mock with --clock virtual to move it")
        async with advancing:
            if mock.clock.now() + body.seconds >= _YEAR_10000:
                raise BadRequest(*listed([FieldError("$.seconds", "must not lead past the year 9999")]))
            await mock.advance(body.seconds)
        return await clock(request)

    return [
        Route("/clock", reading(clock)),
        Route("/clock/advance", changing(Advance, advance), methods=["POST"]),
    ]
