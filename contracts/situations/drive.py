"""All tables together, within what the budget leaves; what came of them is said in the report."""

from collections.abc import Callable, Iterator

from contracts.run.engine import Engine
from contracts.run.probe import Probe
from contracts.run.run import Run
from contracts.situations import events, histories, questions, records, refusals
from contracts.situations.table import STRENGTH, Coverage, Row, rows_of, tables

Driver = Callable[[Probe, list[Row], Coverage], Iterator[None]]
DRIVERS: dict[str, Driver] = {
    "items": records.items,
    "users": records.users,
    "histories": histories.histories,
    "events": events.events,
    "questions": questions.questions,
    "refusals": refusals.refusals,
}
_BOTH = ("items", "histories", "questions")  # half of the rows are the other organisation's, where there is one
_COST = {"items": 1.5, "users": 1.5, "histories": 4.2, "events": 0.7, "questions": 2.3, "refusals": 1.4}  # of a row
_FIXED = {"items": 18, "users": 8, "histories": 20, "events": 12, "questions": 18, "refusals": 0}  # measured, as those
_SECOND_LOOKS, _GENERATED = 24, 200  # requests that are kept back in each organisation, and for generated ones
_LEAST = 0.6  # of what the budget leaves


def bring_about(run: Run, engine: Engine) -> list[str]:
    """Lines for the report: which combinations were met, which could not be, and why."""
    found = []
    left = {name: _allowed(run.budget.left(name), name == run.spare) for name in {"main", run.spare}}
    for name, table in tables().items():
        coverage = Coverage(table, STRENGTH[run.plan.profile])
        rows = rows_of(table, run.plan.profile, run.plan.seed)
        where = sorted(left) if name in _BOTH else [run.spare]
        affordable = int(min(max(0, left[each] - _FIXED[name]) for each in where) * len(where) / _COST[name])
        if len(rows) > affordable:
            coverage.missed["the budget leaves no requests"] += len(rows) - affordable
            rows = rows[:affordable]
        if not rows:
            continue
        for each in where:
            left[each] -= len(rows) * _COST[name] / len(where) + _FIXED[name]
        reason = engine.drive(f"situations:{name}", _bound(DRIVERS[name], rows, coverage))
        found.append(f"situations {coverage}" + (f"; cut short: {reason}" if reason else ""))
    return found


def _allowed(left: int, generated: bool) -> float:
    return max(left - _SECOND_LOOKS - (_GENERATED if generated else 0), left * _LEAST)


def _bound(driver: Driver, rows: list[Row], coverage: Coverage) -> Callable[[Probe], Iterator[None]]:
    return lambda probe: driver(probe, rows, coverage)
