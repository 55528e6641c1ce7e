"""Runs all tables within the remaining budget, and reports which combinations were covered."""

from collections.abc import Callable, Collection, Iterator
from contextlib import suppress

from contracts.outcome import NotJudged
from contracts.run.audit import look_again
from contracts.run.budget import GENERATED
from contracts.run.engine import Engine
from contracts.run.probe import Probe
from contracts.run.run import Run
from contracts.situations import events, histories, questions, records, refusals
from contracts.situations.coverage import Coverage
from contracts.situations.rows import rows_of
from contracts.situations.table import STRENGTH, Row, Table, tables
from contracts.situations.values import organisation_of

Driver = Callable[[Probe, list[Row], Coverage], Iterator[None]]
DRIVERS: dict[str, Driver] = {
    "items": records.items,
    "users": records.users,
    "histories": histories.histories,
    "events": events.events,
    "refusals": refusals.refusals,
    "questions": questions.questions,
}
_QUICK = 0.6  # share of the remaining budget
_MARGIN = 6  # requests by which a table may cost more than the estimate, and for requests that are repeated
_AGAIN = 8  # requests of a table that are repeated at most
_WITHOUT_ARRAYS = 1.8  # times the cost with arrays: every record takes a request, and one more to clean up


def bring_about(run: Run, engine: Engine, rules: Collection[str], sources: Collection[str] = ()) -> list[str]:
    """Run the tables, or those of `sources`, each with what those before it left over; return lines for the report:
    which combinations were covered, which were not, and why. `rules`: those for which requests of a table are repeated
    before the next table writes anything, because a list that is kept may not outlive that."""
    found = []
    dearer = 1.0 if run.visibility.arrays else _WITHOUT_ARRAYS
    set_aside = dict(run.budget.set_aside)
    if not run.plan.quick:
        run.budget.set_aside[run.spare] = set_aside.get(run.spare, 0) + int(GENERATED * dearer)
    share = _QUICK if run.plan.quick else 1.0
    for name, table in tables().items():
        if sources and table.source not in sources:
            continue
        left = {each: run.budget.left(each) * share - _MARGIN for each in dict.fromkeys(("main", run.spare))}
        coverage = Coverage(table, STRENGTH[run.plan.profile])
        possible = _possible(run, table, coverage)
        rows = rows_of(possible, run.plan.profile, run.plan.seed)
        home = max(left, key=lambda each: left[each])
        chosen = _affordable(possible, rows, left, home, dearer)
        if len(rows) > len(chosen):
            coverage.missed["the budget leaves no requests"] += len(rows) - len(chosen)
        if not chosen:
            continue
        before = len(run.client.journal)
        reason = engine.drive(table.source, _bound(DRIVERS[name], chosen, coverage), home)
        with suppress(NotJudged):
            look_again(run, rules, since=before, most=_AGAIN)
        found.append(f"situations {coverage}" + (f"; cut short: {reason}" if reason else ""))
    run.budget.set_aside = set_aside
    return found


def _possible(run: Run, table: Table, coverage: Coverage) -> Table:
    """Return the table without the values that this target can't have."""
    absent: set[str] = set()
    if run.target.other is None and "organisation" in table.dimensions:
        absent.add("second")
        coverage.absent.append("no second organisation")
    if not run.visibility.arrays and table.name in records.TABLES:
        absent |= {form for form in table.dimensions["body"] if form != "one"}
        coverage.absent.append("the target takes no arrays of items and users")
    return table.without(absent)


def _affordable(table: Table, rows: list[Row], left: dict[str, float], home: str, dearer: float) -> list[Row]:
    """Return the rows whose organisations can pay for them, in their order; `left` is used up. `home`: the organisation
    of rows that name none."""
    split = "organisation" in table.dimensions
    for organisation in left if split else (home,):
        left[organisation] -= table.fixed * dearer
    chosen = []
    for row in rows:
        own = organisation_of(row) if split else home
        cost = table.cost(row) * dearer
        if left[own] >= cost:
            chosen.append(row)
            left[own] -= cost
    return chosen


def _bound(driver: Driver, rows: list[Row], coverage: Coverage) -> Callable[[Probe], Iterator[None]]:
    return lambda probe: driver(probe, rows, coverage)
