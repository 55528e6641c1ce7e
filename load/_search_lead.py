"""The master's side of a search for the highest rate: sends each step to the generators and judges it."""

import logging
from collections.abc import Collection
from time import perf_counter
from typing import Any, Protocol

import gevent

from load import _inspection
from load._histogram import percentile_ms
from load._inspection import Happened
from load._plan import Plan
from load._samples import Samples
from load._saturate import POOL_FULL, Search, Step, step_outcome
from load._slo import Slo

log = logging.getLogger(__name__)
_SETTLE = 0.2  # share of a step that isn't judged, as in `_node`
_SLACK = 15.0  # seconds beyond a step and its slowest request, after which a generator counts as lost


class Host(Protocol):
    """What the search needs from its run."""

    id: str
    ready: dict[str, dict[str, Any]]
    samples: Samples
    stopping: bool

    def clients(self) -> list[str]: ...
    def send(self, message: str, data: dict[str, Any], client: str) -> None: ...


class SearchLead:
    """Leads one search of one run; `over` once the rate is found."""

    def __init__(self, host: Host, plan: Plan, slo: Slo, names: Collection[str]) -> None:
        self._host, self._plan, self._slo, self._names = host, plan, slo, names
        profile = plan.profile
        self.search = Search(plan.rate, profile.factor, profile.precision, profile.steps)
        self.problems: list[str] = []
        self.over = False
        self._done: dict[str, dict[str, Any]] = {}

    def start(self) -> None:
        gevent.spawn(self._lead)

    def on_done(self, client: str, data: dict[str, Any]) -> None:
        """Store the report of a generator that sent all of a step and got every response."""
        if data["step"] == len(self.search.steps):
            self._done[client] = data["report"]

    def _lead(self) -> None:
        try:
            gevent.sleep(0.3)  # let locust finish spawning
            while (rate := self.search.next_rate) is not None and not self._host.stopping:
                step = self._run_step(len(self.search.steps), rate)
                if step is None:
                    break
                self.search.steps.append(step)
                log.warning("%.4g/s: %s%s", rate, step.outcome, f" ({step.reason})" if step.reason else "")
        except Exception as error:
            log.exception("the search crashed")
            self.problems.append(f"the search crashed: {error!r}")
        finally:
            self.over = True

    def _run_step(self, number: int, rate: float) -> Step | None:
        plan, host = self._plan, self._host
        self._done = {}
        dropped = host.samples.counters.get("dropped", 0)
        for client in host.ready:
            host.send("load_schedule", {"run": host.id, "rate": rate, "step": number}, client)
        deadline = perf_counter() + plan.profile.seconds + plan.request_timeout + _SLACK
        while len(self._done) < len(host.ready):
            if host.stopping or perf_counter() > deadline or set(host.ready) - set(host.clients()):
                return None
            gevent.sleep(0.05)
        return self._judge(number, rate, host.samples.counters.get("dropped", 0) > dropped)

    def _judge(self, number: int, rate: float, pool_was_full: bool) -> Step:
        samples, reports = self._host.samples, list(self._done.values())
        seconds = self._plan.profile.seconds * (1 - _SETTLE)
        rows = self._slo.judge_step(samples, self._names, number, seconds)
        happened = Happened(seconds, ran=sum(r["ran"] for r in reports), waited=sum(r["waited"] for r in reports))
        cpu = max(report["cpu"] for report in reports)
        generator = _inspection.generator_limits(self._slo, samples.lag.get(number, {}), cpu)
        pool = [POOL_FULL] if pool_was_full else []
        busy = _inspection.busy_machine(self._slo, happened, rows, generator + pool)
        outcome, reason = step_outcome(rows, [busy] if busy else generator, pool_was_full)
        answered = sum(sum(series.answered.get(number, {}).values()) for series in samples.series.values())
        times = [percentile_ms(samples.of(name).answered.get(number, {}), 0.99) for name in self._names]
        p99 = max((one for one in times if one is not None), default=None)
        return Step(rate, answered / seconds, p99, answered, outcome, reason)
