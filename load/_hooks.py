"""Joins everything to locust's events. Imported once; importing it again adds nothing."""

import signal
import sys
from argparse import Namespace
from typing import Any, cast

import gevent
import locust.html
import locust.stats
from locust import LoadTestShape, User, events
from locust.env import Environment
from locust.runners import MasterRunner, WorkerRunner

from load import _node, _web
from load._errors import ConfigurationError
from load._histogram import bucket_response_time
from load._node import Node
from load._open_load import Arrivals
from load._options import Machine, add_options, check_web
from load._probe_shots import Shooter
from load._referee import Referee

# On every node alike, or the sums of their buckets would mean nothing.
locust.stats.bucket_response_time = bucket_response_time
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
    hooks: Any = environment.events
    if Arrivals not in environment.user_classes:  # for open load; no page or command line ever offers it
        environment.user_classes.append(Arrivals)
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
        hooks.test_start.add_listener(node.begin)
    if isinstance(runner, WorkerRunner):
        hooks.report_to_master.add_listener(node.attach)
        return
    referee = Referee(environment, machine, node)
    _referees[:] = [referee]
    for name, handler in (
        ("load_ready", referee.on_ready),
        ("load_drained", referee.on_drained),
        ("probe_shots", referee.on_shots),
    ):
        runner.register_message(name, handler)
    hooks.test_start.add_listener(referee.on_start)
    hooks.test_stopping.add_listener(referee.on_stopping)
    hooks.worker_report.add_listener(referee.on_report)
    hooks.worker_connect.add_listener(referee.on_worker_connect)
    _web.extend(environment, referee)
    if options.headless:  # locust listens to SIGTERM only once the users of a shape are done
        gevent.signal_handler(signal.SIGTERM, referee.terminate)


def _quitting(environment: Environment, **_: Any) -> None:
    """After the runner has stopped: listeners are called in reverse, and this one was here before the runner's."""
    if isinstance(environment.runner, WorkerRunner):
        environment.process_exit_code = 0  # the verdict is the master's
    elif _referees:
        _referees[0].on_quitting()


_events: Any = events
_events.init_command_line_parser.add_listener(lambda parser, **_: add_options(parser))
_events.init.add_listener(_init)
_events.quitting.add_listener(_quitting)
