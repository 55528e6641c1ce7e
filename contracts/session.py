"""Judges a target in one run from start to end: target, first items, checks, clean-up, rules, verdict."""

import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

import contracts.checks
import contracts.rules  # noqa: F401 - registers the rules
from contracts import deviations
from contracts.catalogue import Entry
from contracts.exchange import Exchange
from contracts.outcome import Finding, Level, Outcome, Result, TargetError, UsageError, Verdict, verdict_of
from contracts.phases import Phases
from contracts.run import cleanup
from contracts.run.budget import Budget
from contracts.run.client import Client
from contracts.run.clock import sleeper
from contracts.run.credentials import Credentials
from contracts.run.engine import explain
from contracts.run.model import Model
from contracts.run.observer import observe
from contracts.run.operations import operations_of
from contracts.run.plan import PROFILES, Names, Plan, Visibility
from contracts.run.preflight import preflight
from contracts.run.registry import needs_other
from contracts.run.run import Run
from contracts.run.stop import Stop
from contracts.selection import select
from contracts.settings import Settings, matching
from contracts.target import Target
from fixtures import mock_process
from fixtures.connection import Connection
from fixtures.keys import read_keys_file
from fixtures.redaction import Redactor
from fixtures.spec import load_spec
from fixtures.waiting import wait_for_target

Say = Callable[[str], None]


@dataclass
class Report:
    """The data of all reports; it contains no key."""

    target: Target
    catalogue: dict[str, Entry]
    results: list[Result]
    verdict: Verdict
    strict: bool
    profile: str
    seed: int
    prefix: str
    started: datetime
    seconds: float
    requests: dict[str, int]
    waited: float
    lag: float | None
    channel: str
    bundled: bool
    redactor: Redactor
    journal: list[Exchange] = field(default_factory=list)
    digits: str = ""  # the prefix of the run's numeric ids
    notes: list[str] = field(default_factory=list)  # about known deviations and the clean-up

    def findings(self) -> Iterator[tuple[Result, Finding]]:
        for result in self.results:
            for finding in result.findings:
                yield result, finding


@contextmanager
def open_target(settings: Settings) -> Iterator[tuple[Target, bool]]:
    """Yield the target, and whether it is the bundled mock. Raises UsageError, TargetError."""
    if settings.url:
        if settings.connection.wait_for_target and not wait_for_target(settings.url, settings.connection):
            seconds = settings.connection.wait_for_target
            raise TargetError(f"{settings.url}: nothing answered within --wait-for-target {seconds:g} s")
        yield settings.target(settings.url, settings.organisations, settings.connection), False
        return
    if not mock_process.installed():
        raise UsageError("give a --target: the bundled mock is not installed")
    limit = ("--rate-limit", settings.rate_limit) if settings.rate_limit else ()
    try:
        with mock_process.running_mock(*limit) as mock:
            organisations = read_keys_file(mock.keys_file).organisations[:2]
            yield settings.target(mock.url, organisations, Connection()), True
    except mock_process.MockProcessError as error:
        raise TargetError(str(error)) from None


def judge(
    settings: Settings, catalogue: dict[str, Entry], say: Say, progress: Say = lambda _: None, stop: Stop | None = None
) -> Report:
    """Judge the target. Raises UsageError, TargetError. When `stop` is set, checks that were not judged yet are
    inconclusive."""
    stop = stop or Stop(settings.seconds)
    started, clock = datetime.now(UTC), time.monotonic()
    with open_target(settings) as (target, is_bundled):
        chosen, rest = select(settings, catalogue, target)
        run = make_run(settings, target, say, stop)
        try:
            preflight(run, not run.plan.brief or any(needs_other(entry, run) for entry in chosen))
            phases = Phases(run, settings, catalogue, chosen, progress)
            results = phases.judge()
        finally:
            left_over = cleanup.clean(run, keep=settings.keep)
            run.client.close()
        notes = left_over + phases.notes
        strict = settings.strict or not any(entry.level is Level.MUST for entry in chosen)  # --select of SHOULDs alone
        if stop.reason:
            notes.insert(0, f"{stop.reason}: checks not judged by then are inconclusive")
        everything = {result.check: result for result in [*results, *rest]}
        ordered = [everything[identifier] for identifier in catalogue]
        explain(ordered, catalogue)
        notes += deviations.apply(ordered, target.deviations, settings.strict_deviations, started.date())
        _require(ordered, settings, catalogue)
        return Report(
            target=target,
            catalogue=catalogue,
            results=ordered,
            verdict=verdict_of(ordered, strict),
            strict=strict,
            profile=settings.profile,
            seed=run.plan.seed,
            prefix=run.names.prefix,
            started=started,
            seconds=time.monotonic() - clock,
            requests=dict(run.budget.used),
            waited=run.budget.waited,
            lag=run.visibility.lag if run.visibility.channel else None,
            channel=str(run.visibility.channel or ""),
            bundled=is_bundled,
            redactor=run.redactor,
            journal=run.client.journal,
            digits=run.names.digits,
            notes=notes,
        )


def make_run(settings: Settings, target: Target, say: Say, stop: Stop) -> Run:
    redactor, names = Redactor(), Names.fresh()
    model = Model(names.prefix, names.digits, settings.settle)
    seed = random.SystemRandom().getrandbits(32) if settings.seed == "random" else int(settings.seed)
    brief = bool(settings.select) and not settings.exhaust
    plan = Plan(settings.profile, seed, settings.exclusive, settings.exhaust, target.other is None, brief)
    allowed = settings.max_requests or PROFILES[settings.profile]
    sleep = sleeper(target.control, stop.sleep)
    budget = Budget(allowed, not settings.no_wait, target.window_seconds, target.limit, say, sleep)
    client = Client(target, budget, redactor, settings.timeout, stop)
    client.observers.append(partial(observe, model))
    run = Run(
        target=target,
        operations=operations_of(load_spec(), target.edition),
        client=client,
        budget=budget,
        credentials=Credentials(target, redactor),
        redactor=redactor,
        model=model,
        plan=plan,
        names=names,
        visibility=Visibility(settings.settle),
        say=say,
        sleep=sleep,
    )
    budget.reserve = run.clean_up_cost
    budget.most_windows = 6 if settings.profile == "deep" else 2
    return run


def _require(results: list[Result], settings: Settings, catalogue: dict[str, Entry]) -> None:
    """Apply --require: a required check that was not judged is inconclusive, and counts."""
    wanted = {identifier for name in settings.require for identifier in matching(name, catalogue)}
    for result in results:
        if result.check in wanted and result.outcome in (Outcome.SKIP, Outcome.DISABLED):
            result.outcome, result.reason = Outcome.INCONCLUSIVE, f"required, but: {result.reason}"


def to_stderr(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
