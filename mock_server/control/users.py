"""The users of an organisation: their merged ids and their events. Reads change no statistic.

GET /_mock/organisations/{tenant_id}/users              ?q= &page= &limit=
GET /_mock/organisations/{tenant_id}/users/{user_id}    record, merged identities, interests, recent events
GET /_mock/organisations/{tenant_id}/user               ?user_id=   the same; no path can end in `.` or `..`
GET /_mock/organisations/{tenant_id}/events             ?user_id= &item_id= &event_name= &limit=
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from itertools import chain, islice
from typing import Annotated

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.routing import BaseRoute, Route

from mock_server.control.calls import Body, named, organisation_of, reading
from mock_server.control.records import EventRecord, UserRecord, event_record, moment, title_of, user_record
from mock_server.control.search import Search, asked, in_turns
from mock_server.errors import NotFound
from mock_server.mock import Mock
from mock_server.state.recommender.insight import Interest, interests
from mock_server.state.records import Event
from mock_server.state.tenant import Tenant

SEARCHED = 200_000  # the newest events, which a search covers
_INTERESTS, _RECENT = 20, 50


class EventFilter(Body):
    """`user_id`: the person, so events under merged ids are found too."""

    user_id: str | None = None
    item_id: str | None = None
    event_name: str | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 50


class UserLine(BaseModel):
    user_id: str
    status: str | None
    identities: list[str]


class Users(BaseModel):
    users: list[UserLine]
    total: int


class InterestLine(BaseModel):
    item_id: str
    title: str | None
    affinity: float
    last: datetime | None
    purchases: int
    in_cart: bool


class UserInsight(BaseModel):
    """`identities`: every id of the person; `hidden`: inactive or deleted, so recommendations are not personal."""

    user: UserRecord
    identities: list[str]
    hidden: bool
    interests: list[InterestLine]
    events: list[EventRecord]


class Events(BaseModel):
    """Newest first. `searched`: number of events that the search covered."""

    events: list[EventRecord]
    searched: int


def routes(mock: Mock) -> list[BaseRoute]:
    async def users(request: Request) -> Users:
        tenant, search = asked(mock, request, Search)
        wanted = search.q.lower()
        found = [user_id async for user_id in in_turns(_known(tenant)) if _mentions(tenant, user_id, wanted)]
        return Users(users=[_line(tenant, user_id) for user_id in search.page_of(found)], total=len(found))

    async def user(request: Request) -> UserInsight:
        tenant, user_id = organisation_of(mock, request).tenant, named(request, "user_id")
        found, _ = await _newest(tenant, EventFilter(user_id=user_id, limit=_RECENT))
        if not found and user_id not in _known(tenant):
            raise NotFound(f"{tenant.tenant_id} has no user {user_id!r}")
        liked = interests(tenant.recommender, tenant.identity.person(user_id), _INTERESTS)
        return UserInsight(
            user=user_record(tenant, user_id),
            identities=tenant.identity.ids(user_id),
            hidden=tenant.hidden(user_id),
            interests=[_interest(tenant, each) for each in liked],
            events=[event_record(event) for event in found],
        )

    async def events(request: Request) -> Events:
        tenant, wanted = asked(mock, request, EventFilter)
        found, searched = await _newest(tenant, wanted)
        return Events(events=[event_record(event) for event in found], searched=searched)

    return [
        Route("/organisations/{tenant_id}/users", reading(users), methods=["GET"]),
        Route("/organisations/{tenant_id}/users/{user_id:path}", reading(user), methods=["GET"]),
        Route("/organisations/{tenant_id}/user", reading(user), methods=["GET"]),
        Route("/organisations/{tenant_id}/events", reading(events), methods=["GET"]),
    ]


def _known(tenant: Tenant) -> dict[str, None]:
    """Return every id that was upserted, merged, or has an event about an item."""
    return dict.fromkeys(chain(tenant.users, *tenant.identity.persons(), tenant.recommender.people))


def _mentions(tenant: Tenant, user_id: str, wanted: str) -> bool:
    if any(wanted in each.lower() for each in tenant.identity.ids(user_id)):
        return True
    user = tenant.users.get(user_id)
    return user is not None and wanted in str(user.attributes).lower()


def _line(tenant: Tenant, user_id: str) -> UserLine:
    user = tenant.users.get(user_id)
    return UserLine(user_id=user_id, status=user.status if user else None, identities=tenant.identity.ids(user_id))


def _interest(tenant: Tenant, each: Interest) -> InterestLine:
    title, last = title_of(tenant, each.item_id), moment(each.last)
    return InterestLine(**each._asdict() | {"title": title, "last": last})


async def _newest(tenant: Tenant, wanted: EventFilter) -> tuple[list[Event], int]:
    """Return (the newest matching events, the number of events searched)."""
    ids = set(tenant.identity.ids(wanted.user_id)) if wanted.user_id is not None else None
    found: list[Event] = []
    searched = 0
    async for event in in_turns(islice(reversed(tenant.events.values()), SEARCHED)):
        searched += 1
        if (
            (ids is None or event.user_id in ids)
            and wanted.item_id in (None, event.item_id)
            and wanted.event_name in (None, event.event_name)
        ):
            found.append(event)
            if len(found) == wanted.limit:
                break
    await asyncio.sleep(0)
    return found, searched
