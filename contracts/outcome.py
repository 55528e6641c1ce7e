"""The outcome of a check, its findings, and the verdict over all checks."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from contracts.exchange import Exchange
from fixtures.option_error import OptionError


class Level(StrEnum):
    MUST = "MUST"  # stated by the API Reference or the Changelog
    SHOULD = "SHOULD"  # stated by another current page, or inferred with care; counts under --strict
    INFO = "INFO"  # shown, never counted


class Outcome(StrEnum):
    PASS = "pass"  # noqa: S105 - an outcome, not a password
    FAIL = "fail"
    SKIP = "skip"  # can't be judged on this target (no second organisation, ...)
    DISABLED = "disabled"  # switched off (profile, --skip, capability)
    INCONCLUSIVE = "inconclusive"  # should have been judged and could not be
    ERROR = "error"  # an internal error


class Verdict(StrEnum):
    CONFORMS = "conforms"
    FAILS = "fails"
    INCONCLUSIVE = "inconclusive"
    ERROR = "error"


EXIT_USAGE = 2
EXIT_NO_VERDICT = 3  # inconclusive, the target can't be used, the run was interrupted, or an internal error
EXIT_CODES = {
    Verdict.CONFORMS: 0,
    Verdict.FAILS: 1,
    Verdict.INCONCLUSIVE: EXIT_NO_VERDICT,
    Verdict.ERROR: EXIT_NO_VERDICT,
}


@dataclass(frozen=True)
class Finding:
    """One deviation. `case` is the same in every run, because known deviations are matched by it."""

    check: str
    case: str
    operation: str
    expected: str
    actual: str
    exchanges: tuple[Exchange, ...] = ()
    also: tuple[Exchange, ...] = ()  # the bundled mock's responses to the same requests
    unwanted: tuple[str, ...] = ()  # items that the last response shows but must not
    missing: tuple[str, ...] = ()  # items that it must show but does not

    @property
    def crashed(self) -> bool:
        """Whether the finding is a 5xx, or no response at all."""
        last = self._last
        return last is not None and (last.status is None or last.status >= 500)

    @property
    def turned_away(self) -> bool:
        """Whether the finding is a 401 for a valid key."""
        last = self._last
        return last is not None and last.status == 401 and last.organisation is not None

    @property
    def _last(self) -> Exchange | None:
        return self.exchanges[-1] if self.exchanges else None


@dataclass
class Result:
    """The result of one catalogue entry."""

    check: str
    level: Level
    outcome: Outcome
    reason: str = ""  # why the check was not judged
    findings: list[Finding] = field(default_factory=list)
    known: list[Finding] = field(default_factory=list)  # deviations that the target's configuration accepts
    seconds: float = 0.0
    requests: int = 0
    times: str = ""  # "2 of 2", "1 of 2 (intermittent)"
    starved: bool = False  # not judged for lack of requests, which says nothing about the target


class NotJudged(Exception):
    """Raised inside a check that can't be judged; `outcome` is INCONCLUSIVE or SKIP."""

    outcome = Outcome.INCONCLUSIVE


class Starved(NotJudged):
    """The rate limit or the request budget left no requests for the check."""


class Blocked(NotJudged):
    """Something that the check needs does not work; another check judges that."""


class Skipped(NotJudged):
    outcome = Outcome.SKIP


class TargetError(Exception):
    """The target can't be judged at all; the message is one line."""


class UsageError(OptionError):
    """The command line, or a file that it names, is wrong; the message is one line."""


def verdict_of(results: Iterable[Result], strict: bool) -> Verdict:
    """Return the verdict. A failed MUST takes precedence; a failed SHOULD counts only under `strict`, INFO never."""
    counted = [r for r in results if r.level is Level.MUST or (strict and r.level is Level.SHOULD)]
    outcomes = {r.outcome for r in counted}
    if Outcome.FAIL in outcomes:
        return Verdict.FAILS
    if Outcome.ERROR in outcomes:
        return Verdict.ERROR
    if Outcome.INCONCLUSIVE in outcomes or not outcomes & {Outcome.PASS}:
        return Verdict.INCONCLUSIVE
    return Verdict.CONFORMS
