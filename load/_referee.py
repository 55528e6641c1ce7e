"""The master's side of all runs: it starts, watches and ends them, and has the last word when locust quits."""

from typing import Any

import gevent
from locust import User
from locust import log as locust_log
from locust.env import Environment
from locust.runners import MasterRunner

from load import _reports
from load._errors import ConfigurationError
from load._node import Node
from load._options import Machine
from load._run import LOCAL, Run


class Referee:
    """One per master (or process without workers); a new `Run` for every start."""

    def __init__(self, environment: Environment, machine: Machine, node: Node) -> None:
        self.environment, self.machine, self.node = environment, machine, node
        self.run: Run | None = None
        self._terminated = False
        gevent.spawn(self._watch)

    def prepare(self) -> bool:
        """A new run: plan, generators and target are looked at. False: it can't be judged, and nothing is sent."""
        self.run = run = Run(self.environment, self.machine)
        try:
            run.prepare()
        except ConfigurationError as error:
            run.invalidate(str(error))
        run.prepared.set()
        if run.invalid:
            run.close()
        return not run.invalid

    def next_run(self, patience: float) -> Run | None:
        """The run that a start just now leads to, once it was looked at."""
        gevent.sleep(0)  # the shape makes it in its own greenlet
        run = self.run
        if run is not None:
            run.prepared.wait(patience)
        return run

    def tick(self) -> tuple[int, float, list[type[User]]] | None:
        """Users, spawn rate and their classes for now; None ends the run."""
        return self.run.tick() if self.run and not self.run.closed and not self._terminated else None

    def terminate(self) -> None:
        """End the run at its next tick, as if its time were over."""
        self._terminated = True

    def on_start(self, **_: Any) -> None:
        if self.run:
            self.run.begin()

    def on_ready(self, msg: Any, **_: Any) -> None:
        if self.run and msg.data["run"] == self.run.id:
            self.run.ready[msg.node_id or LOCAL] = msg.data

    def on_report(self, data: dict[str, Any], **_: Any) -> None:
        if "load" in data:
            self._take(data["load"])

    def on_drained(self, msg: Any, **_: Any) -> None:
        if self.run and msg.data["run"] == self.run.id:
            self._take(msg.data["report"])
            self.run.drained[msg.node_id or LOCAL] = msg.data

    def on_shots(self, msg: Any, **_: Any) -> None:
        if self.run and self.run.probe:
            self.run.probe.on_shots(msg.node_id or LOCAL, msg.data)

    def on_worker_connect(self, client_id: str, **_: Any) -> None:
        if self.run and self.run.running and client_id not in self.run.ready:
            self.run.invalidate("a worker joined when the run was under way")

    def on_stopping(self, **_: Any) -> None:
        if self.run:
            self.run.finish()

    def on_quitting(self, **_: Any) -> None:
        """The last word: files, table, exit code."""
        options: Any = self.environment.parsed_options
        if self.run is None:
            if options is None or not (options.headless or options.autostart):
                return  # somebody looked at the page and went away
            self.run = Run(self.environment, self.machine)
            self.run.invalidate("nothing was started")
        if locust_log.unhandled_greenlet_exception:
            self.run.invalidate("something crashed inside the load generator; its traceback is in the log")
        self.run.finish()
        _reports.write_all(self.run, self.machine, getattr(options, "html_file", None))
        self.environment.process_exit_code = self.run.verdict.exit_code

    def _take(self, report: dict[str, Any]) -> None:
        run = self.run
        if run and report["run"] == run.id:
            run.samples.merge(report["samples"])
            if run.running:
                run.cpu = max(run.cpu, report["cpu"])

    def _watch(self) -> None:
        while True:
            gevent.sleep(0.5)
            run = self.run
            if run and run.running:
                if not isinstance(self.environment.runner, MasterRunner):
                    self._take(self.node.report())
                run.look_for_lost_workers()
