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
from contracts.checks import exhaust
from contracts.exchange import Exchange
from contracts.feeding import Feeders, feed, feeders
from contracts.generated import passes
from contracts.outcome import Finding, Level, Outcome, Result, TargetError, UsageError, Verdict, verdict_of
from contracts.run import cleanup, visibility
from contracts.run.asked_again import QUESTIONS, ask_again
from contracts.run.audit import SECOND_LOOKS, audit
from contracts.run.budget import Budget
from contracts.run.client import Client
from contracts.run.clock import sleeper
from contracts.run.credentials import Credentials
from contracts.run.engine import Engine, ancestors, explain
from contracts.run.model import Model
from contracts.run.observer import observe
from contracts.run.operations import operations_of
from contracts.run.plan import PROFILES, Names, Plan, Visibility
from contracts.run.preflight import preflight
from contracts.run.registry import CHECKS, RULES, needs_other, waits
from contracts.run.run import Run
from contracts.run.stop import Stop
from contracts.selection import select
from contracts.settings import Settings, matching
from contracts.situations.drive import bring_about
from contracts.target import Target
from fixtures import mock_process
from fixtures.connection import Connection
from fixtures.keys import read_keys_file
from fixtures.redaction import Redactor
from fixtures.spec import load_spec
from fixtures.waiting import wait_for_target

Say = Callable[[str], None]

_RATE_LIMIT = "Rate limit"  # the area that is judged first, because the others depend on the limit


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
            notes: list[str] = []
            results = _results(run, chosen, progress, settings, catalogue, notes)
        finally:
            left_over = cleanup.clean(run, keep=settings.keep)
            run.client.close()
        notes = left_over + notes
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


def _results(
    run: Run, chosen: list[Entry], progress: Say, settings: Settings, catalogue: dict[str, Entry], notes: list[str]
) -> list[Result]:
    engine = Engine(run, progress)
    acting = [entry for entry in chosen if entry.id in CHECKS]
    early = [entry for entry in acting if entry.area == _RATE_LIMIT]
    last = [entry for entry in acting if "exhaust" in entry.needs]
    rules = [entry for entry in chosen if entry.id in RULES]
    feeding = Feeders() if acting or not rules else feeders(settings, rules, catalogue, run.target)
    needs_first_item = run.target.edition == "current" and (
        any(entry.id == visibility.CHECK or visibility.CHECK in ancestors(entry.id, catalogue) for entry in chosen)
        or any(map(waits, acting))
        or feeding.wait
    )
    first = visibility.first_item(run) if needs_first_item else None
    if not needs_first_item:  # as the first items would show; if arrays are refused, records are sent one by one
        run.visibility.arrays = run.target.capabilities.get("arrays", True)
    results = engine.judge(early)
    if any(result.level is Level.MUST and result.outcome is Outcome.FAIL for result in results):
        run.budget.may_wait = False  # with a wrong limit waits can't be planned, and the verdict is known
    if first:
        results.append(_first_item_result(run, first, catalogue[visibility.CHECK]))
    if rules and not acting:
        feed(engine, rules, feeding)
    results += engine.judge([entry for entry in acting if entry not in (*early, *last)])
    if not run.plan.quick:
        run.budget.set_aside = dict.fromkeys(("main", run.spare), SECOND_LOOKS + QUESTIONS // 2)
    if run.target.edition == "current" and (feeding.situations or (acting and not settings.select)):
        notes += bring_about(run, engine, feeding.situations)
    results += passes.judge(run, [entry for entry in chosen if "generated" in entry.needs], progress)
    passes.judge(run, feeding.passes, progress)
    run.budget.set_aside = dict.fromkeys(run.budget.set_aside, QUESTIONS // 2)
    audit(run, [entry.id for entry in rules])  # before failures are repeated, which may use up the remaining requests
    engine.repeat()
    run.budget.set_aside = {}
    if (acting or feeding.named) and not (run.plan.quick or settings.keep):
        cleanup.clean(run, keep=False)
        ask_again(run, [entry.id for entry in rules])
    if last:
        cleanup.clean(run, keep=settings.keep)
        run.budget.exempt = True
        results += engine.judge([entry for entry in last if entry.id != exhaust.RECOVERY])
        burnt = [entry for entry in chosen if {"generated", "exhaust"} <= set(entry.needs)]
        results += passes.judge_burnt(run, burnt, exhaust.window_ends(run))
        results += engine.judge([entry for entry in last if entry.id == exhaust.RECOVERY])
        engine.repeat()
    results += engine.apply_rules(rules)
    return results


def _first_item_result(run: Run, first: visibility.FirstItem, entry: Entry) -> Result:
    before = time.monotonic()
    seen = visibility.measure(run, first)
    result = Result(entry.id, entry.level, Outcome.PASS, seconds=time.monotonic() - before)
    if seen.blind or seen.lost:
        asked = tuple(exchange for exchange in run.client.journal if exchange.source == visibility.CHECK)
        expected = f"a list that shows what was accepted, within --settle {run.visibility.settle:g} s"
        if seen.blind:
            run.say(seen.blind)
            result.outcome, result.reason, actual = Outcome.INCONCLUSIVE, seen.blind, seen.blind
        else:
            result.outcome, actual = Outcome.FAIL, f"never {', '.join(seen.lost)}, though another item showed"
            changed = {run.model.resembles(shown): shown for exchange in asked for shown in exchange.shown}
            actual += "".join(f"; {changed[lost]} stands there instead" for lost in seen.lost if lost in changed)
        result.findings = [
            Finding(visibility.CHECK, "first item", "recommend", expected, actual, (*asked[:3], *asked[-3:]))
        ]
    return result


def _require(results: list[Result], settings: Settings, catalogue: dict[str, Entry]) -> None:
    """Apply --require: a required check that was not judged is inconclusive, and counts."""
    wanted = {identifier for name in settings.require for identifier in matching(name, catalogue)}
    for result in results:
        if result.check in wanted and result.outcome in (Outcome.SKIP, Outcome.DISABLED):
            result.outcome, result.reason = Outcome.INCONCLUSIVE, f"required, but: {result.reason}"


def to_stderr(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
