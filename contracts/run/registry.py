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


@dataclass(frozen=True)
class Violation:
    """What a rule says against one exchange, or against several that belong together."""

    case: str
    expected: str
    actual: str
    exchanges: tuple[Exchange, ...]


@dataclass(frozen=True)
class Rule:
    """`judge` sees the exchanges that `about` lets through, in the order they were sent."""

    about: Callable[[Exchange], bool]
    judge: Callable[[Run, list[Exchange]], Iterator[Violation]]


CHECKS: dict[str, CheckFunction] = {}
_OF_SINGLE_ANSWERS = ("Items", "Users", "Events", "Recommendations", "Robustness")  # areas
RULES: dict[str, Rule] = {}


def check(identifier: str) -> Callable[[Any], Any]:
    """A function that acts and judges. It may be a generator: `yield` means: until what was accepted is visible.
    All checks of a run step together, so that they share the waiting."""

    def register(function: CheckFunction) -> CheckFunction:
        _only_one(identifier)
        CHECKS[identifier] = function
        return function

    return register


def rule(identifier: str, about: Callable[[Exchange], bool]) -> Callable[[Any], Any]:
    """A function that looks through the journal of the whole run, after the checks and the generated requests."""

    def register(function: Any) -> Any:
        _only_one(identifier)
        RULES[identifier] = Rule(about, function)
        return function

    return register


def each(identifier: str, about: Callable[[Exchange], bool], expected: str) -> Callable[[Any], Any]:
    """A rule over single exchanges: the function gives (case, what is wrong) or None."""

    def register(function: Callable[[Run, Exchange], tuple[str, str] | None]) -> Any:
        def judge(run: Run, exchanges: list[Exchange]) -> Iterator[Violation]:
            for exchange in exchanges:
                wrong = function(run, exchange)
                if wrong:
                    yield Violation(wrong[0], expected, wrong[1], (exchange,))

        rule(identifier, about)(judge)
        return function

    return register


def home_of(entry: Entry, run: Run) -> str:
    """The organisation that a check's requests go to. Checks of bodies that wait for nothing to become visible go to
    the spare one, so that the first one's budget is for those that do."""
    waits = inspect.isgeneratorfunction(CHECKS[entry.id])
    return run.spare if entry.area in _OF_SINGLE_ANSWERS and not waits else "main"


def _only_one(identifier: str) -> None:
    if identifier in CHECKS or identifier in RULES:
        raise ValueError(f"{identifier} has two functions")
