"""Joins everything to locust's events. Imported once; importing it again adds nothing."""

import sys
from argparse import Namespace
from typing import Any, cast

import locust.html
import locust.stats
from locust import LoadTestShape, User, events
from locust.env import Environment
from locust.runners import MasterRunner, WorkerRunner

from load import _node, _web
from load._errors import ConfigurationError
from load._histogram import bucket_milliseconds
from load._node import Node
from load._options import Machine, add_options, check_web
from load._probe_shots import Shooter
from load._referee import Referee

# On every node alike, or the sums of their buckets would mean nothing.
locust.stats.bucket_response_time = bucket_milliseconds
locust.stats.PERCENTILES_TO_CHART = [0.5, 0.95, 0.99]
locust.stats.PERCENTILES_TO_STATISTICS = [0.5, 0.95, 0.99]
locust.html.PERCENTILES_FOR_HTML_REPORT = [0.5, 0.9, 0.95, 0.99, 0.999, 1.0]

_referees: list[Referee] = []


class Profile(LoadTestShape):
    """Users over time by the chosen profile; the run begins with its first tick and ends with the profile."""

    use_common_options = True

    def tick(self) -> tuple[int, float, list[type[User]]] | None:
        referee = _referees[0]
        if self._is_new_run() and not referee.prepare():
            return None
        return referee.tick()

    def _is_new_run(self) -> bool:
        run = _referees[0].run
        return run is None or run.closed


def _init(environment: Environment, **_: Any) -> None:
    options = cast(Namespace, environment.parsed_options)
    try:
        check_web(options)
    except ConfigurationError as error:
        print(f"locust: {error}", file=sys.stderr)
        sys.exit(2)
    runner = environment.runner
    machine = Machine.from_options(options)
    node = Node(environment, machine)
    _node.install(node)
    if runner is None:
        return
    if not isinstance(runner, MasterRunner):
        shooter = Shooter(node)
        for name, handler in (
            ("load_plan", node.on_plan),
            ("load_drain", node.on_drain),
            ("probe_clock", shooter.on_clock),
            ("probe_fire", shooter.on_shots),
        ):
            runner.register_message(name, handler, concurrent=True)
        environment.events.test_start.add_listener(node.begin)
    if isinstance(runner, WorkerRunner):
        environment.events.report_to_master.add_listener(node.attach)
        return
    referee = Referee(environment, machine, node)
    _referees[:] = [referee]
    for name, handler in (
        ("load_ready", referee.on_ready),
        ("load_drained", referee.on_drained),
        ("probe_shots", referee.on_shots),
    ):
        runner.register_message(name, handler)
    environment.events.test_start.add_listener(referee.on_start)
    environment.events.test_stopping.add_listener(referee.on_stopping)
    environment.events.worker_report.add_listener(referee.on_report)
    environment.events.worker_connect.add_listener(referee.on_worker_connect)
    _web.extend(environment, referee)


def _quitting(environment: Environment, **_: Any) -> None:
    """After the runner has stopped: listeners are called in reverse, and this one was here before the runner's."""
    if isinstance(environment.runner, WorkerRunner):
        environment.process_exit_code = 0  # the verdict is the master's
    elif _referees:
        _referees[0].on_quitting()


events.init_command_line_parser.add_listener(lambda parser, **_: add_options(parser))
events.init.add_listener(_init)
events.quitting.add_listener(_quitting)
