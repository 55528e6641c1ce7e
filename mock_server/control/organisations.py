"""Organisations, each with a key pair of its own.

POST   /_mock/organisations               {"tenant_id"?}   a fresh one
DELETE /_mock/organisations/{tenant_id}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.routing import BaseRoute, Route

from mock_server.control.calls import Body, Conflict, Nothing, changing, organisation_of
from mock_server.control.state import Affected

if TYPE_CHECKING:
    from mock_server.app import Mock


class NewOrganisation(Body):
    tenant_id: Annotated[str, Field(pattern="^[a-z0-9][a-z0-9-]{0,62}$")] | None = None


class KeyPair(BaseModel):
    tenant_id: str
    publishable_key: str
    secret_key: str


def routes(mock: Mock) -> list[BaseRoute]:
    async def add(_: Request, body: NewOrganisation) -> KeyPair:
        try:
            added = mock.add_organisation(body.tenant_id)
        except ValueError as error:
            raise Conflict(str(error)) from None
        return KeyPair(tenant_id=added.tenant_id, publishable_key=added.publishable_key, secret_key=added.secret_key)

    async def remove(request: Request, _: Nothing) -> Affected:
        tenant_id = organisation_of(mock, request).tenant_id
        mock.remove_organisation(tenant_id)
        return Affected(tenant_ids=[tenant_id])

    return [
        Route("/organisations", changing(NewOrganisation, add), methods=["POST"]),
        Route("/organisations/{tenant_id}", changing(Nothing, remove), methods=["DELETE"]),
    ]
