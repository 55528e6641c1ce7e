"""Open load: one schedule per process sends what is due and never waits for an earlier response.

The master starts it with its own message, so every worker runs its share of the plan, no matter how and when locust
assigns users to it."""

from collections import deque
from dataclasses import dataclass
from random import Random
from time import perf_counter
from typing import Any

import gevent
import gevent.pool
from locust import User, task

from load._arrivals import due_times, pause
from load._client import Sender
from load._journeys import Journey, Step
from load._keys import Organisation
from load._node import Node
from load._plan import Plan
from load._samples import Samples
from load._users import ScenarioUser

_LEAD = 0.2  # seconds between the message and the start of the schedule
_BREATH = 64  # requests that may start without a pause when the generator is late


@dataclass(slots=True)
class _Visitor:
    """A journey between two of its steps."""

    organisation: Organisation
    journey: Journey
    step: Step


class Visitors:
    """Journeys waiting for their next step, per scenario; first come, first served, so organisations alternate."""

    def __init__(self, node: Node, scenarios: list[type[ScenarioUser]]) -> None:
        plan = node.the_plan
        self._node, self._scenarios = node, scenarios
        self._weights = [scenario.weight for scenario in scenarios]
        self._rng = Random(f"{plan.seed}:visitors:{plan.index}")
        self._waiting: dict[str, deque[_Visitor]] = {scenario.__name__: deque() for scenario in scenarios}
        self._made = dict.fromkeys(self._waiting, 0)
        self._blocked_until: dict[str, float] = {}

    def take(self, now: float) -> tuple[str, _Visitor] | None:
        """Return the next visitor of an organisation that isn't waiting for its Reset; None if all organisations
        are."""
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
        """Send nothing more to an organisation that got a 429 for this many seconds."""
        self._blocked_until[organisation.name] = perf_counter() + seconds


class Arrivals(User):
    """A placeholder in locust's count of users; the node's `Schedule` sends the requests."""

    @task
    def wait(self) -> None:
        gevent.sleep(3600)


class Schedule:
    """Sends the due requests of one node."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._run = ""

    def on_schedule(self, msg: Any, **_: Any) -> None:
        """Start the schedule. The message holds the `rate` of all workers, and the number of the `step` in a search
        (None: the whole profile of the plan)."""
        if msg.data["run"] == self._node.the_plan.run:
            gevent.spawn(self._send_all, float(msg.data["rate"]), msg.data["step"])

    def _send_all(self, rate: float, step: int | None) -> None:
        node, plan = self._node, self._node.the_plan
        if self._run != plan.run:
            self._prepare(plan)
        begin = perf_counter() + _LEAD
        node.judge_from(begin, step)
        behind = 0
        for second in due_times(plan.profile, rate, plan.arrivals, plan.index, plan.workers, plan.seed):
            due = begin + second
            wait = pause(due, perf_counter())
            behind = 0 if wait > 0 else behind + 1
            if wait > 0 or behind % _BREATH == 0:
                gevent.sleep(max(wait, 0.0))
            if node.draining or node.plan is not plan:
                break
            self._arrive(node, due)
        gevent.sleep(max(begin + plan.profile.seconds - perf_counter(), 0.0))
        if step is not None and not node.draining:
            node.wait_for_responses(plan.request_timeout + 1)  # the next step must not be affected by this one
        report = node.report() if step is not None else {"run": plan.run, "samples": Samples().to_message()}
        node.send("load_done", {"run": plan.run, "step": step, "report": report})

    def _prepare(self, plan: Plan) -> None:
        node = self._node
        self._run = plan.run
        self._sender = Sender(node.connect(plan.max_in_flight), node, node.environment.events.request)
        self._pool = gevent.pool.Pool(plan.max_in_flight)
        self._visitors = Visitors(node, scenarios_of(node.environment.user_classes, plan.users))

    def _arrive(self, node: Node, due: float) -> None:
        node.samples.count("due")
        if self._pool.full():
            node.samples.count("dropped")
            return
        taken = self._visitors.take(perf_counter())
        if taken is None:
            node.samples.count("held")
            return
        node.samples.count("sent")
        node.in_flight += 1
        self._pool.spawn(self._fire, node, due, *taken)

    def _fire(self, node: Node, due: float, name: str, visitor: _Visitor) -> None:
        try:
            node.samples.late(node.slot_of(due), max(0.0, perf_counter() - due))
            reply, limits = self._sender.send(visitor.organisation, visitor.step, due)
            if reply.status == 429:
                self._visitors.block(visitor.organisation, float(max(limits.reset or 0, limits.retry_after or 0, 1)))
            else:
                visitor.step = visitor.journey.send(reply)
            self._visitors.give_back(name, visitor)
        except Exception as error:  # nothing waits for this greenlet, so the error must be reported to the run
            node.report_crash(error)
        finally:
            node.in_flight -= 1


def scenarios_of(classes: list[type[User]], names: tuple[str, ...]) -> list[type[ScenarioUser]]:
    """Return the scenario classes with these names."""
    return [one for one in classes if issubclass(one, ScenarioUser) and one.__name__ in names]
