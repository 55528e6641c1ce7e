"""The rate limit of one organisation.

GET  /_mock/organisations/{tenant_id}/rate-limit
PUT  /_mock/organisations/{tenant_id}/rate-limit          {"limit"?, "window_seconds"?, "enforced"?}
POST /_mock/organisations/{tenant_id}/rate-limit/refill
POST /_mock/organisations/{tenant_id}/rate-limit/exhaust  {"seconds"?}   429 for that time [the rest of the window]
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.routing import BaseRoute, Route

from fixtures.spec import RateLimit
from mock_server.control.calls import Body, Nothing, changing, organisation_of, reading, resource
from mock_server.mock import Mock
from mock_server.state.organisations import Organisation

_DAY = 86_400


class NewLimit(Body):
    """Omitted fields keep their values."""

    limit: Annotated[int, Field(ge=1, le=999_999_999)] | None = None
    window_seconds: Annotated[int, Field(ge=1, le=365 * _DAY)] | None = None
    enforced: bool | None = None


class Exhaust(Body):
    seconds: Annotated[float, Field(gt=0, le=365 * _DAY, allow_inf_nan=False)] | None = None


class RateLimitAnswer(BaseModel):
    """As the headers report it: `reset` is in the client's seconds."""

    limit: int
    remaining: int
    reset: int
    window_seconds: int
    enforced: bool


def rate_limit_of(mock: Mock, organisation: Organisation) -> RateLimitAnswer:
    limiter, window, clock = mock.contract.limiter, organisation.state.window, mock.clock
    quota = limiter.quota(window, clock.monotonic()).at_pace(clock.scale)
    return RateLimitAnswer(**quota._asdict(), enforced=limiter.enforces(window))


def routes(mock: Mock) -> list[BaseRoute]:
    async def read(request: Request) -> RateLimitAnswer:
        return rate_limit_of(mock, organisation_of(mock, request))

    async def change(request: Request, body: NewLimit) -> RateLimitAnswer:
        organisation = organisation_of(mock, request)
        window = organisation.state.window
        rule = window.rule or mock.contract.limiter.rule
        window.rule = RateLimit(
            limit=rule.limit if body.limit is None else body.limit,
            window_seconds=rule.window_seconds if body.window_seconds is None else body.window_seconds,
        )
        window.enforced = window.enforced if body.enforced is None else body.enforced
        return rate_limit_of(mock, organisation)

    async def refill(request: Request, _: Nothing) -> RateLimitAnswer:
        organisation = organisation_of(mock, request)
        organisation.state.window.refill()
        return rate_limit_of(mock, organisation)

    async def exhaust(request: Request, body: Exhaust) -> RateLimitAnswer:
        organisation = organisation_of(mock, request)
        state = organisation.state
        state.logged.add("429 key")  # a 429 that the user asked for needs no advice in the log
        mock.contract.limiter.exhaust(state.window, mock.clock.monotonic(), body.seconds)
        return rate_limit_of(mock, organisation)

    path = "/organisations/{tenant_id}/rate-limit"
    return [
        resource(path, GET=reading(read), PUT=changing(NewLimit, change)),
        Route(f"{path}/refill", changing(Nothing, refill), methods=["POST"]),
        Route(f"{path}/exhaust", changing(Exhaust, exhaust), methods=["POST"]),
    ]
