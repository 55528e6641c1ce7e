"""Counts what served recommendations led to: impressions, clicks, conversions, purchases and revenue per strategy."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import NamedTuple

from mock_server.state.freeing import Container
from mock_server.state.records import Event

KEPT = 100_000  # recommendation ids per organisation; older ids are forgotten, but their counts stay


@dataclass(slots=True)
class Funnel:
    """Totals of one strategy. `revenue`: price times quantity of the purchases with a price."""

    recommendations: int = 0
    impressions: int = 0
    engagements: int = 0
    clicks: int = 0
    conversions: int = 0
    purchases: int = 0
    revenue: float = 0.0
    off_list: int = 0  # events about an item that was not in the list


class Served(NamedTuple):
    strategy: str
    item_ids: tuple[str, ...]
    at: float


class Attribution:
    """Counts events that carry the recommendation_id of a remembered list; other ids are accepted and ignored (R29).

    Lists are remembered as plain tuples (strategy, item ids, time), because the garbage collector stops looking at
    these once it has seen that they hold no cycle."""

    __slots__ = ("_kept", "_order", "_served", "forgotten", "funnels")

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._served: dict[str, tuple[str, tuple[str, ...], float]] = {}
        self._order: deque[str] = deque()
        self.funnels: dict[str, Funnel] = {}
        self.forgotten = 0

    def copy(self) -> Attribution:
        """Return an independent copy."""
        twin = Attribution(self._kept)
        twin._served, twin._order = self._served.copy(), self._order.copy()
        twin.funnels = {strategy: replace(funnel) for strategy, funnel in self.funnels.items()}
        twin.forgotten = self.forgotten
        return twin

    def containers(self) -> Iterator[Container]:
        """Yield what grows with the served lists, to be freed in steps."""
        yield from (self._served, self._order)

    def serve(self, recommendation_id: str, strategy: str, item_ids: Sequence[str], at: float) -> None:
        self._remember(recommendation_id, strategy, item_ids, at)
        funnel = self._funnel(strategy)
        funnel.recommendations += 1
        funnel.impressions += len(item_ids)

    def remember(self, recommendation_id: str, served: Served) -> None:
        """Remember a served list, so that events can refer to its id. This alone adds to no count."""
        self._remember(recommendation_id, *served)

    def _remember(self, recommendation_id: str, strategy: str, item_ids: Sequence[str], at: float) -> None:
        self._served[recommendation_id] = (strategy, tuple(item_ids), at)
        self._order.append(recommendation_id)
        if len(self._order) > self._kept:
            self._served.pop(self._order.popleft(), None)
            self.forgotten += 1

    def __len__(self) -> int:
        """Return the number of remembered ids."""
        return len(self._order)

    def latest(self, count: int) -> list[tuple[str, Served]]:
        """Return the remembered lists that were served last, oldest first."""
        found = list(islice(reversed(self._order), max(0, count)))
        return [(each, self._known(each)) for each in reversed(found)]

    def remembered(self) -> Iterator[tuple[str, Served]]:
        """Return all remembered lists, in the order in which they were served."""
        return ((each, self._known(each)) for each in self._order)

    def count(self, event: Event) -> None:
        """Count an event. Call this once per event, even if the event arrives repeatedly."""
        served = self.served(event.recommendation_id)
        if served is None:
            return
        funnel = self._funnel(served.strategy)
        funnel.engagements += event.event_family == "engagement"
        funnel.clicks += event.event_name == "click"
        funnel.conversions += event.event_family == "conversion"
        if event.event_name == "purchase":
            funnel.purchases += 1
            funnel.revenue += event.revenue
        funnel.off_list += event.item_id is not None and event.item_id not in served.item_ids

    def served(self, recommendation_id: str | None) -> Served | None:
        if recommendation_id is None or recommendation_id not in self._served:
            return None
        return self._known(recommendation_id)

    def _known(self, recommendation_id: str) -> Served:
        return Served(*self._served[recommendation_id])

    def _funnel(self, strategy: str) -> Funnel:
        funnel = self.funnels.get(strategy)
        if funnel is None:
            funnel = self.funnels[strategy] = Funnel()
        return funnel
