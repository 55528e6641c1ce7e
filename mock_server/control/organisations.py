"""Organisations, each with a key pair of its own.

GET    /_mock/organisations?q=&limit=
GET    /_mock/organisations/{tenant_id}
POST   /_mock/organisations               {"tenant_id"?, "seeded"?, "ttl_seconds"?}   a fresh one
DELETE /_mock/organisations/{tenant_id}
"""

from __future__ import annotations

from itertools import islice
from typing import Annotated

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.routing import BaseRoute

from mock_server.control.calls import Body, Nothing, changing, checked, organisation_of, reading, resource
from mock_server.control.rate_limit import RateLimitAnswer, rate_limit_of
from mock_server.control.state import Affected
from mock_server.errors import Conflict
from mock_server.mock import Mock
from mock_server.state.organisations import Organisation

_YEAR = 31_536_000.0


class NewOrganisation(Body):
    """`seeded`: with a copy of the seed data [as the mock is configured]. `ttl_seconds`: removed after this time of the
    machine's clock."""

    tenant_id: Annotated[str, Field(pattern="^[a-z0-9][a-z0-9-]{0,62}$")] | None = None
    seeded: bool | None = None
    ttl_seconds: Annotated[float, Field(gt=0, le=_YEAR, allow_inf_nan=False)] | None = None


class Wanted(Body):
    """`q`: part of the id."""

    q: str = ""
    limit: Annotated[int, Field(ge=1)] | None = None


class KeyPair(BaseModel):
    tenant_id: str
    publishable_key: str
    secret_key: str


class Counts(BaseModel):
    """`waiting`: accepted requests whose records are not visible yet."""

    items: int
    users: int
    events: int
    waiting: int


class OrganisationAnswer(KeyPair):
    seeded: bool
    expires_in: float | None  # seconds
    counts: Counts
    rate_limit: RateLimitAnswer


class OrganisationList(BaseModel):
    organisations: list[OrganisationAnswer]


def routes(mock: Mock) -> list[BaseRoute]:
    def described(organisation: Organisation, waiting: int) -> OrganisationAnswer:
        tenant = organisation.tenant
        return OrganisationAnswer(
            **_keys(organisation).model_dump(),
            seeded=organisation.seeded,
            expires_in=mock.lifetimes.left(organisation.tenant_id),
            counts=Counts(items=len(tenant.items), users=len(tenant.users), events=len(tenant.events), waiting=waiting),
            rate_limit=rate_limit_of(mock, organisation),
        )

    async def every(request: Request) -> OrganisationList:
        wanted = checked(Wanted, dict(request.query_params))
        found = (each for each in mock.organisations if wanted.q in each.tenant_id)
        waiting = mock.ingest.waiting()
        return OrganisationList(
            organisations=[described(each, waiting[each.state]) for each in islice(found, wanted.limit)]
        )

    async def one(request: Request) -> OrganisationAnswer:
        organisation = organisation_of(mock, request)
        return described(organisation, len(mock.ingest.of(organisation.state)))

    async def add(_: Request, body: NewOrganisation) -> KeyPair:
        try:
            return _keys(mock.add_organisation(body.tenant_id, body.seeded, body.ttl_seconds))
        except ValueError as error:
            raise Conflict(str(error)) from None

    async def remove(request: Request, _: Nothing) -> Affected:
        tenant_id = organisation_of(mock, request).tenant_id
        if len(mock.organisations) == 1:
            raise Conflict("the last organisation can't be removed")
        mock.remove_organisation(tenant_id)
        return Affected(tenant_ids=[tenant_id])

    return [
        resource("/organisations", GET=reading(every), POST=changing(NewOrganisation, add, status=201)),
        resource("/organisations/{tenant_id}", GET=reading(one), DELETE=changing(Nothing, remove)),
    ]


def _keys(organisation: Organisation) -> KeyPair:
    return KeyPair(
        tenant_id=organisation.tenant_id,
        publishable_key=organisation.publishable_key,
        secret_key=organisation.secret_key,
    )
