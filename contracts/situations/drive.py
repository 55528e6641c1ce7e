"""Runs all tables within the remaining budget, and reports which combinations were covered."""

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
# Requests per row, to the row's own organisation or the spare one; rows of histories cost both organisations that many.
_COST = {"items": 1.3, "users": 1.5, "histories": 2.0, "events": 0.7, "refusals": 1.4, "questions": 1.9}
_FIXED = {"items": 18, "users": 8, "histories": 20, "events": 12, "refusals": 0, "questions": 18}  # fixed, measured too
_BOTH = ("items", "histories", "questions")
_SECOND_LOOKS, _GENERATED = 24, 200  # requests reserved in each organisation, and for generated inputs
_QUICK = 0.6  # share of the remaining budget
_WITHOUT_ARRAYS = 1.8  # times the cost with arrays: every record takes a request, and one more to clean up


def bring_about(run: Run, engine: Engine) -> list[str]:
    """Run the tables; return lines for the report: which combinations were covered, which were not, and why."""
    found = []
    dearer = 1.0 if run.visibility.arrays else _WITHOUT_ARRAYS
    generated = {run.spare: _GENERATED * dearer}
    left = {name: float(run.budget.left(name)) for name in {"main", run.spare}}
    for name in left:
        left[name] = left[name] * _QUICK if run.plan.quick else left[name] - _SECOND_LOOKS - generated.get(name, 0)
    for name, table in tables().items():
        coverage = Coverage(table, STRENGTH[run.plan.profile])
        rows = rows_of(table, run.plan.profile, run.plan.seed)
        chosen = _affordable(name, rows, left, run.spare, dearer)
        if len(rows) > len(chosen):
            coverage.missed["the budget leaves no requests"] += len(rows) - len(chosen)
        if not chosen:
            continue
        reason = engine.drive(f"situations:{name}", _bound(DRIVERS[name], chosen, coverage))
        found.append(f"situations {coverage}" + (f"; cut short: {reason}" if reason else ""))
    return found


def _affordable(name: str, rows: list[Row], left: dict[str, float], spare: str, dearer: float) -> list[Row]:
    """Return the first rows whose organisations can pay for them; their cost is subtracted from `left`."""
    for organisation in left if name in _BOTH else (spare,):
        left[organisation] -= _FIXED[name] * dearer
    chosen, cost = [], _COST[name] * dearer
    for row in rows:
        own = spare if row.get("organisation") == "second" else "main"
        payers = list(left) if name == "histories" else [own] if name in _BOTH else [spare]
        if all(left[payer] >= cost for payer in payers):
            chosen.append(row)
            for payer in payers:
                left[payer] -= cost
    return chosen


def _bound(driver: Driver, rows: list[Row], coverage: Coverage) -> Callable[[Probe], Iterator[None]]:
    return lambda probe: driver(probe, rows, coverage)
