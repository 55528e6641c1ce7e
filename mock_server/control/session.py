"""Signing in to the dashboard: a browser exchanges the control token for a cookie.

POST /_mock/session  {"token"}
"""

from __future__ import annotations

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from mock_server.control.access import Access
from mock_server.control.calls import Body, answer, read_as, shaped
from mock_server.errors import Unauthorized


class Token(Body):
    token: str


class SignedIn(BaseModel):
    signed_in: bool = True


def session_routes(access: Access) -> list[BaseRoute]:
    async def sign_in(request: Request) -> Response:
        given = await read_as(Token, request)
        if not await access.accepts(given.token, request):
            raise Unauthorized("this is not the control token of this run of the mock")
        response = answer(SignedIn())
        access.start_session(request, response)
        return response

    return [Route("/session", shaped(sign_in, SignedIn, Token), methods=["POST"])]
