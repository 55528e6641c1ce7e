"""Steps all checks together, repeats what failed, lets the rules look at the journal, and explains by dependencies."""

import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from contracts.catalogue import Entry
from contracts.outcome import Finding, NotJudged, Outcome, Result, Starved
from contracts.run.probe import Probe
from contracts.run.registry import CHECKS, RULES, Rule, Violation, home_of
from contracts.run.run import Run

_SHOWN_PER_CASE = 3  # findings of one rule with the same case and operation


@dataclass
class Attempt:
    """One run of one check function."""

    entry: Entry
    probe: Probe
    steps: Iterator[None] | None = None
    begun: bool = False
    done: bool = False
    outcome: Outcome = Outcome.PASS
    reason: str = ""
    starved: bool = False
    seconds: float = 0.0

    def step(self) -> None:
        """On to the next `yield`, or to the end."""
        started = time.monotonic()
        try:
            if not self.begun:
                self.begun = True
                self.steps = CHECKS[self.entry.id](self.probe)
            if self.steps is None:
                self.done = True
            else:
                next(self.steps)
        except StopIteration:
            self.done = True
        except NotJudged as reason:
            self.done, self.outcome, self.reason = True, reason.outcome, str(reason)
            self.starved = isinstance(reason, Starved)
        except Exception:  # our fault; shown with its traceback
            self.done, self.outcome, self.reason = True, Outcome.ERROR, traceback.format_exc(limit=-4)
        if self.probe.findings:
            self.outcome = Outcome.FAIL
        self.seconds += time.monotonic() - started


@dataclass
class Engine:
    run: Run
    progress: Callable[[str], None] = field(default=lambda _: None)

    def judge(self, entries: Iterable[Entry]) -> list[Result]:
        """Check functions of these entries, failing ones twice."""
        first = self._together(list(entries))
        again = [attempt.entry for attempt in first if attempt.outcome is Outcome.FAIL]
        second = {attempt.entry.id: attempt for attempt in self._together(again)} if again else {}
        return [_result(attempt, second.get(attempt.entry.id)) for attempt in first]

    def _together(self, entries: list[Entry]) -> list[Attempt]:
        attempts = [Attempt(entry, Probe(self.run, entry.id, home_of(entry, self.run))) for entry in entries]
        waiting = attempts
        while waiting:
            for attempt in waiting:
                attempt.step()
                self.progress(attempt.entry.id)
            waiting = [attempt for attempt in waiting if not attempt.done]
            if waiting:
                self.run.wait_until_visible()
        return attempts

    def apply_rules(self, entries: Iterable[Entry]) -> list[Result]:
        return [self._apply(entry, RULES[entry.id]) for entry in entries]

    def _apply(self, entry: Entry, rule: Rule) -> Result:
        started = time.monotonic()
        about = [exchange for exchange in self.run.client.journal if rule.about(exchange)]
        result = Result(entry.id, entry.level, Outcome.PASS, times=f"{len(about)} answers looked at")
        if not about:
            result.outcome, result.reason = Outcome.INCONCLUSIVE, "the run saw no answer that it speaks of"
            return result
        try:
            violations = list(rule.judge(self.run, about))
        except Exception:
            result.outcome, result.reason = Outcome.ERROR, traceback.format_exc(limit=-4)
            return result
        result.findings = list(_findings(entry.id, violations, self.run))
        result.seconds = time.monotonic() - started
        if violations:
            result.outcome = Outcome.FAIL
            result.times = f"{len(violations)} of {len(about)} answers"
        return result


def _findings(check: str, violations: list[Violation], run: Run) -> Iterator[Finding]:
    seen: dict[tuple[str, str], int] = {}
    for violation in violations:
        operation = next((x.operation for x in violation.exchanges if x.operation), None) or "-"
        key = (violation.case, operation)
        seen[key] = seen.get(key, 0) + 1
        if seen[key] <= _SHOWN_PER_CASE:
            actual = run.redactor.text(violation.actual)
            yield Finding(check, violation.case, operation, violation.expected, actual, violation.exchanges)


def _result(first: Attempt, second: Attempt | None) -> Result:
    result = Result(first.entry.id, first.entry.level, first.outcome, first.reason, list(first.probe.findings))
    result.starved = first.starved
    result.seconds = first.seconds + (second.seconds if second else 0.0)
    result.requests = len(first.probe.exchanges) + (len(second.probe.exchanges) if second else 0)
    if second is None:
        return result
    if second.outcome is Outcome.FAIL and not second.probe.exchanges:
        result.times = "1 of 1 (can't be repeated)"  # a limit that is used up
    elif second.outcome is Outcome.FAIL:
        result.times = "2 of 2"
        known = {(finding.case, finding.operation) for finding in result.findings}
        result.findings += [f for f in second.probe.findings if (f.case, f.operation) not in known]
    elif second.outcome is Outcome.PASS:
        result.times = "1 of 2 (intermittent)"
    else:
        result.times = f"1 of 1 (not repeated: {second.reason})"
    return result


def explain(results: list[Result], catalogue: dict[str, Entry]) -> None:
    """One defect is one red: what depends on a failed check is inconclusive, and says so."""
    failed = {result.check for result in results if result.outcome is Outcome.FAIL}
    untold = {r.check for r in results if r.outcome is Outcome.INCONCLUSIVE and not r.starved}
    for result in results:
        if result.outcome is not Outcome.FAIL:
            continue
        # What a rule saw is seen, whatever could not be tried beside it.
        blockers = failed if result.check in RULES else failed | untold
        culprit = next(iter(sorted(_ancestors(result.check, catalogue) & blockers)), None)
        if culprit:
            result.outcome, result.reason = Outcome.INCONCLUSIVE, f"blocked by {culprit}"


def _ancestors(check: str, catalogue: dict[str, Entry]) -> set[str]:
    found: set[str] = set()
    todo = list(catalogue[check].depends)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += catalogue[name].depends
    return found
