"""The generator side of a run: its plan, keys, open requests, and measurements since the last report.

There is one per process. With `--processes` or on other machines it exchanges messages with the master; otherwise
locust passes the same messages to the handlers in the same process."""

import itertools
import logging
import os
from pathlib import Path
from time import perf_counter
from typing import Any

import gevent
from locust.env import Environment
from locust.runners import MasterRunner, WorkerRunner

from fixtures.option_error import OptionError
from fixtures.redaction import Redactor
from fixtures.waiting import wait_for_target
from load import _keys
from load._http import Connections
from load._identity import versions
from load._keys import Organisation
from load._machine import Meter
from load._options import Machine
from load._plan import Plan
from load._preflight import AT_ONCE, look
from load._samples import Samples
from load._shop import Shop, generated_shop, shop_from_file

log = logging.getLogger(__name__)
_TICK = 0.05  # seconds between two measurements of the event loop's lag
UNJUDGED = -1  # the slot of requests due before or after the judged part
_SETTLE = 0.2  # share of a search step that the previous step may still affect


class Node:
    """State shared by the users of this process."""

    def __init__(self, environment: Environment, machine: Machine) -> None:
        self.environment, self.machine = environment, machine
        self.plan: Plan | None = None
        self._reply: dict[str, Any] | None = None  # to the plan
        self.organisations: tuple[Organisation, ...] = ()
        self.shop = Shop((), (), (), ())
        self.samples = Samples()
        self.redactor = Redactor()
        self.draining = False
        self.drained = False
        self.in_flight = 0
        self._judged_from = self._judged_until = 0.0  # perf_counter
        self._step: int | None = None
        self._numbers = itertools.count()
        self._meter = Meter()
        self._ticker: gevent.Greenlet | None = None

    # messages from the master

    def on_plan(self, msg: Any, **_: Any) -> None:
        """Store the plan, test the target with every key of this node, and report the result."""
        plan = Plan.from_message(msg.data["plan"])
        if self.plan is None or self.plan.run != plan.run:
            self.plan, self._reply = plan, None
            self._reply = self._prepare(plan, msg.data["shop"])
        if self._reply is not None:  # None for a message that is repeated while the test runs
            self.send("load_ready", self._reply)

    def _prepare(self, plan: Plan, shop: str) -> dict[str, Any]:
        """Read the files, test the target, and return the reply."""
        self._set_aside()
        reply: dict[str, Any] = {"run": plan.run, "index": plan.index, "versions": versions(), "problem": ""}
        try:
            everyone = self.read_files()
            ids_file = self.machine.ids_file
            self.shop = shop_from_file(Path(ids_file)) if ids_file else generated_shop(shop, plan.seed)
        except OptionError as error:
            return {**reply, "problem": str(error)}
        mine = everyone[:2] if plan.probe else _keys.share(everyone, plan.index, plan.workers)
        self.organisations = mine
        connections = self.connect(AT_ONCE)
        if self.machine.connection.wait_for_target:
            wait_for_target(plan.target, self.machine.connection)  # if the target doesn't answer, the test reports it
        quotas = look(connections, mine[:1] if plan.probe else mine)
        for quota in quotas:
            quota["location"] = self.redactor.text(quota["location"])
        connections.close()
        return reply | {
            "secret_keys": all(one.secret_key for one in mine),
            "organisations": len(everyone),
            "keys": _keys.fingerprint(everyone),
            "quotas": quotas,
        }

    def read_files(self) -> tuple[Organisation, ...]:
        """Read the organisations; from now on their keys are masked in all output. Raises OptionError."""
        found = _keys.read_organisations(self.machine.keys_file, os.environ)
        self.machine.connection.learn_secrets(self.redactor)
        for one in found:
            self.redactor.learn(one.publishable_key, "$PK")
            self.redactor.learn(one.secret_key, "$SK")
        return found

    def on_drain(self, msg: Any, **_: Any) -> None:
        """Stop sending, wait for open requests, report everything, then confirm."""
        self.draining = True
        self.wait_for_responses(msg.data["wait_seconds"])
        self.environment.stop_timeout = 0.0  # no open request needs time
        runner = self.environment.runner
        if isinstance(runner, WorkerRunner):
            runner._send_stats()  # type: ignore[no-untyped-call, unused-ignore] # private: the only way to report now
        run = self.plan.run if self.plan else ""
        self.send("load_drained", {"run": run, "unfinished": self.in_flight, "report": self.report()})
        self.drained = True

    def wait_for_responses(self, wait_seconds: float) -> None:
        """Wait until no request is open, for this many seconds at most."""
        until = perf_counter() + wait_seconds
        while self.in_flight and perf_counter() < until:
            gevent.sleep(0.01)

    # what users need

    def begin(self, **_: Any) -> None:
        """Start the run; closed load is measured from now on."""
        plan = self.plan
        if plan is None or isinstance(self.environment.runner, MasterRunner):
            return
        self.environment.stop_timeout = plan.request_timeout  # a stopping user may finish its request
        if not plan.open:
            self.judge_from(perf_counter(), None)

    def judge_from(self, start: float, step: int | None) -> None:
        """Set the start of the schedule, from which slots are counted. `step`: number of the step in a search."""
        plan, self._step = self.the_plan, step
        self._judged_from = start + (plan.profile.warmup if step is None else _SETTLE * plan.profile.seconds)
        self._judged_until = start + plan.profile.seconds
        self._meter.start()
        if self._ticker is None:
            self._ticker = gevent.spawn(self._tick)

    def slot_of(self, moment: float) -> int:
        """Return the slot of a request by when it was due or sent (`perf_counter`); negative if it isn't judged."""
        since = moment - self._judged_from
        if self._step is not None:
            return self._step if since >= 0 else UNJUDGED
        return int(since // self.the_plan.slot) if moment < self._judged_until else UNJUDGED

    def connect(self, size: int) -> Connections:
        """Open a new pool of connections to the target, at most `size`."""
        plan = self.the_plan
        return Connections(plan.target, size, plan.request_timeout, self.machine.connection)

    def next_number(self) -> int:
        """Return a number that is unique in the run, over all workers."""
        plan = self.the_plan
        return plan.index + plan.workers * next(self._numbers)

    def organisation_of(self, number: int) -> Organisation:
        """Return the organisation of a user or journey: this node's organisations are assigned in turn."""
        return self.organisations[number // self.the_plan.workers % len(self.organisations)]

    @property
    def the_plan(self) -> Plan:
        if self.plan is None:
            raise OptionError("no plan: this worker joined when the run was under way")
        return self.plan

    # reports

    def report_crash(self, error: Exception) -> None:
        """Report an internal error of a greenlet that nothing waits for."""
        log.error("a scenario crashed", exc_info=error)
        self.samples.crash(self.redactor.text(repr(error))[:200])

    def report(self) -> dict[str, Any]:
        """Return the measurements since the last report; each measurement is in exactly one report."""
        samples, self.samples = self.samples, Samples()
        run = self.plan.run if self.plan else ""
        return {"run": run, "samples": samples.to_message(), **self._meter.read()}

    def attach(self, data: dict[str, Any], **_: Any) -> None:
        """Add the report to locust's own report of a worker."""
        data["load"] = self.report()

    def send(self, message: str, data: dict[str, Any]) -> None:
        """Send to the master."""
        runner = self.environment.runner
        if runner is not None:
            runner.send_message(message, data)

    def _set_aside(self) -> None:
        self.samples, self.draining, self.drained, self.in_flight = Samples(), False, False, 0
        self._numbers = itertools.count()

    def _tick(self) -> None:
        while True:
            before = perf_counter()
            gevent.sleep(_TICK)
            if self.plan is not None and not self.draining:
                slot = self.slot_of(before)
                self.samples.look_at_flight(slot, self.in_flight)
                if not self.plan.open:
                    self.samples.late(slot, max(0.0, perf_counter() - before - _TICK))


_current: list[Node] = []


def current() -> Node:
    """Return this process's node."""
    return _current[0]


def install(node: Node) -> None:
    """Set this process's node."""
    _current[:] = [node]
