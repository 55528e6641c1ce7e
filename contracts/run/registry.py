"""Which function judges which catalogue entry. Checks act; rules look at every exchange of the run."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from contracts.catalogue import Entry
from contracts.exchange import Exchange
from contracts.run.probe import Probe
from contracts.run.run import Run

CheckFunction = Callable[[Probe], Iterator[None] | None]
Single = Callable[[Run, Exchange], tuple[str, str] | None]


@dataclass(frozen=True)
class Violation:
    """What a rule says against one exchange, or against several that belong together; `unwanted` and `missing`: items
    that the last one shows or lacks."""

    case: str
    expected: str
    actual: str
    exchanges: tuple[Exchange, ...]
    unwanted: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rule:
    """`judge` sees the exchanges that `about` lets through, in the order they were sent; `alone` is the rule over a
    single exchange that it is made of, if it is. `timed`: it speaks only of what has settled; where it is suspicious
    before that, the questions are asked again (run/audit.py)."""

    about: Callable[[Exchange], bool]
    judge: Callable[[Run, list[Exchange]], Iterator[Violation]]
    alone: Single | None = None
    timed: bool = False


CHECKS: dict[str, CheckFunction] = {}
_OF_SINGLE_ANSWERS = ("Items", "Users", "Events", "Recommendations", "Paging", "Robustness")  # areas
RULES: dict[str, Rule] = {}


def check(identifier: str) -> Callable[[Any], Any]:
    """A function that acts and judges. It may be a generator: `yield` means: until what was accepted is visible.
    All checks of a run step together, so that they share the waiting."""

    def register(function: CheckFunction) -> CheckFunction:
        _only_one(identifier)
        CHECKS[identifier] = function
        return function

    return register


def rule(
    identifier: str, about: Callable[[Exchange], bool], alone: Single | None = None, timed: bool = False
) -> Callable[[Any], Any]:
    """A function that looks through the journal of the whole run, after the checks and the generated requests."""

    def register(function: Any) -> Any:
        _only_one(identifier)
        RULES[identifier] = Rule(about, function, alone, timed)
        return function

    return register


def each(identifier: str, about: Callable[[Exchange], bool], expected: str) -> Callable[[Any], Any]:
    """A rule over single exchanges: the function gives (case, what is wrong) or None."""

    def register(function: Single) -> Any:
        def judge(run: Run, exchanges: list[Exchange]) -> Iterator[Violation]:
            for exchange in exchanges:
                wrong = function(run, exchange)
                if wrong:
                    yield Violation(wrong[0], expected, wrong[1], (exchange,))

        rule(identifier, about, function)(judge)
        return function

    return register


def home_of(entry: Entry, run: Run) -> str:
    """The organisation that a check's requests go to. Checks of bodies that wait for nothing to become visible go to
    the spare one, so that the first one's budget is for those that do."""
    return run.spare if entry.area in _OF_SINGLE_ANSWERS and not waits(entry) else "main"


def needs_other(entry: Entry, run: Run) -> bool:
    """Whether a check sends anything to the second organisation."""
    if "other-organisation" in entry.needs or entry.area == "Rate limit":
        return True
    return entry.id in CHECKS and home_of(entry, run) == "other"


def waits(entry: Entry) -> bool:
    """Whether the check waits until something becomes visible, and so needs to know where that can be seen."""
    return inspect.isgeneratorfunction(CHECKS[entry.id])


def _only_one(identifier: str) -> None:
    if identifier in CHECKS or identifier in RULES:
        raise ValueError(f"{identifier} has two functions")
