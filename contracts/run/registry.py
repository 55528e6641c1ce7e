"""Registers which function judges which catalogue entry. Checks send requests; rules judge every exchange of the
run."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from contracts.catalogue import Entry
from contracts.exchange import Exchange
from contracts.run.probe import Probe
from contracts.run.run import Run

CheckFunction = Callable[[Probe], Iterator[None] | None]
Family = Callable[[Run, list[Exchange]], Iterator[tuple[str, "Violation"]]]
Single = Callable[[Run, Exchange], tuple[str, str] | None]


@dataclass(frozen=True)
class Violation:
    """A rule's finding about one exchange, or about several that belong together. `unwanted`: items that the last
    response wrongly shows; `missing`: items that it lacks."""

    case: str
    expected: str
    actual: str
    exchanges: tuple[Exchange, ...]
    unwanted: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rule:
    """`judge` gets the exchanges for which `about` holds, in the order in which they were sent. `alone`: the function
    that judges a single exchange, if the rule consists of one. `timed`: the rule judges only records that must be
    visible by now; if it would find something earlier, the request is repeated (run/audit.py). `family`: the function
    that judges this rule together with others, and names the rule of each violation."""

    about: Callable[[Exchange], bool]
    judge: Callable[[Run, list[Exchange]], Iterator[Violation]]
    alone: Single | None = None
    timed: bool = False
    family: Family | None = None


CHECKS: dict[str, CheckFunction] = {}
_OF_THE_SPARE = ("Filters",)  # areas that send all of their requests there
_OF_SINGLE_ANSWERS = ("Items", "Users", "Events", "Recommendations", "Paging", "Robustness")  # areas
RULES: dict[str, Rule] = {}


def check(identifier: str) -> Callable[[Any], Any]:
    """Register a function that sends requests and judges the responses. It may be a generator: at each `yield` it waits
    until accepted records are visible. All checks of a run advance together, so that they share the waiting."""

    def register(function: CheckFunction) -> CheckFunction:
        _only_one(identifier)
        CHECKS[identifier] = function
        return function

    return register


def rule(
    identifier: str, about: Callable[[Exchange], bool], alone: Single | None = None, timed: bool = False
) -> Callable[[Any], Any]:
    """Register a function that judges the journal of the whole run, after the checks and the generated requests."""

    def register(function: Any) -> Any:
        _only_one(identifier)
        RULES[identifier] = Rule(about, function, alone, timed)
        return function

    return register


def family(*identifiers: str, about: Callable[[Exchange], bool], timed: bool = False) -> Callable[[Any], Any]:
    """Register a function that judges several rules in one pass: it yields (rule, violation)."""

    def register(function: Family) -> Family:
        for identifier in identifiers:
            _only_one(identifier)

            def judge(run: Run, exchanges: list[Exchange], own: str = identifier) -> Iterator[Violation]:
                return (violation for name, violation in function(run, exchanges) if name == own)

            RULES[identifier] = Rule(about, judge, timed=timed, family=function)
        return function

    return register


class Judging:
    """Judges the journal as it is now, or what was sent after the request `since`. The rules of a family are judged in
    one pass."""

    def __init__(self, run: Run, since: int = 0) -> None:
        self._run = run
        self._exchanges = [exchange for exchange in run.client.journal if exchange.number > since]
        self._found: dict[Family, list[tuple[str, Violation]]] = {}

    def about(self, name: str) -> list[Exchange]:
        """Return the exchanges that the rule speaks of."""
        return [exchange for exchange in self._exchanges if RULES[name].about(exchange)]

    def violations(self, name: str) -> list[Violation]:
        rule = RULES[name]
        if rule.family is None:
            return list(rule.judge(self._run, self.about(name)))
        if rule.family not in self._found:
            self._found[rule.family] = list(rule.family(self._run, self.about(name)))
        return [violation for own, violation in self._found[rule.family] if own == name]


def each(identifier: str, about: Callable[[Exchange], bool], expected: str) -> Callable[[Any], Any]:
    """Register a rule over single exchanges: the function returns (case, what is wrong), or None."""

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
    """Return the organisation that a check's requests go to. Both are to have about as much left for the
    situations."""
    single = entry.area in _OF_SINGLE_ANSWERS and not waits(entry)
    return run.spare if single or entry.area in _OF_THE_SPARE else "main"


def needs_other(entry: Entry, run: Run) -> bool:
    """Return whether a check sends anything to the second organisation."""
    if "other-organisation" in entry.needs or entry.area == "Rate limit":
        return True
    return entry.id in CHECKS and home_of(entry, run) == "other"


def waits(entry: Entry) -> bool:
    """Return whether the check waits until records become visible, and so needs a list in which they can be seen."""
    return inspect.isgeneratorfunction(CHECKS[entry.id])


def _only_one(identifier: str) -> None:
    if identifier in CHECKS or identifier in RULES:
        raise ValueError(f"{identifier} has two functions")
