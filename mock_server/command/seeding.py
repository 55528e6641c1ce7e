"""Applies seed data directly to an organisation, without HTTP, limits and queue; it counts in no statistic."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from pathlib import Path

from fixtures.importing.columns import parse_columns
from fixtures.importing.report import Report
from fixtures.sources import load_world
from fixtures.spec import Spec
from fixtures.world import World
from mock_server.command.banner import Shop
from mock_server.settings import Settings
from mock_server.state.filling import events_of, fill, items_of, users_of
from mock_server.state.records import Event, Item, User, epoch_seconds
from mock_server.state.tenant import Tenant

logger = logging.getLogger(__name__)

_KEPT = 100_000  # events; the records of a larger world are generated again for each organisation, not kept
_RECENT = 3_600.0  # seconds between the last event of a folder and now, after its dates were moved


def read_seed(settings: Settings, spec: Spec, now: float | None) -> Seed:
    """Read the data of --seed-data, with its dates moved so that they end at `now`: the shop is the same every day.

    `now=None`: the dates end at the fixed time at which a virtual clock starts. Raises DataError."""
    columns = parse_columns(settings.columns) if settings.columns else None
    world = load_world(
        settings.seed_data, settings.seed, spec=spec, columns=columns, events=settings.events, tell=_log_report
    )
    fixed = world.now.timestamp()
    ends = fixed if now is None else now
    if settings.events or Path(settings.seed_data).is_dir():  # the dates of users' own events are kept
        return Seed(settings.seed_data, world, ends, _shift(world, ends, keep=now is None))
    return Seed(settings.seed_data, world, ends, ends - fixed)


class Seed:
    """A world that can fill any number of organisations, which share its immutable records.

    `now`: when the data is applied; `shift`: seconds by which all its dates are moved."""

    def __init__(self, name: str, world: World, now: float | None = None, shift: float = 0.0) -> None:
        self.name = name
        self.world = world
        self.now = world.now.timestamp() if now is None else now
        self._shift = shift
        self._records: tuple[list[Item], list[User], list[Event]] | None = None

    @property
    def is_large(self) -> bool:
        """Whether applying the data takes so long that the user should be told."""
        return len(self.world.event_stream) > _KEPT

    @property
    def shop(self) -> Shop:
        world = self.world
        user_id = next((user["user_id"] for user in world.users if user["status"] == "active"), None)
        return Shop(self.name, len(world.items), len(world.users), len(world.event_stream), user_id)

    def fill(self, tenant: Tenant) -> None:
        """Apply the items, users and events in this order, each at its own time."""
        if self._records is None and not self.is_large:
            made = self._made()
            self._records = list(made[0]), list(made[1]), list(made[2])
        items, users, events = self._records or self._made()
        fill(tenant, items, users, events)

    def _made(self) -> tuple[Iterator[Item], Iterator[User], Iterator[Event]]:
        world, shift = self.world, self._shift
        return items_of(world, self.now, shift), users_of(world, shift), events_of(world, self.now, shift)


def _log_report(report: Report) -> None:
    """Log what the importer inferred from a user's file."""
    level = logging.WARNING if report.left_out or report.warnings else logging.INFO
    logger.log(level, "%s: %s", report.file, report.sentence())


def _shift(world: World, now: float, keep: bool) -> float:
    """Return the seconds by which to move the dates of a folder so that its last event is recent. `keep`: move only
    dates in the future."""
    times: Iterable[float | None] = (epoch_seconds(body.get("event_timestamp")) for body in world.events())
    last = max((time for time in times if time is not None), default=None)
    if last is None or (keep and last <= now):
        return 0.0
    return now - _RECENT - last
