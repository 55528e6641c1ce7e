"""One run from its plan to its verdict, as the master sees it.

The verdict is made after every generator said that nothing is under way and its last report is in (the drain): locust
itself stops listening half a second after it told its workers to quit, and loses what comes later."""

import logging
import math
import uuid
from pathlib import Path
from time import perf_counter
from typing import Any

import gevent
from gevent.event import Event
from locust import User
from locust.env import Environment
from locust.runners import STATE_MISSING, MasterRunner

from load import _inspection
from load._endpoints import endpoints
from load._errors import ConfigurationError
from load._histogram import percentile_ms
from load._open_load import Arrivals, scenarios_of
from load._options import Machine, make_plan, rate_limit
from load._plan import Plan
from load._probe import Probe
from load._profiles import SATURATE
from load._samples import Samples
from load._saturate import Saturation
from load._slo import Slo, read_slo
from load._users import ScenarioUser, expected_rate
from load._verdict import Row, Verdict

log = logging.getLogger(__name__)
LOCAL = "local"  # the client id of the only generator when there are no workers
_READY_PATIENCE = 60.0  # seconds for all generators to build their shop and look at the target
_LAST_WORDS = 5.0  # seconds on top of the slowest request, for the last reports


class Run:
    """One run from its plan to its verdict."""

    def __init__(self, environment: Environment, machine: Machine) -> None:
        self.environment, self.machine = environment, machine
        self.id = uuid.uuid4().hex
        self.plan: Plan | None = None
        self.slo: Slo | None = None
        self.samples = Samples()
        self.ready: dict[str, dict[str, Any]] = {}
        self.drained: dict[str, dict[str, Any]] = {}
        self.invalid: list[str] = []
        self.notes: list[str] = []
        self.cpu = 0.0
        self.prepared, self.running, self.closed = Event(), False, False
        self.started_at = self.seconds = 0.0
        self.probe: Probe | None = None
        self.saturation: Saturation | None = None

    # before

    def prepare(self) -> None:
        """Look at files, generators and target. Raises ConfigurationError; what else is wrong goes to `invalid`."""
        options: Any = self.environment.parsed_options
        self.slo = read_slo(Path(self.machine.slo_file)).with_p99(options.latency_limit)
        self.plan = plan = make_plan(self.id, self.environment, self.machine.allow_production)
        clients = self.clients()
        if not clients:
            raise ConfigurationError("no worker is connected")
        for index, client in enumerate(clients):
            self.send("load_plan", {"plan": plan.to_message(index, len(clients)), "shop": options.shop}, client)
        deadline = perf_counter() + _READY_PATIENCE
        while len(self.ready) < len(clients) and perf_counter() < deadline:
            gevent.sleep(0.02)
        answers = list(self.ready.values())
        self.invalid += _inspection.generator_problems(answers, len(clients)) or _inspection.target_problems(
            plan, answers, expected_rate(plan, self.scenarios()), rate_limit(options.rate_limit)
        )
        if plan.probe:
            self.probe = Probe(self, options)
        elif plan.profile.name == SATURATE:
            self.saturation = Saturation(plan, self.slo, self.sent_names())

    # meanwhile

    def begin(self) -> None:
        """Users are being spawned."""
        self.running, self.started_at = True, perf_counter()
        self.environment.stop_timeout = self._plan.request_timeout  # goes to the workers with every spawn message
        if self.probe:
            self.probe.start()

    def tick(self) -> tuple[int, float, list[type[User]]] | None:
        plan = self._plan
        elapsed = perf_counter() - self.started_at if self.started_at else 0.0
        workers = max(1, len(self.ready))
        if self.probe:
            return None if self.probe.over else (workers, float(workers), self._classes(plan.users))
        if elapsed >= plan.profile.seconds + (_inspection.START_AND_END if plan.open else 0.0):
            return None
        if self.saturation and self.saturation.broken(self.samples, elapsed):
            return None
        if plan.open:
            return workers, float(workers), [Arrivals]
        options: Any = self.environment.parsed_options
        users = math.ceil(plan.user_count * plan.profile.level(elapsed) - 1e-9)
        return users, options.spawn_rate or 1.0, self._classes(plan.users)

    def look_for_lost_workers(self) -> None:
        """A worker that was there at the start and isn't now takes its share of the load with it."""
        lost = [client for client in self.ready if client not in self.clients() and client not in self.drained]
        if lost:
            self.invalidate(f"{len(lost)} of {len(self.ready)} workers lost during the run")

    # after

    def finish(self) -> None:
        """Wait until nothing is under way anywhere and every report is in; then the verdict stands. Once."""
        if self.closed:
            return
        if self.running:
            self.seconds = perf_counter() - self.started_at
            self._drain()
            self.environment.stop_timeout = 0.0  # nothing is under way any more
            self.running = False
        self.close()

    def close(self) -> None:
        self.closed = True
        self.prepared.set()
        for reason in self.invalid:
            log.error("INVALID: %s", reason)

    def _drain(self) -> None:
        patience = self._plan.request_timeout + _LAST_WORDS
        for client in self.clients():
            if client in self.ready:
                self.send("load_drain", {"patience": patience}, client)
        deadline = perf_counter() + patience + _LAST_WORDS
        while perf_counter() < deadline and any(client not in self.drained for client in self._alive()):
            gevent.sleep(0.02)
        self.look_for_lost_workers()
        silent = [client for client in self._alive() if client not in self.drained]
        if silent:
            self.invalidate(f"{len(silent)} of {len(self.ready)} workers didn't send their last report")
        unfinished = sum(answer["unfinished"] for answer in self.drained.values())
        if unfinished:
            self.invalidate(f"{unfinished} requests without an answer when the run ended")

    @property
    def verdict(self) -> Verdict:
        """The final one after `finish`, until then how it stands."""
        if self.plan is None or self.slo is None or not self.started_at:
            return Verdict((), tuple(self.invalid), tuple(self.notes))
        if self.probe:
            return Verdict(tuple(self.probe.rows()), (*self.invalid, *self.probe.invalid), tuple(self.notes))
        if self.saturation:
            rows, notes = self.saturation.rows(), [*self.notes, *self._generator_problems()]
            return Verdict(tuple(rows), (*self.invalid, *self._crashes()), tuple(notes))
        invalid = (*self.invalid, *self._crashes(), *self._generator_problems())
        return Verdict(tuple(self.rows()), invalid, tuple(self.notes))

    def rows(self) -> list[Row]:
        return self._slo.judge(self.samples, self.sent_names(), self.judged_seconds)

    @property
    def judged_seconds(self) -> float:
        elapsed = self.seconds or (perf_counter() - self.started_at if self.started_at else 0.0)
        return max(0.0, min(elapsed, self._plan.profile.seconds) - self._plan.profile.warmup)

    def sent_names(self) -> set[str]:
        """The request names that the scenarios of this run send."""
        return {endpoints()[operation].name for one in self.scenarios() for operation in one.operations}

    def scenarios(self) -> list[type[ScenarioUser]]:
        return scenarios_of(self.environment.user_classes, self._plan.users)

    @property
    def organisation_count(self) -> int:
        return min((int(answer["organisations"]) for answer in self.ready.values()), default=0)

    @property
    def has_secret_keys(self) -> bool:
        return all(answer["secret_keys"] for answer in self.ready.values())

    def invalidate(self, reason: str) -> None:
        if reason not in self.invalid:
            self.invalid.append(reason)

    def lag_p99_ms(self) -> float:
        return percentile_ms(self.samples.lag, 0.99) or 0.0

    def _crashes(self) -> list[str]:
        runner = self.environment.runner
        texts = {row["msg"] for row in runner.exceptions.values()} if runner else set()
        return [f"a scenario crashed: {text}" for text in sorted(texts)]

    def _generator_problems(self) -> list[str]:
        seconds = max(self.seconds - _inspection.START_AND_END, 0.0) if self.closed else 0.0
        return _inspection.measurement_problems(self._plan, self._slo, self.samples, self.cpu, seconds)

    def _classes(self, names: tuple[str, ...]) -> list[type[User]]:
        return [one for one in self.environment.user_classes if one.__name__ in names]

    def clients(self) -> list[str]:
        runner = self.environment.runner
        if not isinstance(runner, MasterRunner):
            return [LOCAL]
        return [client.id for client in runner.clients.all if client.state != STATE_MISSING]

    def _alive(self) -> list[str]:
        return [client for client in self.clients() if client in self.ready]

    def send(self, message: str, data: dict[str, Any], client: str) -> None:
        runner = self.environment.runner
        if runner is not None:
            runner.send_message(message, data, client)

    @property
    def _plan(self) -> Plan:
        assert self.plan is not None, "a run without a plan is closed at once"  # noqa: S101
        return self.plan

    @property
    def _slo(self) -> Slo:
        assert self.slo is not None, "a run without promises is closed at once"  # noqa: S101
        return self.slo
