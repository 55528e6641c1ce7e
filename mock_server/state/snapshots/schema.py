"""The schema of a snapshot file, version 1. A change that an older mock can't read needs a new version."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from mock_server.state.attribution import Funnel
from mock_server.state.clock import END_OF_CALENDAR, Pace
from mock_server.state.records import Event, Item, User

FORMAT: Final = "lehnz-mock-snapshot"
VERSION: Final = 1
_MOST = 1_000_000_000
_YEAR = 31_536_000.0  # seconds
Dice = tuple[int, tuple[int, ...], float | None]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class WrittenWindow(_Part):
    started: float | None
    exhausted_until: float | None
    used: Annotated[int, Field(ge=0, le=_MOST)]
    limit: Annotated[int, Field(ge=1, le=_MOST)] | None
    window_seconds: Annotated[int, Field(ge=1, le=_MOST)] | None
    enforced: bool | None


class WrittenWaiting(_Part):
    due: float
    items: list[Item] = []
    users: list[User] = []
    events: list[Event] = []


class WrittenServed(_Part):
    recommendation_id: str
    strategy: str
    item_ids: list[str]
    at: float


class WrittenAttribution(_Part):
    served: list[WrittenServed]
    funnels: dict[str, Funnel]
    forgotten: Annotated[int, Field(ge=0, le=_MOST)]


class WrittenOrganisation(_Part):
    tenant_id: Annotated[str, Field(pattern="^[a-z0-9][a-z0-9-]{0,62}$")]
    keys: Literal["development", "made", "none"]
    seeded: bool
    expires_in: Annotated[float, Field(ge=0, le=_YEAR)] | None
    ids: Dice
    delays: Dice
    due: float
    ahead: float
    told: list[str]
    window: WrittenWindow
    waiting: list[WrittenWaiting]
    items: list[Item]
    users: list[User]
    events: list[Event]
    attribution: WrittenAttribution


class WrittenSnapshot(_Part):
    format: Literal["lehnz-mock-snapshot"]
    version: Literal[1]
    name: str | None
    tenant_id: str | None
    at: Annotated[float, Field(ge=0, lt=END_OF_CALENDAR)]
    clock: Pace
    dice: Dice
    parts: dict[str, Any]
    organisations: Annotated[list[WrittenOrganisation], Field(min_length=1)]
