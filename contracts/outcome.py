"""What a check can end as, what it found, and the verdict over all of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from contracts.exchange import Exchange
from fixtures.option_error import OptionError


class Level(StrEnum):
    MUST = "MUST"  # the API Reference or the Changelog says so
    SHOULD = "SHOULD"  # another current page says so, or it is one careful inference away; counts under --strict
    INFO = "INFO"  # shown, never counted


class Outcome(StrEnum):
    PASS = "pass"  # noqa: S105 - an outcome, not a password
    FAIL = "fail"
    SKIP = "skip"  # can't be judged on this target as it was given (no second organisation, ...)
    DISABLED = "disabled"  # asked not to (profile, --skip, capability switched off)
    INCONCLUSIVE = "inconclusive"  # should have been judged and could not be
    ERROR = "error"  # our own fault


class Verdict(StrEnum):
    CONFORMS = "conforms"
    FAILS = "fails"
    INCONCLUSIVE = "inconclusive"
    ERROR = "error"


EXIT_CODES = {Verdict.CONFORMS: 0, Verdict.FAILS: 1, Verdict.INCONCLUSIVE: 3, Verdict.ERROR: 3}
EXIT_USAGE = 2


@dataclass(frozen=True)
class Finding:
    """One deviation. `case` is stable from run to run: known deviations are matched by it."""

    check: str
    case: str
    operation: str
    expected: str
    actual: str
    exchanges: tuple[Exchange, ...] = ()
    also: tuple[Exchange, ...] = ()  # what the bundled mock answered to the same requests
    unwanted: tuple[str, ...] = ()  # items that the last answer shows and must not
    missing: tuple[str, ...] = ()  # items that it does not show and must

    @property
    def crashed(self) -> bool:
        """What it complains of is a 5xx, or no answer at all."""
        last = self.exchanges[-1] if self.exchanges else None
        return last is not None and (last.status is None or last.status >= 500)


@dataclass
class Result:
    """One catalogue entry's end."""

    check: str
    level: Level
    outcome: Outcome
    reason: str = ""  # why it was not judged
    findings: list[Finding] = field(default_factory=list)
    known: list[Finding] = field(default_factory=list)  # deviations that the target's file admits
    seconds: float = 0.0
    requests: int = 0
    times: str = ""  # "2 of 2", "1 of 2 (intermittent)"
    starved: bool = False  # not judged for want of requests: says nothing about the target


class NotJudged(Exception):
    """Raised inside a check: it can't be judged; `outcome` is INCONCLUSIVE or SKIP."""

    outcome = Outcome.INCONCLUSIVE


class Starved(NotJudged):
    """The rate limit or the request budget left no request for it."""


class Blocked(NotJudged):
    """Something that the check needs, and that another check judges, does not work."""


class Skipped(NotJudged):
    outcome = Outcome.SKIP


class TargetError(Exception):
    """The target can't be judged at all; one clear line."""


class UsageError(OptionError):
    """The command line or a file it names is wrong; one clear line."""


def verdict_of(results: Iterable[Result], strict: bool) -> Verdict:
    """A failed MUST wins over all else; SHOULD counts under `strict` only; INFO never."""
    counted = [r for r in results if r.level is Level.MUST or (strict and r.level is Level.SHOULD)]
    outcomes = {r.outcome for r in counted}
    if Outcome.FAIL in outcomes:
        return Verdict.FAILS
    if Outcome.ERROR in outcomes:
        return Verdict.ERROR
    if Outcome.INCONCLUSIVE in outcomes or not outcomes & {Outcome.PASS}:
        return Verdict.INCONCLUSIVE
    return Verdict.CONFORMS
