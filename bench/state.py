"""The cost of a reset, a snapshot and a restore, compared with applying the same data again.

    python -m bench.state [--quick] [--write]

In one process, without HTTP. Each round resets a used organisation to the seed data, takes a snapshot and restores it,
after a few events that make both sides change shared data. "After": the first recommendation and the first 100 events
that follow, which bear the copying that was deferred; their ratio is to the same on an organisation that was never
copied. Medians; the ratio is what counts, because the machine is shared.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import count
from statistics import median
from typing import NamedTuple

from bench.part import Options, Part, run
from fixtures.world import build_world
from mock_server.command.seeding import Seed
from mock_server.mock import Mock
from mock_server.runtime import collector
from mock_server.settings import Settings
from mock_server.state.recommender import Query
from mock_server.state.records import Event
from mock_server.state.tenant import Tenant

SIZES = ("small", "medium")
BURST = 100  # events


class Measured(NamedTuple):
    """The results: seconds to apply the world, and the seconds of each round by action."""

    anew: float
    found: dict[str, list[float]]


class Shopper:
    """Views of the world's items by its users, each with an id of its own."""

    def __init__(self, seed: Seed) -> None:
        self._now = seed.now
        self._users = [user["user_id"] for user in seed.world.users]
        self._items = [item["item_id"] for item in seed.world.items]
        self._numbers = count()

    def views(self) -> list[Event]:
        return [self._view(next(self._numbers)) for _ in range(BURST)]

    def _view(self, number: int) -> Event:
        user = self._users[number * 7 % len(self._users)]
        item = self._items[number * 13 % len(self._items)]
        body = {"user_id": user, "event_family": "exposure", "event_name": "view", "item_id": item}
        return Event.from_body(body, self._now + number, f"bench-{number}")

    def ask(self, tenant: Tenant) -> None:
        tenant.recommend(Query("personalized", user_id=self._users[0]), self._now)[:20]


def measure(options: Options) -> str:
    collector.settle()
    rounds = 5 if options.quick else 30
    lines = ["| | small, ms | medium, ms | medium, to |", "|---|---|---|---|"]
    return "\n".join([*lines, *table(*(measured(Seed(size, build_world(size, seed=42)), rounds) for size in SIZES))])


def table(small: Measured, medium: Measured) -> Iterator[str]:
    yield f"| applying it again | {small.anew * 1000:.0f} | {medium.anew * 1000:.0f} | 1 |"
    for name in ("reset to the seed data", "snapshot", "restore"):
        times = [f"{median(each.found[name]) * 1000:.1f}" for each in (small, medium)]
        yield f"| {name} | {' | '.join(times)} | 1/{medium.anew / median(medium.found[name]):,.0f} of anew |"
    for name in ("first recommendation", f"first {BURST} events"):
        after = f"{name} after a restore"
        times = [f"{median(each.found[after]) * 1000:.1f}" for each in (small, medium)]
        pairs = zip(medium.found[name], medium.found[after], strict=True)
        ratio = median(theirs / mine for mine, theirs in pairs)
        yield f"| {after} | {' | '.join(times)} | {ratio:.1f} of never copied |"


def measured(seed: Seed, rounds: int) -> Measured:
    alone, shopper = Tenant("never-copied"), Shopper(seed)
    anew = timed(lambda: seed.fill(alone))
    mock = Mock(Settings(clock="virtual"), fill=seed.fill)
    found: dict[str, list[float]] = defaultdict(list)

    async def every() -> None:
        first = mock.organisations.first
        for _ in range(rounds):
            found["reset to the seed data"].append(timed(lambda: mock.reset(first.tenant_id, seeded=True)))
            started = time.perf_counter()
            taken = await mock.freeze(first.tenant_id)
            found["snapshot"].append(time.perf_counter() - started)
            mock.organisations.first.tenant.apply_events(shopper.views())
            started = time.perf_counter()
            await mock.restore(taken)
            found["restore"].append(time.perf_counter() - started)
            after(found, "", alone, shopper)
            after(found, " after a restore", mock.organisations.first.tenant, shopper)

    asyncio.run(every())
    return Measured(anew, found)


def after(found: dict[str, list[float]], suffix: str, tenant: Tenant, shopper: Shopper) -> None:
    found[f"first recommendation{suffix}"].append(timed(lambda: shopper.ask(tenant)))
    views = shopper.views()
    found[f"first {BURST} events{suffix}"].append(timed(lambda: tenant.apply_events(views)))


def timed(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


PART = Part("state", measure)

if __name__ == "__main__":
    sys.exit(run(PART, __doc__))
