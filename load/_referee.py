"""The master's side of all runs: starts, watches and ends them, and sets the exit code when locust quits."""

import os
import sys
from typing import Any

import gevent
from locust import User
from locust import log as locust_log
from locust.env import Environment
from locust.runners import MasterRunner

from fixtures.option_error import OptionError
from load import _reports
from load._clients import LOCAL, Expected
from load._node import Node
from load._options import Machine
from load._run import Run


class Referee:
    """Manages the runs of one master (or process without workers); every start makes a new `Run`."""

    def __init__(self, environment: Environment, machine: Machine, node: Node) -> None:
        self.environment, self.machine, self.node = environment, machine, node
        self.run: Run | None = None
        self._terminated = False
        self._workers = Expected(environment)
        gevent.spawn(self._watch)

    def prepare(self) -> bool:
        """Make a new run and check plan, generators and target. Return False if it can't be judged; then nothing is
        sent."""
        self.run = run = Run(self.environment, self.machine, self._workers)
        try:
            run.prepare()
        except OptionError as error:
            run.invalidate(str(error))
        run.prepared.set()
        if run.invalid:
            run.close()
        return not run.invalid

    def next_run(self, wait_seconds: float) -> Run | None:
        """Return the run of the latest start, once it was checked."""
        gevent.sleep(0)  # the shape makes the run in a greenlet of its own
        run = self.run
        if run is not None:
            run.prepared.wait(wait_seconds)
        return run

    def tick(self) -> tuple[int, float, list[type[User]]] | None:
        """Return users, spawn rate and user classes for now; None ends the run."""
        return self.run.tick() if self.run and not self.run.closed and not self._terminated else None

    def terminate(self) -> None:
        """End the run in order, with a verdict (SIGTERM, Ctrl-C). The second call doesn't wait for open requests."""
        run, web = self.run, self.environment.web_ui
        if run is not None:
            run.impatient = self._terminated
            run.stopping = True
        elif web is None:  # still waiting for workers: there is no run to finish
            if self.environment.runner is not None:
                self.environment.runner.quit()
            self.on_quitting()
            sys.stderr.flush()
            os._exit(self.environment.process_exit_code or 0)
        self._terminated = True
        if web is not None:
            # Locust's main greenlet waits for the pages to stop, then ends the run.
            web.stop()  # type: ignore[no-untyped-call]

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
            self.run.take(msg.data["report"])
            self.run.drained[msg.node_id or LOCAL] = msg.data

    def on_done(self, msg: Any, **_: Any) -> None:
        """Note that a generator finished its schedule, or a step of a search."""
        run, client = self.run, msg.node_id or LOCAL
        if run and msg.data["run"] == run.id:
            run.take(msg.data["report"])
            run.done.add(client)
            if run.search:
                run.search.on_done(client, msg.data)

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
        """Write files and table, and set the exit code."""
        options: Any = self.environment.parsed_options
        if self.run is None:
            if options is None or not (options.headless or options.autostart):
                return  # the page was opened, but no run was started
            self.run = Run(self.environment, self.machine, self._workers)
            self.run.invalidate("nothing was started")
        if locust_log.unhandled_greenlet_exception:
            self.run.invalidate("the load generator crashed; its traceback is in the log")
        self.run.finish()
        result = self.run.result()
        _reports.write_all(result, self.machine, getattr(options, "html_file", None))
        self.environment.process_exit_code = result.verdict.exit_code

    def _take(self, report: dict[str, Any]) -> None:
        run = self.run
        if run and report["run"] == run.id:
            run.take(report)

    def _watch(self) -> None:
        while True:
            gevent.sleep(0.5)
            run = self.run
            if run and run.running:
                if not isinstance(self.environment.runner, MasterRunner):
                    self._take(self.node.report())
                run.watch()
