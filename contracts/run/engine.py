"""Runs all checks together, repeats failed ones, applies the rules to the journal, and explains failures by
dependencies."""

import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from contracts.catalogue import Entry
from contracts.outcome import Finding, Level, NotJudged, Outcome, Result, Starved
from contracts.run.probe import Probe
from contracts.run.registry import CHECKS, RULES, CheckFunction, Judging, Violation, home_of
from contracts.run.run import Run

_SHOWN_PER_CASE = 3  # findings of one rule with the same case and operation


@dataclass
class Attempt:
    """One attempt to judge a check."""

    entry: Entry
    probe: Probe
    steps: Iterator[None] | None = None
    begun: bool = False
    done: bool = False
    outcome: Outcome = Outcome.PASS
    reason: str = ""
    starved: bool = False
    seconds: float = 0.0
    function: CheckFunction | None = None  # replaces the catalogue's function

    def step(self) -> None:
        """Continue to the next `yield`, or to the end."""
        started = time.monotonic()
        try:
            if not self.begun:
                self.begun = True
                self.steps = (self.function or CHECKS[self.entry.id])(self.probe)
            if self.steps is None:
                self.done = True
            else:
                next(self.steps)
        except StopIteration:
            self.done = True
        except NotJudged as reason:
            self.done, self.outcome, self.reason = True, reason.outcome, str(reason)
            self.starved = isinstance(reason, Starved)
        except Exception:  # an internal error, shown with its traceback
            self.done, self.outcome, self.reason = True, Outcome.ERROR, traceback.format_exc(limit=-4)
        if self.probe.findings:
            self.outcome = Outcome.FAIL
        self.seconds += time.monotonic() - started


@dataclass
class Engine:
    run: Run
    progress: Callable[[str], None] = field(default=lambda _: None)

    _failed: list[tuple[Attempt, Result]] = field(default_factory=list)
    _broken: str = ""  # why rules may have seen too little to pass

    def judge(self, entries: Iterable[Entry]) -> list[Result]:
        """Run the check functions of these entries."""
        attempts = self._together(list(entries))
        results = [_result(attempt) for attempt in attempts]
        self._failed += [each for each in zip(attempts, results, strict=True) if each[0].outcome is Outcome.FAIL]
        return results

    def drive(self, name: str, function: CheckFunction, home: str = "main") -> str:
        """Run a function that only produces exchanges for rules. Return why it ended early, or an empty text. After an
        internal error no rule passes."""
        attempt = Attempt(Entry(name, "Situations", Level.INFO, "", ""), Probe(self.run, name, home), function=function)
        self._step([attempt])
        self.progress(name)
        if attempt.outcome is Outcome.ERROR:
            self._broken = f"an internal error in {name}, see the notes"
        return attempt.reason

    def repeat(self) -> None:
        """Repeat failed checks after all others were judged, so that the others don't lack requests."""
        failed, self._failed = sorted(self._failed, key=lambda each: len(each[0].probe.exchanges)), []
        second = self._together([attempt.entry for attempt, _ in failed])
        for (_, result), again in zip(failed, second, strict=True):
            _compare(result, again)

    def _together(self, entries: list[Entry]) -> list[Attempt]:
        attempts = [Attempt(entry, Probe(self.run, entry.id, home_of(entry, self.run))) for entry in entries]
        self._step(attempts)
        return attempts

    def _step(self, attempts: list[Attempt]) -> None:
        waiting = attempts
        while waiting:
            for attempt in waiting:
                attempt.step()
                self.progress(attempt.entry.id)
            waiting = [attempt for attempt in waiting if not attempt.done]
            if waiting:
                self.run.wait_until_visible()

    def apply_rules(self, entries: Iterable[Entry]) -> list[Result]:
        judging = Judging(self.run)
        return [self._apply(entry, judging) for entry in entries]

    def _apply(self, entry: Entry, judging: Judging) -> Result:
        started = time.monotonic()
        about = judging.about(entry.id)
        result = Result(entry.id, entry.level, Outcome.PASS, times=f"{len(about)} answers looked at")
        if not about:
            result.outcome, result.reason = Outcome.INCONCLUSIVE, "the run saw no answer that it speaks of"
            return result
        try:
            violations = judging.violations(entry.id)
        except Exception:
            result.outcome, result.reason = Outcome.ERROR, traceback.format_exc(limit=-4)
            return result
        result.findings = list(_findings(entry.id, violations, self.run))
        result.seconds = time.monotonic() - started
        if self._broken and not violations:
            result.outcome, result.reason = Outcome.INCONCLUSIVE, self._broken
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
            yield Finding(
                check, violation.case, operation, violation.expected, actual, violation.exchanges,
                unwanted=violation.unwanted, missing=violation.missing,
            )  # fmt: skip


def _result(attempt: Attempt) -> Result:
    result = Result(attempt.entry.id, attempt.entry.level, attempt.outcome, attempt.reason, attempt.probe.findings[:])
    result.starved, result.seconds, result.requests = attempt.starved, attempt.seconds, len(attempt.probe.exchanges)
    result.times = "1 of 1" if attempt.outcome is Outcome.FAIL else ""
    return result


def _compare(result: Result, again: Attempt) -> None:
    result.seconds += again.seconds
    result.requests += len(again.probe.exchanges)
    if again.outcome is Outcome.FAIL and not again.probe.exchanges:
        result.times = "1 of 1 (can't be repeated)"  # a limit that is used up
    elif again.outcome is Outcome.FAIL:
        result.times = "2 of 2"
        known = {(finding.case, finding.operation) for finding in result.findings}
        result.findings += [f for f in again.probe.findings if (f.case, f.operation) not in known]
    elif again.outcome is not Outcome.PASS:
        result.times = f"1 of 1 (not repeated: {again.reason})"
    elif all(finding.crashed for finding in result.findings):
        result.outcome, result.findings = Outcome.PASS, []  # ROBUST-passing-5xx judges a 5xx that did not repeat
        result.times = "1 of 2 (a 5xx that passed)"
    else:
        result.times = "1 of 2 (intermittent)"


_CRASH, _VALID = "ROBUST-never-5xx", "VALID-accepted"
_KEYS = ("AUTH-right-key", "AUTH-never-refused")  # a right key that is refused is the defect, wherever it shows
_MANY = 3  # checks with the same crash; from this number on, the crash is the defect


def explain(results: list[Result], catalogue: dict[str, Entry]) -> None:
    """Make one defect one failure: checks that depend on a failed one become inconclusive, with the reason. So do
    checks that failed only because the target crashed, if the crash shows in many checks; in few checks of the same
    level, they describe it better. So do checks that failed only because a right key was refused."""
    by_check = {result.check: result for result in results}
    failed = {result.check for result in results if result.outcome is Outcome.FAIL}
    unknown = {r.check for r in results if r.outcome is Outcome.INCONCLUSIVE and not r.starved}
    causes: dict[str, str] = {}
    crashes = [name for name in failed - {_CRASH} if all(f.crashed for f in by_check[name].findings)]
    if _CRASH in failed and crashes and (len(crashes) >= _MANY or not _only_of(by_check[_CRASH], crashes)):
        causes |= dict.fromkeys(crashes, _CRASH)
    elif _CRASH in failed and (roots := [name for name in crashes if catalogue[name].level is catalogue[_CRASH].level]):
        root = min(roots, key=lambda name: (name.startswith("GEN-"), name))
        causes |= dict.fromkeys([_CRASH, *(name for name in crashes if name.startswith("GEN-") and name != root)], root)
    key = next((name for name in _KEYS if name in failed), None)
    if key is not None:
        others = [name for name in failed if not name.startswith("AUTH-")]
        turned_away = [name for name in others if all(finding.turned_away for finding in by_check[name].findings)]
        causes |= dict.fromkeys(turned_away, key)
    for name in failed - causes.keys():
        # A rule's finding is valid even if another check could not run.
        blockers = failed if name in RULES else failed | unknown
        found = sorted(ancestors(name, catalogue) & blockers)
        if found:
            causes[name] = found[0]
    for name, cause in causes.items():
        by_check[name].outcome, by_check[name].reason = Outcome.INCONCLUSIVE, f"blocked by {cause}"


def _only_of(crash: Result, checks: list[str]) -> bool:
    """Return whether every crash occurred in one of these checks."""
    return all(exchange.source in checks for finding in crash.findings for exchange in finding.exchanges)


def ancestors(check: str, catalogue: dict[str, Entry]) -> set[str]:
    """Return all direct and indirect dependencies."""
    found: set[str] = set()
    todo = list(catalogue[check].depends)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += catalogue[name].depends
    return found
