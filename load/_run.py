"""One run from its plan to its verdict, as the master sees it.

The verdict is made once every generator has no open request and has sent its last report (`_drain`)."""

import logging
import math
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from time import perf_counter
from typing import Any

from gevent.event import Event
from locust import User
from locust.env import Environment

from fixtures.option_error import OptionError
from load import _compare, _inspection, _saturate
from load._clients import Expected, connected, wait_until
from load._drain import drain
from load._endpoints import endpoints
from load._inspection import Happened
from load._open_load import Arrivals, scenarios_of
from load._options import Machine, make_plan, promises, rate_limit
from load._plan import Plan
from load._probe import Probe
from load._result import Result
from load._samples import Samples
from load._search_lead import SearchLead
from load._slo import Slo
from load._users import ScenarioUser, expected_rate, expected_requests
from load._verdict import Row, Verdict, describe

log = logging.getLogger(__name__)
_TIMEOUT_S = 60.0  # seconds for all workers to build their shop and test the target
_ASK_AGAIN = 1.0  # seconds between two requests to the workers
_LATE_END = 20.0  # seconds that a schedule may end later than planned


class Run:
    """One run from its plan to its verdict."""

    def __init__(self, environment: Environment, machine: Machine, workers: Expected) -> None:
        self.environment, self.machine, self._expected_workers = environment, machine, workers
        self.id = uuid.uuid4().hex
        self.plan: Plan | None = None
        self.slo: Slo | None = None
        self.samples = Samples()
        self.ready: dict[str, dict[str, Any]] = {}
        self.drained: dict[str, dict[str, Any]] = {}
        self.done: set[str] = set()
        self.invalid: list[str] = []
        self.notes: list[str] = []
        self.happened = Happened(0.0)
        self.prepared, self.running, self.closed = Event(), False, False
        self.stopping = self.impatient = False  # the user ended the run; and without waiting for open requests
        self.broken: Row | None = None  # the promise that can no longer be kept and so ended the run
        self.started_at = 0.0
        self.probe: Probe | None = None
        self.search: SearchLead | None = None
        self.expected: dict[str, float] = {}
        self.before: _compare.Before | None = None

    # before the run

    def prepare(self) -> None:
        """Check files, generators and target. Raises OptionError; other problems go to `invalid`."""
        options: Any = self.environment.parsed_options
        self.slo = promises(options, self.machine.slo_file)
        plan = make_plan(self.id, self.environment, self.machine.allow_production)
        if self.machine.compare:
            self.before = _compare.read_before(self.machine.compare)
        clients = self._connected()
        self.plan = replace(plan, workers=len(clients))
        until = perf_counter() + _TIMEOUT_S + self.machine.connection.wait_for_target
        while len(self.ready) < len(clients) and perf_counter() < until and not self.stopping:
            # A worker that just connected may not listen yet, so messages are repeated.
            for index, client in enumerate(clients):
                if client not in self.ready:
                    message = {"plan": plan.to_message(index, len(clients)), "shop": options.shop}
                    self.send("load_plan", message, client)
            self._wait(lambda: len(self.ready) >= len(clients), _ASK_AGAIN)
        replies = list(self.ready.values())
        self.plan = plan = replace(self.plan, organisations=self.organisation_count)
        self.expected = expected_requests(plan, self.scenarios())
        self.invalid += (
            _inspection.generator_problems(replies, len(clients))
            or _inspection.target_problems(
                plan, replies, expected_rate(plan, self.scenarios()), rate_limit(options.rate_limit)
            )
            or _inspection.sample_problems(plan, self.slo, self.expected)
        )
        if plan.probe:
            self.probe = Probe(self, options)
        elif plan.search and plan.open:
            self.search = SearchLead(self, plan, self.slo, self.sent_names())

    def _connected(self) -> list[str]:
        """Return every expected worker, once it is connected. Raises OptionError."""
        wanted = self._expected_workers.count
        if not self._wait(lambda: len(self.clients()) >= wanted, self._expected_workers.timeout_s):
            found = len(self.clients())
            raise OptionError(f"{found} of {wanted} workers connected: see the logs of the missing ones")
        return self.clients()

    def _wait(self, for_it: Callable[[], bool], timeout_s: float) -> bool:
        return wait_until(lambda: for_it() or self.stopping, timeout_s) and for_it()

    # during the run

    def begin(self) -> None:
        """Start the run; locust is spawning users."""
        plan = self._plan
        self.running, self.started_at = True, perf_counter()
        self.environment.stop_timeout = plan.request_timeout  # sent to the workers with every spawn message
        if self.probe:
            self.probe.start()
        elif self.search:
            self.search.start()
        elif plan.open:
            for client in self.ready:
                self.send("load_schedule", {"run": self.id, "rate": plan.rate, "step": None}, client)

    def tick(self) -> tuple[int, float, list[type[User]]] | None:
        """Return users, spawn rate and user classes for now; None: the run is over."""
        plan, workers, elapsed = self._plan, max(1, len(self.ready)), self._elapsed
        if self.stopping or self.broken:
            return None
        if self.probe:
            return None if self.probe.over else (workers, float(workers), self._classes(plan.users))
        if self.search:
            return None if self.search.over else (workers, float(workers), [Arrivals])
        if plan.open:
            over = self.started_at and all(client in self.done for client in self.alive())
            late = elapsed >= plan.profile.seconds + _LATE_END
            return None if over or late else (workers, float(workers), [Arrivals])
        if elapsed >= plan.profile.seconds:
            return None
        options: Any = self.environment.parsed_options
        users = math.ceil(plan.user_count * plan.profile.level(elapsed) - 1e-9)
        return users, options.spawn_rate or 1.0, self._classes(plan.users)

    def watch(self) -> None:
        """Check the run; called twice a second."""
        self.look_for_lost_workers()
        plan, runner = self._plan, self.environment.runner
        self.happened = replace(self.happened, users=max(self.happened.users, runner.user_count if runner else 0))
        if plan.abort_on_fail and not (plan.probe or plan.search or self.broken):
            self.broken = self._slo.broken_for_good(
                self.samples, self.sent_names(), self.judged_seconds, plan.slot, self.expected if plan.open else {}
            )
            if self.broken:
                text = describe(self.broken)
                self.notes.append(f"ended early, after {self._elapsed:.0f} s (--abort-on-fail): {text}")

    def take(self, report: dict[str, Any]) -> None:
        """Add a generator's report."""
        self.samples.merge(report["samples"])
        if self.running and "cpu" in report:
            self.happened = self.happened.plus(report)

    def look_for_lost_workers(self) -> None:
        """Make the run INVALID if a worker was lost: its share of the load is missing."""
        gone = set(self.ready) - set(self.clients())
        if lost := gone - set(self.drained):
            self.invalidate(f"{len(lost)} of {len(self.ready)} workers lost during the run")

    # after the run

    def finish(self) -> None:
        """Wait until no request is open and every report has arrived; then the verdict is final. Runs once."""
        if self.closed:
            return
        if self.running:
            self.happened = replace(self.happened, seconds=self._elapsed)
            for problem in drain(self, self._plan.request_timeout):
                self.invalidate(problem)
            self.environment.stop_timeout = 0.0  # no request is open
            self.running = False
        self.close()

    def close(self) -> None:
        self.closed = True
        self.prepared.set()
        if self.invalid:
            log.error("INVALID: %s", "; ".join(self.invalid))

    def result(self) -> Result:
        """Return the result: final after `finish`, preliminary before."""
        changes = _compare.changes(self.before, self.samples) if self.before and self.closed else ()
        return Result(
            verdict=self._verdict(changes),
            closed=self.closed,
            plan=self.plan,
            slo=self.slo,
            samples=self.samples,
            workers=len(self.ready),
            happened=self.happened,
            judged_seconds=self.judged_seconds if self.plan else 0.0,
            sent=frozenset(self.sent_names()) if self.plan else frozenset(),
            changes=changes,
            steps=tuple(self.search.search.steps) if self.search else (),
        )

    def _verdict(self, changes: Sequence[_compare.Change]) -> Verdict:
        plan, slo = self.plan, self.slo
        if plan is None or slo is None or not self.started_at:
            return Verdict((), tuple(self.invalid), tuple(self.notes))
        invalid, notes = [*self.invalid, *self._crashes()], list(self.notes)
        if self.probe:
            rows, more = self.probe.rows(), self.probe.invalid
        elif self.search:
            rows, more = _saturate.verdict_rows(self.search.search)
            more = [*self.search.problems, *more]
        else:
            rows, more = slo.judge(self.samples, self.sent_names(), self.judged_seconds, plan.slot), []
            rows = _inspection.ended_early(rows, self.broken) if self.broken else rows
            unmatched = slo.unmatched(self.samples, self.sent_names()) if self.closed else []
            notes += [f"no request was sent that {name!r} fits: that promise judged nothing" for name in unmatched]
            if self.before and self.closed:
                rows += _compare.rows(changes, self.machine.max_regression)
                more, found = _compare.reservations(self.before, plan.load, self.happened.wait_share, slo, rows)
                notes += found
        if self.closed:
            more = more + _inspection.shortcomings(
                plan, slo, self.samples, self.happened, rows, aborted=self.broken is not None
            )
        return Verdict(tuple(rows), tuple(dict.fromkeys([*invalid, *more])), tuple(notes))

    @property
    def judged_seconds(self) -> float:
        elapsed = self.happened.seconds or self._elapsed
        return max(0.0, min(elapsed, self._plan.profile.seconds) - self._plan.profile.warmup)

    @property
    def _elapsed(self) -> float:
        return perf_counter() - self.started_at if self.started_at else 0.0

    def sent_names(self) -> set[str]:
        """Return the operations that the run's scenarios send."""
        return {endpoints()[operation].name for one in self.scenarios() for operation in one.operations}

    def scenarios(self) -> list[type[ScenarioUser]]:
        return scenarios_of(self.environment.user_classes, self._plan.users)

    @property
    def organisation_count(self) -> int:
        return min((int(reply.get("organisations", 0)) for reply in self.ready.values()), default=0)

    @property
    def has_secret_keys(self) -> bool:
        return all(reply["secret_keys"] for reply in self.ready.values())

    def invalidate(self, reason: str) -> None:
        if reason not in self.invalid:
            self.invalid.append(reason)

    def _crashes(self) -> list[str]:
        known = self.environment.runner.exceptions if self.environment.runner else {}
        texts = {*(row["msg"] for row in known.values()), *self.samples.crashes}
        return [f"a scenario crashed: {text}" for text in sorted(texts)]

    def _classes(self, names: tuple[str, ...]) -> list[type[User]]:
        return [one for one in self.environment.user_classes if one.__name__ in names]

    def clients(self) -> list[str]:
        """Return the connected generators."""
        return connected(self.environment)

    def alive(self) -> list[str]:
        """Return this run's generators that are still connected."""
        return [client for client in self.clients() if client in self.ready]

    def send(self, message: str, data: dict[str, Any], client: str) -> None:
        """Send a message to one generator."""
        if self.environment.runner is not None:
            self.environment.runner.send_message(message, data, client)

    @property
    def _plan(self) -> Plan:
        assert self.plan is not None, "closed at once"  # noqa: S101
        return self.plan

    @property
    def _slo(self) -> Slo:
        assert self.slo is not None, "a run without promises is closed at once"  # noqa: S101
        return self.slo
