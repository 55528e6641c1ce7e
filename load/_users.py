"""A user of closed load: one journey with think times, and the documented backoff after a 429 or a 5xx."""

from collections.abc import Sequence
from random import Random
from typing import ClassVar

import gevent
from locust import FastHttpUser, task
from locust.exception import StopUser

from load import _node
from load._client import Sender
from load._journeys import Journey, Reply, Step
from load._mix import shares
from load._plan import Plan
from load._retries import Backoff
from load._shop import Shop

LONGEST_THINK = 5.0  # times the average


def expected_rate(plan: Plan, scenarios: Sequence[type["ScenarioUser"]]) -> float:
    """Return the average requests per second over the run, by the schedule or by the think times (0: unknown)."""
    share = plan.profile.area / plan.profile.seconds
    if plan.open:
        return plan.rate * share
    if not plan.think:
        return 0.0
    weights = sum(one.weight for one in scenarios) or 1.0
    return plan.user_count * share * sum(one.weight / weights / (one.think_seconds * plan.think) for one in scenarios)


def expected_requests(plan: Plan, scenarios: Sequence[type["ScenarioUser"]]) -> dict[str, float]:
    """Return the number of requests by operation, after the warm-up; empty if unknown."""
    rate = expected_rate(plan, scenarios) if scenarios else 0.0
    if not rate:
        return {}
    judged = (plan.profile.area - plan.profile.area_until(plan.profile.warmup)) / plan.profile.area
    total = rate * plan.profile.seconds * judged
    weights = [one.weight / (1.0 if plan.open else one.think_seconds) for one in scenarios]
    return {name: share * total for name, share in shares(scenarios, weights).items()}


class ScenarioUser(FastHttpUser):
    """The base of every scenario; `make_journey` defines what it sends, `operations` the operationIds used."""

    abstract = True
    operations: ClassVar[tuple[str, ...]]
    think_seconds: ClassVar[float]  # average between two requests of one user

    @staticmethod
    def make_journey(shop: Shop, rng: Random) -> Journey:
        raise NotImplementedError

    def on_start(self) -> None:
        self.node = _node.current()
        plan = self.node.plan
        if plan is None or self.node.draining:
            raise StopUser
        number = self.node.next_number()
        self.organisation = self.node.organisation_of(number)
        self.rng = Random(f"{plan.seed}:{type(self).__name__}:{number}")
        self.backoff = Backoff(self.rng)
        self.sender = Sender(self.node.connect(1), self.node, self.environment.events.request)
        self.journey = type(self).make_journey(self.node.shop, self.rng)
        self.next_step: Step = next(self.journey)
        self.pause = 0.0
        gevent.sleep(self.rng.uniform(0, self._think(self.next_step.think)))  # so that users don't send in lockstep

    def wait_time(self) -> float:
        return self.pause

    @task
    def step(self) -> None:
        """Send the due step; after a refusal, send the same step again."""
        node = self.node
        if node.draining:
            raise StopUser
        node.in_flight += 1
        try:
            reply, limits = self.sender.send(self.organisation, self.next_step)
        finally:
            node.in_flight -= 1
        delay = self.backoff.delay(reply.status, limits.retry_after, limits.reset)
        if delay is not None:
            self.pause = delay
            return
        self.pause = self._think(self.next_step.think)
        self.next_step = self.journey.send(reply if reply.status else Reply(0))

    def _think(self, average: float) -> float:
        factor = self.node.the_plan.think
        return factor * min(self.rng.expovariate(1 / average), LONGEST_THINK * average) if average and factor else 0.0
