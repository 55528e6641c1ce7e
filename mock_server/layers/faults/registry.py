"""The faults that are set, and the decision which of them hit a request.

Counts and random draws belong to one fault and one organisation: of the requests that a fault concerns, the n-th of an
organisation gets the n-th draw, whatever other traffic there is. A draw depends on the mock's seed, the organisation,
the fault and n. So the same seed, faults and requests give the same errors, and only a count has to be stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, NamedTuple

from mock_server.layers.faults.fault import Fault, Request
from mock_server.layers.faults.frozen import FrozenFault, FrozenFaults
from mock_server.layers.faults.scenarios import SCENARIOS
from mock_server.settings import ScenarioName
from mock_server.state.clock import Clock

MOST = 1_000  # faults that may be set at a time


@dataclass(slots=True)
class Count:
    """Requests of one organisation: how many the fault concerned, and how many it hit."""

    seen: int = 0
    hits: int = 0


@dataclass(slots=True)
class SetFault:
    """A fault that is set. `since` is a time of the clock's `monotonic`."""

    fault_id: str
    fault: Fault
    since: float
    scenario: ScenarioName | None = None
    counts: dict[str | None, Count] = field(default_factory=dict)  # by tenant_id

    @property
    def hits(self) -> int:
        return sum(count.hits for count in self.counts.values())

    def is_over(self, tenant_id: str | None, now: float) -> bool:
        """Return whether the fault's window has ended, or its `times` are used up: by its own organisation, else by
        this one."""
        count = self.counts.get(self.fault.tenant_id or tenant_id)
        used_up = count is not None and self.fault.times is not None and count.hits >= self.fault.times
        return used_up or self.fault.is_past(now - self.since)


class Hit(NamedTuple):
    """A fault that hits a request, and the delay that was drawn, in seconds."""

    fault: Fault
    scenario: ScenarioName | None
    seconds: float

    @property
    def label(self) -> str:
        return self.scenario or self.fault.label


class Faults:
    """All faults. `scenario` is active for all organisations from the start, and again after a full reset."""

    def __init__(self, seed: int, clock: Clock, scenario: ScenarioName | None = None) -> None:
        self._seed = seed
        self._clock = clock
        self._first_scenario = scenario
        self._set: dict[str, SetFault] = {}
        self._scenarios: dict[str | None, ScenarioName] = {}  # by tenant_id; None: all organisations
        self._numbers = 0
        if scenario:
            self.start_scenario(scenario)

    @property
    def are_set(self) -> bool:
        return bool(self._set)

    def __iter__(self) -> Iterator[SetFault]:
        """Yield the faults in the order in which they were set."""
        return iter(self._set.values())

    def __len__(self) -> int:
        return len(self._set)

    def __getitem__(self, fault_id: str) -> SetFault:
        """Return the fault with this id. Raises KeyError."""
        return self._set[fault_id]

    @property
    def scenarios(self) -> Mapping[str | None, ScenarioName]:
        """The scenarios by organisation; None: of all organisations without a scenario of their own."""
        return self._scenarios

    def may_break_connections(self, tenant_id: str | None) -> bool:
        """Return whether a connection left open after this organisation's request may meet a fault that breaks it.
        Faults of other organisations count too, because their pages may share the connection."""
        now = self._clock.monotonic()
        return any(each.fault.breaks_connections and not each.is_over(tenant_id, now) for each in self)

    def add(self, fault: Fault, scenario: ScenarioName | None = None) -> SetFault:
        """Set a fault. Raises OverflowError if there are too many; the few faults of a scenario are always accepted."""
        if not scenario and len(self._set) >= MOST:
            raise OverflowError(f"there are {MOST} faults already")
        added = SetFault(self._new_id(), fault, self._clock.monotonic(), scenario)
        self._set[added.fault_id] = added
        return added

    def remove(self, fault_id: str) -> None:
        """Remove a fault. A scenario ends with its last fault. Raises KeyError."""
        removed = self._set.pop(fault_id)
        owner = removed.fault.tenant_id
        if removed.scenario and not any(each.scenario and each.fault.tenant_id == owner for each in self):
            self._scenarios.pop(owner, None)

    def clear(self, tenant_id: str | None = None) -> list[str]:
        """Remove the faults of one organisation, or all of them, and end their scenarios. Returns the ids."""
        for owner in [owner for owner in self._scenarios if tenant_id in (None, owner)]:
            del self._scenarios[owner]
        return self._drop([each for each in self if tenant_id in (None, each.fault.tenant_id)])

    def start_scenario(self, name: ScenarioName, tenant_id: str | None = None) -> None:
        """Start a scenario for all organisations, which ends every other one, or for one organisation only."""
        self.end_scenario(tenant_id)
        self._scenarios[tenant_id] = name
        for fault in SCENARIOS[name].faults:
            self.add(fault.model_copy(update={"tenant_id": tenant_id}), name)

    def end_scenario(self, tenant_id: str | None = None) -> None:
        """End the scenario of one organisation, or all scenarios."""
        for owner in [owner for owner in self._scenarios if tenant_id in (None, owner)]:
            del self._scenarios[owner]
            self._drop([each for each in self if each.scenario and each.fault.tenant_id == owner])

    def reset(self, tenant_id: str | None = None) -> None:
        """Return to the initial state. For one organisation: remove its own faults and set all its counts to 0."""
        self.clear(tenant_id)
        self.reset_counts(tenant_id)
        if tenant_id is None and self._first_scenario:
            self.start_scenario(self._first_scenario)

    def reset_counts(self, tenant_id: str | None = None) -> None:
        """Start the draws again from the first, for one organisation or for all."""
        for each in self:
            each.counts = {owner: count for owner, count in each.counts.items() if tenant_id not in (None, owner)}

    def move_ahead(self, tenant_id: str, seconds: float) -> None:
        """Let time pass for the windows of one organisation's own faults."""
        for each in self:
            if each.fault.tenant_id == tenant_id:
                each.since -= seconds

    def meet(self, request: Request) -> list[Hit]:
        """Return the faults that hit this request, and count them: those that only change the response's time or data,
        and the first that determines the response."""
        now = self._clock.monotonic()
        own = request.tenant_id is not None and request.tenant_id in self._scenarios
        hits: list[Hit] = []
        decided = False
        for each in self:
            fault = each.fault
            outdone = (decided and fault.decides) or (own and each.scenario and fault.tenant_id is None)
            if outdone or not fault.is_open(now - each.since) or not fault.concerns(request):
                continue
            count = each.counts.setdefault(request.tenant_id, Count())
            if (seconds := self._draw(fault, count, request.tenant_id)) is not None:
                hits.append(Hit(fault, each.scenario, seconds))
                decided = decided or fault.decides
        return hits

    def freeze(self, tenant_id: str | None = None) -> dict[str, Any]:
        """Return the state for `thaw`, as JSON: everything, or the faults and counts of one organisation."""
        now = self._clock.monotonic()
        frozen = FrozenFaults(
            numbers=self._numbers,
            scenarios=[(owner, name) for owner, name in self._scenarios.items() if tenant_id in (None, owner)],
            faults=[
                FrozenFault(fault_id=each.fault_id, fault=each.fault, age=now - each.since, scenario=each.scenario)
                for each in self
                if tenant_id in (None, each.fault.tenant_id) or tenant_id in each.counts
            ],
            counts=[
                (each.fault_id, owner, count.seen, count.hits)
                for each in self
                for owner, count in each.counts.items()
                if tenant_id in (None, owner)
            ],
        )
        return frozen.model_dump(mode="json")

    def thaw(self, frozen: Mapping[str, Any], tenant_id: str | None = None) -> None:
        """Restore what `freeze` returned for the same `tenant_id`; windows continue at their age. Raises ValueError for
        any other data, and then nothing has changed."""
        found = FrozenFaults.model_validate(frozen)
        now = self._clock.monotonic()
        self.clear(tenant_id)
        self.reset_counts(tenant_id)
        self._numbers = max(self._numbers, found.numbers)
        self._scenarios |= dict(found.scenarios)
        put_back: dict[str, SetFault] = {}
        for each in found.faults:
            if tenant_id in (None, each.fault.tenant_id):
                # The id may come from another mock's file, so it gets a new one if it is in use.
                fault_id = self._new_id() if each.fault_id in self._set else each.fault_id
                self._set[fault_id] = SetFault(fault_id, each.fault, now - each.age, each.scenario)
                put_back[each.fault_id] = self._set[fault_id]
            elif each.fault_id in self._set and self._set[each.fault_id].fault == each.fault:
                # Of a fault for all organisations only the counts are restored.
                put_back[each.fault_id] = self._set[each.fault_id]
        for fault_id, owner, seen, hits in found.counts:
            if fault_id in put_back:
                put_back[fault_id].counts[owner] = Count(seen, hits)

    def _new_id(self) -> str:
        self._numbers += 1
        return f"fault-{self._numbers}"

    def _draw(self, fault: Fault, count: Count, tenant_id: str | None) -> float | None:
        """Count a request that the fault concerns. Returns the delay in seconds if the fault hits it, else None."""
        count.seen += 1
        if count.seen <= fault.skip or (fault.times is not None and count.hits >= fault.times):
            return None
        rng = Random(f"{self._seed}:{tenant_id}:{count.seen}:{fault.model_dump_json()}")  # noqa: S311 - repeatable
        if rng.random() >= fault.share:
            return None
        count.hits += 1
        return fault.draw(rng)

    def _drop(self, gone: list[SetFault]) -> list[str]:
        for each in gone:
            del self._set[each.fault_id]
        return [each.fault_id for each in gone]
