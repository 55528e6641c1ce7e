"""Searches an organisation's data and returns pages of it, in slices, so that its requests are not delayed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Annotated, TypeVar

from pydantic import Field
from starlette.requests import Request

from mock_server.control.calls import Body, checked, given, organisation_of
from mock_server.mock import Mock
from mock_server.state.tenant import Tenant

_AT_ONCE = 5_000  # records that are examined before other requests are served
Asked = TypeVar("Asked", bound=Body)
Each = TypeVar("Each")


class Search(Body):
    """`q`: text in an id or a record; case is ignored."""

    q: Annotated[str, Field(max_length=200)] = ""
    page: Annotated[int, Field(ge=1)] = 1
    limit: Annotated[int, Field(ge=1, le=500)] = 50

    def page_of(self, found: Sequence[Each]) -> Sequence[Each]:
        start = (self.page - 1) * self.limit
        return found[start : start + self.limit]


def asked(mock: Mock, request: Request, model: type[Asked]) -> tuple[Tenant, Asked]:
    """Return the organisation's data, and the validated query."""
    return organisation_of(mock, request).tenant, checked(model, given(request))


async def in_turns(records: Iterable[Each]) -> AsyncIterator[Each]:
    """Yield the records that exist at the start, in slices."""
    for number, record in enumerate(list(records), 1):
        yield record
        if number % _AT_ONCE == 0:
            await asyncio.sleep(0)
