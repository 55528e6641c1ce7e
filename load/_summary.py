"""A result in words and numbers, for the terminal, the files and the pages."""

from typing import Any

from load._histogram import Histogram, percentile_ms
from load._result import Result
from load._samples import Samples, Series, judged, operation_of
from load._verdict import Outcome, Row, number

FRACTIONS = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "p99.9": 0.999}


def names(samples: Samples) -> dict[str, Series]:
    """Return a row for each operation, and below it one for each kind of request if there are several."""
    rows: dict[str, Series] = {}
    for operation in sorted({operation_of(name) for name in samples.series}):
        rows[operation] = samples.of(operation)
        parts = sorted(name for name in samples.series if operation_of(name) == operation and name != operation)
        rows |= {name: samples.series[name] for name in parts}
    return rows


def times(series: Series) -> dict[str, Any]:
    """Return counts and percentiles of one request name after the warm-up: from when it was due, of the service alone,
    and as the server reports it (`latency_ms` of the body)."""
    answered = judged(series.answered)
    return {
        "answered": sum(answered.values()),
        "failed": series.total("failed"),
        "429": series.total("limited"),
        "response_ms": percentiles(answered),
        "service_ms": percentiles(judged(series.service)),
        "server_ms": percentiles(judged(series.server)),
    }


def percentiles(histogram: Histogram) -> dict[str, float | None]:
    """Return percentiles of one histogram, in milliseconds."""
    return {name: percentile_ms(histogram, fraction) for name, fraction in FRACTIONS.items()}


def load_in_words(result: Result) -> str:
    """Describe how the load was made; closed load is named as such."""
    plan = result.plan
    if plan is None:
        return "none"
    return f"rate limit probe by {result.workers} worker(s)" if plan.probe else plan.load


def plan_in_words(result: Result) -> str:
    """Describe the plan, and the actual duration."""
    plan = result.plan
    if plan is None:
        return ""
    parts = [f"{plan.workers} generator(s)", f"{plan.organisations} organisation(s)"]
    if not plan.probe and not plan.search:
        ran = f"ran {result.happened.seconds:,.0f} s" if result.closed else "still running"
        parts.insert(0, f"planned {plan.profile.seconds:,.0f} s, {plan.profile.warmup:.3g} s of them warm-up; {ran}")
    return "; ".join(parts)


def generators_in_words(result: Result) -> str:
    """Describe the generators: lag, CPU share, waiting for cores."""
    happened, counters = result.happened, result.samples.counters
    text = f"{result.workers} process(es), lag p99 {result.lag_p99_ms:.3g} ms, CPU {happened.cpu:.0%} at most"
    text += f", waited for a core {happened.wait_share:.0%} of their working time"
    arrivals = ", ".join(f"{name} {count:,}" for name, count in sorted(counters.items()))
    return text + (f"; arrivals: {arrivals}" if arrivals else "")


def cells(row: Row) -> tuple[str, str, str, str, str, str]:
    """Return one row as text: verdict, promise, limit, measured, samples, over."""
    what = f"{row.name}  {row.metric}"
    measured = row.note if row.limit is None and row.note else number(row.value)
    if row.where == "compared":
        change = "-" if row.value is None else f"{row.value:+.1%}"
        limit = "-" if row.limit is None else f"+{row.limit:.1%}"
        return mark(row.outcome), what, limit, f"{change} {row.note}".strip(), f"{row.samples:,}", row.where
    return mark(row.outcome), what, number(row.limit), measured, f"{row.samples:,}", row.where


def mark(outcome: Outcome) -> str:
    """Return the outcome with a sign that is readable without colour."""
    return {Outcome.PASS: "✔ PASS", Outcome.FAIL: "✖ FAIL"}.get(outcome, f"? {outcome}")


def change_cells(result: Result) -> list[tuple[str, str, str, str, str, str]]:
    """Return request, metric, before, now, change with its interval, direction."""
    rows = []
    for one in result.changes:
        change = "-" if one.change is None else f"{one.change:+.1%}"
        if one.low is not None and one.high is not None:
            change += f" ({one.low:+.1%} to {one.high:+.1%})"
        rows.append((one.name, one.metric, number(one.before), number(one.now), change, str(one.direction)))
    return rows
