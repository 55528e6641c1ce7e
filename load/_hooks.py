"""Connects everything to locust's events. Imported once; importing it again has no effect."""

import signal
import sys
from argparse import Namespace
from time import perf_counter
from typing import Any, cast

import gevent
import locust.html
import locust.stats
from locust import LoadTestShape, User, events
from locust.env import Environment
from locust.runners import MasterRunner, WorkerRunner

from fixtures.option_error import OptionError
from load import _node, _web
from load._compare import read_before
from load._histogram import bucket_response_time
from load._node import Node
from load._open_load import Arrivals, Schedule
from load._options import Machine, add_options, check_web, make_plan, promises, rate_limit
from load._probe_shots import Shooter
from load._referee import Referee

# The same buckets on every node, because they are added up.
locust.stats.bucket_response_time = bucket_response_time
locust.stats.PERCENTILES_TO_CHART = [0.5, 0.95, 0.99]
locust.stats.PERCENTILES_TO_STATISTICS = [0.5, 0.95, 0.99]
locust.html.PERCENTILES_FOR_HTML_REPORT = [0.5, 0.9, 0.95, 0.99, 0.999, 1.0]

_DRAIN = 25.0  # seconds that a worker waits for the master to request its last report
_referees: list[Referee] = []


class Profile(LoadTestShape):
    """The number of users over time by the chosen profile. The run begins with the first tick and ends with the
    profile."""

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
        machine = Machine.from_options(options)
        node = Node(environment, machine)
        check_start(environment, node)
    except OptionError as error:
        print(f"locust: {error}", file=sys.stderr)
        sys.exit(2)
    runner = environment.runner
    hooks: Any = environment.events
    if Arrivals not in environment.user_classes:  # for open load; pages and command line don't offer it
        environment.user_classes.append(Arrivals)
    _node.install(node)
    if runner is None:
        return
    if not isinstance(runner, MasterRunner):
        shooter, schedule = Shooter(node), Schedule(node)
        for name, handler in (
            ("load_plan", node.on_plan),
            ("load_drain", node.on_drain),
            ("load_schedule", schedule.on_schedule),
            ("probe_clock", shooter.on_clock),
            ("probe_fire", shooter.on_shots),
        ):
            runner.register_message(name, handler, concurrent=True)
        hooks.test_start.add_listener(node.begin)
    if isinstance(runner, WorkerRunner):
        hooks.report_to_master.add_listener(node.attach)
        # Ctrl-C reaches every process of the terminal, but the master still needs the workers' last report.
        if options.processes:
            gevent.signal_handler(signal.SIGINT, lambda: gevent.spawn(_quit_when_drained, runner, node))
        return
    referee = Referee(environment, machine, node)
    _referees[:] = [referee]
    for name, handler in (
        ("load_ready", referee.on_ready),
        ("load_drained", referee.on_drained),
        ("load_done", referee.on_done),
        ("probe_shots", referee.on_shots),
    ):
        runner.register_message(name, handler)
    hooks.test_start.add_listener(referee.on_start)
    hooks.test_stopping.add_listener(referee.on_stopping)
    hooks.worker_report.add_listener(referee.on_report)
    hooks.worker_connect.add_listener(referee.on_worker_connect)
    _web.extend(environment, referee)
    gevent.signal_handler(signal.SIGINT, referee.terminate)  # also where the shell started this as a background job
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # not under nohup
        gevent.signal_handler(signal.SIGHUP, referee.terminate)  # the terminal was closed
    if options.headless:  # locust handles SIGTERM only once the users of a shape are done
        gevent.signal_handler(signal.SIGTERM, referee.terminate)


def check_start(environment: Environment, node: Node) -> None:
    """Check files and options before anything is sent; an unusable one is one line and exit code 2. Raises
    OptionError."""
    options: Any = environment.parsed_options
    is_master, is_worker = options.master, options.worker
    if not is_master:
        node.read_files()
    if is_worker:
        return
    promises(options, node.machine.slo_file)
    rate_limit(options.rate_limit)
    if node.machine.compare:
        read_before(node.machine.compare)
    if options.headless or options.autostart:
        make_plan("", environment, node.machine.allow_production)


def _quit_when_drained(runner: WorkerRunner, node: Node) -> None:
    """End a worker after its last report, or immediately if it has nothing to report."""
    until = perf_counter() + _DRAIN
    while node.plan is not None and not node.drained and perf_counter() < until:
        gevent.sleep(0.05)
    gevent.sleep(0.1)  # until the report is sent
    runner.quit()


def _quitting(environment: Environment, **_: Any) -> None:
    """Send the results. Runs after the runner has stopped: listeners are called in reverse order, and this one was
    added before the runner's."""
    if isinstance(environment.runner, WorkerRunner):
        environment.process_exit_code = 0  # only the master has a verdict
    elif _referees:
        _referees[0].on_quitting()


_events: Any = events
_events.init_command_line_parser.add_listener(lambda parser, **_: add_options(parser))
_events.init.add_listener(_init)
_events.quitting.add_listener(_quitting)
