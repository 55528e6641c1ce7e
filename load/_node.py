"""The generators' side of a run: the plan, the keys, what is under way, what was measured since the last report.

One per process. With `--processes` or on other machines it talks to the master by messages; without, locust hands the
same messages to the handlers in the same process."""

import itertools
import os
import ssl
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import gevent
from locust.env import Environment
from locust.runners import MasterRunner, WorkerRunner

from load import _keys
from load._errors import ConfigurationError
from load._http import Connections
from load._identity import versions
from load._keys import Organisation
from load._options import Machine
from load._plan import Plan
from load._preflight import AT_ONCE, look
from load._samples import Samples
from load._shop import Shop, generated_shop, shop_from_file

_TICK = 0.05  # seconds between two looks at how late the event loop is


class Node:
    """What users of this process share."""

    def __init__(self, environment: Environment, machine: Machine) -> None:
        self.environment, self.machine = environment, machine
        self.plan: Plan | None = None
        self.organisations: tuple[Organisation, ...] = ()
        self.shop = Shop((), (), (), ())
        self.samples = Samples()
        self.started_at = self.judged_from = 0.0  # perf_counter
        self.draining = False
        self.in_flight = 0
        self._numbers = itertools.count()
        self._cpu = (perf_counter(), process_time())
        self._busiest = 0.0
        self._ticker: gevent.Greenlet | None = None
        self._arrivals_claimed = False

    # messages of the master

    def on_plan(self, msg: Any, **_: Any) -> None:
        """Take the plan, look at the target with every key of this node's share, and say how it stands."""
        self.plan = plan = Plan.from_message(msg.data["plan"])
        self._set_aside()
        answer: dict[str, Any] = {"run": plan.run, "index": plan.index, "versions": versions(), "problem": ""}
        try:
            everyone = _keys.read_organisations(self.machine.keys_file, os.environ)
            if self.machine.ca_file:
                _check_ca_file(self.machine.ca_file)
            ids_file = self.machine.ids_file
            self.shop = shop_from_file(Path(ids_file)) if ids_file else generated_shop(msg.data["shop"], plan.seed)
        except ConfigurationError as error:
            self.send("load_ready", {**answer, "problem": str(error)})
            return
        mine = everyone[:2] if plan.probe else _keys.share(everyone, plan.index, plan.workers)
        self.organisations = mine
        connections = Connections(plan.target, AT_ONCE, plan.request_timeout, self.machine.ca_file)
        looked_at = mine[:1] if plan.probe else mine
        quotas = look(connections, looked_at)
        connections.close()
        answer |= {
            "secret_keys": all(one.secret_key for one in mine),
            "organisations": len(everyone),
            "keys": _keys.fingerprint(everyone),
            "quotas": quotas,
        }
        self.send("load_ready", answer)

    def on_drain(self, msg: Any, **_: Any) -> None:
        """Send nothing more, wait for what is under way, and report all of it, then say so."""
        self.draining = True
        patience = perf_counter() + msg.data["patience"]
        while self.in_flight and perf_counter() < patience:
            gevent.sleep(0.01)
        self.environment.stop_timeout = 0.0  # nothing is under way that would need time
        runner = self.environment.runner
        if isinstance(runner, WorkerRunner):
            runner._send_stats()  # type: ignore[no-untyped-call, unused-ignore] # private: the only way to report now
        unfinished, run = self.in_flight, self.plan.run if self.plan else ""
        self.send("load_drained", {"run": run, "unfinished": unfinished, "report": self.report()})

    # what users need

    def begin(self, **_: Any) -> None:
        """The run starts now."""
        plan = self.plan
        if plan is None or isinstance(self.environment.runner, MasterRunner):
            return
        self.started_at = perf_counter()
        self.judged_from = self.started_at + plan.profile.warmup
        self.environment.stop_timeout = plan.request_timeout  # a user that must go may finish its request
        self._cpu = (perf_counter(), process_time())
        if self._ticker is None:
            self._ticker = gevent.spawn(self._tick)

    def next_number(self) -> int:
        """A number that no other user of the run has, on any worker."""
        plan = self.the_plan
        return plan.index + plan.workers * next(self._numbers)

    def organisation_of(self, number: int) -> Organisation:
        """Users and journeys are dealt to this node's organisations in turn."""
        return self.organisations[number // self.the_plan.workers % len(self.organisations)]

    def claim_arrivals(self) -> bool:
        """True once per run: one schedule per process, however many users locust spawns here."""
        claimed, self._arrivals_claimed = self._arrivals_claimed, True
        return not claimed

    @property
    def the_plan(self) -> Plan:
        if self.plan is None:
            raise ConfigurationError("no plan: this worker joined when the run was under way")
        return self.plan

    # reports

    def report(self) -> dict[str, Any]:
        """What was measured since the last report; nothing is in two reports."""
        samples, self.samples = self.samples, Samples()
        wall, cpu = perf_counter(), process_time()
        since_wall, since_cpu = self._cpu
        if wall - since_wall >= 1.0:
            self._busiest, self._cpu = (cpu - since_cpu) / (wall - since_wall), (wall, cpu)
        run = self.plan.run if self.plan else ""
        return {"run": run, "samples": samples.to_message(), "cpu": self._busiest, "in_flight": self.in_flight}

    def attach(self, data: dict[str, Any], **_: Any) -> None:
        """To locust's own report of a worker."""
        data["load"] = self.report()

    def send(self, message: str, data: dict[str, Any]) -> None:
        """To the master."""
        runner = self.environment.runner
        if runner is not None:
            runner.send_message(message, data)

    def _set_aside(self) -> None:
        self.samples, self.draining, self.in_flight = Samples(), False, 0
        self._numbers, self._arrivals_claimed, self._busiest = itertools.count(), False, 0.0

    def _tick(self) -> None:
        while True:
            before = perf_counter()
            gevent.sleep(_TICK)
            if self.plan is not None and not self.plan.open and not self.draining:
                self.samples.late(max(0.0, perf_counter() - before - _TICK))


_current: list[Node] = []


def current() -> Node:
    """This process's node."""
    return _current[0]


def install(node: Node) -> None:
    """Make it the process's node."""
    _current[:] = [node]


def _check_ca_file(path: str) -> None:
    try:
        ssl.create_default_context(cafile=path)
    except OSError as error:  # ssl.SSLError is one
        raise ConfigurationError(f"--ca-file {path}: {error}") from None
