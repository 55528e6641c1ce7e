"""The phases of a run, in their order: rate limit, first items, checks, situations, generated inputs, second looks, the
exhausted limit, rules."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from contracts.catalogue import Entry
from contracts.checks import exhaust
from contracts.feeding import Feeders, feed, feeders
from contracts.generated import passes
from contracts.outcome import Finding, Level, Outcome, Result
from contracts.run import cleanup, visibility
from contracts.run.asked_again import QUESTIONS, ask_again
from contracts.run.audit import SECOND_LOOKS, audit
from contracts.run.engine import Engine, ancestors
from contracts.run.registry import CHECKS, RULES, waits
from contracts.run.run import Run
from contracts.settings import Settings
from contracts.situations.drive import bring_about

_RATE_LIMIT = "Rate limit"  # the area that is judged first, because the others depend on the limit


@dataclass
class Phases:
    """`chosen`: the entries of the catalogue to judge. `notes`: lines for the report."""

    run: Run
    settings: Settings
    catalogue: dict[str, Entry]
    chosen: list[Entry]
    progress: Callable[[str], None]
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._engine = Engine(self.run, self.progress)
        self._acting = [entry for entry in self.chosen if entry.id in CHECKS]
        self._rules = [entry for entry in self.chosen if entry.id in RULES]
        self._rule_ids = [entry.id for entry in self._rules]
        self._last = [entry for entry in self._acting if "exhaust" in entry.needs]
        self._feeding = Feeders()  # what sends requests for the rules, if no check does
        if self._rules and not self._acting:
            self._feeding = feeders(self.settings, self._rules, self.catalogue, self.run.target)

    def judge(self) -> list[Result]:
        """Return the results of all chosen entries. Raises UsageError, TargetError."""
        first = self._first_items()
        early = [entry for entry in self._acting if entry.area == _RATE_LIMIT]
        results = self._rate_limit(early)
        if first:
            results.append(_first_item_result(self.run, first, self.catalogue[visibility.CHECK]))
        if self._feeding.checks:
            feed(self._engine, self._rules, self._feeding)
        results += self._engine.judge([entry for entry in self._acting if entry not in (*early, *self._last)])
        results += self._inputs()
        self._second_looks()
        if self._last:
            results += self._exhausted()
        return [*results, *self._engine.apply_rules(self._rules)]

    def _first_items(self) -> visibility.FirstItem | None:
        """Upsert the first items, if something depends on when they show."""
        depends = any(
            entry.id == visibility.CHECK or visibility.CHECK in ancestors(entry.id, self.catalogue)
            for entry in self.chosen
        )
        depends = depends or any(map(waits, self._acting)) or self._feeding.wait
        if depends and self.run.target.edition == "current":
            return visibility.first_item(self.run)
        # As the first items would show; if arrays are refused, records are sent one by one.
        self.run.visibility.arrays = self.run.target.capabilities.get("arrays", True)
        return None

    def _rate_limit(self, early: list[Entry]) -> list[Result]:
        results = self._engine.judge(early)
        if any(result.level is Level.MUST and result.outcome is Outcome.FAIL for result in results):
            self.run.budget.may_wait = False  # with a wrong limit waits can't be planned, and the verdict is known
        return results

    def _inputs(self) -> list[Result]:
        """Bring about the situations, and send generated inputs."""
        run = self.run
        if not run.plan.quick:
            run.budget.set_aside = dict.fromkeys(("main", run.spare), SECOND_LOOKS + QUESTIONS // 2)
        unselected = self._acting and not self.settings.select
        if run.target.edition == "current" and (self._feeding.situations or unselected):
            self.notes += bring_about(run, self._engine, self._rule_ids, self._feeding.situations)
        results = passes.judge(run, _needing("generated", self.chosen), self.progress)
        passes.judge(run, self._feeding.passes, self.progress)
        return results

    def _second_looks(self) -> None:
        """Repeat what a slow queue may have caused, and failed checks; then ask for the lists without the run's
        items."""
        run = self.run
        run.budget.set_aside = dict.fromkeys(run.budget.set_aside, QUESTIONS // 2)
        audit(run, self._rule_ids)  # before failures are repeated, which may use up the remaining requests
        self._engine.repeat()
        run.budget.set_aside = {}
        if (self._acting or self._feeding.named) and not (run.plan.quick or self.settings.keep):
            cleanup.clean(run, keep=False)
            ask_again(run, self._rule_ids)

    def _exhausted(self) -> list[Result]:
        run = self.run
        cleanup.clean(run, keep=self.settings.keep)
        run.budget.exempt = True
        results = self._engine.judge([entry for entry in self._last if entry.id != exhaust.RECOVERY])
        burnt = _needing("exhaust", _needing("generated", self.chosen))
        results += passes.judge_burnt(run, burnt, exhaust.window_ends(run))
        results += self._engine.judge([entry for entry in self._last if entry.id == exhaust.RECOVERY])
        self._engine.repeat()
        return results


def _needing(what: str, entries: Iterable[Entry]) -> list[Entry]:
    return [entry for entry in entries if what in entry.needs]


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
