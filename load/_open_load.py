"""Open load: one user per process sends on the schedule of the plan and never waits for an answer first."""

from collections import deque
from dataclasses import dataclass
from random import Random
from time import perf_counter
from typing import Any

import gevent
import gevent.pool
from locust import User, task

from load import _node
from load._arrivals import due_times
from load._client import Sender
from load._http import Connections
from load._journeys import Journey, Step
from load._keys import Organisation
from load._node import Node
from load._users import ScenarioUser

_LEAD = 0.1  # seconds from the start of the run until the schedule begins
_BREATH = 64  # requests that may start without a pause when the generator is behind


@dataclass(slots=True)
class _Visitor:
    """A journey between two of its steps."""

    organisation: Organisation
    journey: Journey
    step: Step


class Visitors:
    """Journeys waiting for their next turn, per scenario; first come, first served, so organisations take turns."""

    def __init__(self, node: Node, scenarios: list[type[ScenarioUser]]) -> None:
        plan = node.the_plan
        self._node, self._scenarios = node, scenarios
        self._weights = [scenario.weight for scenario in scenarios]
        self._rng = Random(f"{plan.seed}:visitors:{plan.index}")
        self._waiting: dict[str, deque[_Visitor]] = {scenario.__name__: deque() for scenario in scenarios}
        self._made = dict.fromkeys(self._waiting, 0)
        self._blocked_until: dict[str, float] = {}

    def take(self, now: float) -> tuple[str, _Visitor] | None:
        """The next visitor of an organisation that isn't waiting for its Reset; None: all organisations are."""
        scenario = self._rng.choices(self._scenarios, self._weights)[0]
        name, waiting = scenario.__name__, self._waiting[scenario.__name__]
        if self._made[name] >= len(self._node.organisations):
            for _ in range(len(waiting)):
                visitor = waiting.popleft()
                if self._blocked_until.get(visitor.organisation.name, 0.0) <= now:
                    return name, visitor
                waiting.append(visitor)
        for _ in self._node.organisations:
            number = self._node.next_number()
            organisation = self._node.organisation_of(self._made[name] * self._node.the_plan.workers)
            self._made[name] += 1
            if self._blocked_until.get(organisation.name, 0.0) <= now:
                journey = scenario.make_journey(self._node.shop, Random(f"{self._node.the_plan.seed}:{name}:{number}"))
                return name, _Visitor(organisation, journey, next(journey))
        return None

    def give_back(self, name: str, visitor: _Visitor) -> None:
        self._waiting[name].append(visitor)

    def block(self, organisation: Organisation, seconds: float) -> None:
        """The organisation got a 429: nothing more for it until then."""
        self._blocked_until[organisation.name] = perf_counter() + seconds


class Arrivals(User):
    """Not one of the scenarios: it sends their steps. Spawned once per worker when an arrival rate is asked for."""

    @task
    def run_schedule(self) -> None:
        node = _node.current()
        if node.plan is None or node.draining or not node.claim_arrivals():
            gevent.sleep(3600)
            return
        plan = node.plan
        connections = Connections(plan.target, plan.max_in_flight, plan.request_timeout, node.machine.ca_file)
        self.sender = Sender(connections, node, self.environment.events.request)
        self.pool = gevent.pool.Pool(plan.max_in_flight)
        self.visitors = Visitors(node, scenarios_of(self.environment.user_classes, plan.users))
        begin = node.started_at + _LEAD
        behind = 0
        for second in due_times(plan.profile, plan.rate, plan.arrivals, plan.index, plan.workers, plan.seed):
            due = begin + second
            wait = due - perf_counter()
            behind = 0 if wait > 0 else behind + 1
            if wait > 0 or behind % _BREATH == 0:
                gevent.sleep(max(wait, 0.0))
            if node.draining and due > perf_counter():
                break
            self._arrive(node, due)
        gevent.sleep(3600)

    def _arrive(self, node: Node, due: float) -> None:
        node.samples.count("due")
        if node.draining:
            return
        if self.pool.full():
            node.samples.count("dropped")
            return
        taken = self.visitors.take(perf_counter())
        if taken is None:
            node.samples.count("held")
            return
        node.samples.count("sent")
        node.in_flight += 1
        self.pool.spawn(self._fire, node, due, *taken)

    def _fire(self, node: Node, due: float, name: str, visitor: _Visitor) -> None:
        try:
            node.samples.late(perf_counter() - due)
            reply, limits = self.sender.send(visitor.organisation, visitor.step, due)
            if reply.status == 429:
                self.visitors.block(visitor.organisation, float(max(limits.reset or 0, limits.retry_after or 0, 1)))
            else:
                visitor.step = visitor.journey.send(reply)
            self.visitors.give_back(name, visitor)
        except Exception as error:  # nobody waits for this greenlet: locust must hear of it, or the run looks fine
            hooks: Any = self.environment.events
            hooks.user_error.fire(user_instance=self, exception=error, tb=error.__traceback__)
        finally:
            node.in_flight -= 1


def scenarios_of(classes: list[type[User]], names: tuple[str, ...]) -> list[type[ScenarioUser]]:
    """The scenario classes of those names."""
    return [one for one in classes if issubclass(one, ScenarioUser) and one.__name__ in names]
