"""All tables together, within what the budget leaves; what came of them is said in the report."""

from collections.abc import Callable, Iterator

from contracts.run.engine import Engine
from contracts.run.probe import Probe
from contracts.run.run import Run
from contracts.situations import records, requests
from contracts.situations.table import STRENGTH, Coverage, Row, rows_of, tables

Driver = Callable[[Probe, list[Row], Coverage], Iterator[None]]
DRIVERS: dict[str, Driver] = {
    "items": records.items,
    "users": records.users,
    "events": requests.events,
    "questions": requests.questions,
    "refusals": requests.refusals,
}
_COST = {"items": 1.0, "users": 1.5, "events": 0.7, "questions": 1.45, "refusals": 1.4}  # requests of a row, measured
_FIXED = {"items": 18, "users": 8, "events": 12, "questions": 9, "refusals": 0}
_SHARE = 0.75  # of what the budget leaves; what fails is repeated with the rest


def bring_about(run: Run, engine: Engine) -> list[str]:
    """Lines for the report: which combinations were met, which could not be, and why."""
    found = []
    left = {name: run.budget.left(name) * _SHARE for name in {"main", run.spare}}
    for name, table in tables().items():
        coverage = Coverage(table, STRENGTH[run.plan.profile])
        rows = rows_of(table, run.plan.profile, run.plan.seed)
        where = run.spare if name in ("users", "events", "refusals") else "main"
        affordable = max(0, int((left[where] - _FIXED[name]) / _COST[name]))
        if run.spare != "main" and where == "main":
            affordable *= 2  # half of the rows are the other organisation's
        if len(rows) > affordable:
            coverage.missed["the budget leaves no requests"] += len(rows) - affordable
            rows = rows[:affordable]
        if not rows:
            continue
        left[where] -= len(rows) * _COST[name] + _FIXED[name]
        reason = engine.drive(f"situations:{name}", _bound(DRIVERS[name], rows, coverage))
        found.append(f"situations {coverage}" + (f"; cut short: {reason}" if reason else ""))
    return found


def _bound(driver: Driver, rows: list[Row], coverage: Coverage) -> Callable[[Probe], Iterator[None]]:
    return lambda probe: driver(probe, rows, coverage)
