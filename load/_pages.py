"""The page `/slo`, the file of `--slo-html` and the section of locust's report: one renderer, which escapes every text.

The verdict comes first: outcome, reasons and promises; then numbers and charts."""

from collections.abc import Iterable, Sequence
from html import escape

from load._charts import Points, by_percentile, over_time
from load._histogram import Histogram, merged, percentile_ms
from load._result import Result
from load._samples import Series, judged
from load._style import CLASSES, PAGE_STYLE, RUNNING, STYLE
from load._summary import (
    cells,
    change_cells,
    generators_in_words,
    load_in_words,
    mark,
    names,
    plan_in_words,
    times,
)
from load._verdict import Outcome, Row, number

_FEW = 10  # organisations shown before the reader expands the list
_MARKS = {"✔": "pass", "✖": "fail", "?": "invalid"}
_SLO_HEAD = ("", "Promise", "Limit", "Measured", "Samples", "Over")
_TIMES_HEAD = ("Request", "Answered", "Failed", "429", "p50", "p95", "p99", "p99.9", "service p99", "server says p99")
_PERCENTS = (0, 10, 25, 50, 60, 70, 75, 80, 85, 90, 92.5, 95, 97.5, 98, 99, 99.5, 99.75, 99.9, 99.95, 99.99, 99.999)
# locust's page and report choose a light or dark theme; ours follows it
_FOLLOW_THEME = (
    "<script>{const theme=window.theme||localStorage.getItem('theme')||(document.cookie.match(/theme=(\\w+)/)||[])[1];"
    "if(theme==='dark'||theme==='light')document.getElementById('slo').dataset.theme=theme}</script>"
)


def page(result: Result | None, refresh: bool) -> str:
    """Render the whole page, self-contained; it reloads itself during a run."""
    again = '<meta http-equiv="refresh" content="3">' if refresh else ""
    title = f"{_state(result)} - load" if result else "Load"
    body = section(result) if result else f"<style>{STYLE}</style>{_no_run()}"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>{again}'
        f'<meta name="viewport" content="width=device-width"><style>{PAGE_STYLE}</style></head>'
        f"<body><main>{body}</main></body></html>"
    )


def section(result: Result) -> str:
    """Render verdict, reasons, promises, times, charts, comparison, rate limits and generators."""
    verdict = result.verdict
    kind = CLASSES[verdict.outcome] if result.closed else RUNNING
    reasons = verdict.reasons if result.closed else verdict.invalid
    target = f"<p>{escape(result.plan.target)}</p>" if result.plan else ""
    parts = [
        f"<style>{STYLE}</style><section class='slo' id='slo'>",
        f"<div class='banner {kind}'><h1 class='verdict'>{escape(_state(result))}</h1>",
        f"<div><p>{escape(load_in_words(result))}</p><p>{escape(plan_in_words(result))}</p>{target}</div></div>",
        _list(reasons, "reasons"),
        _list(verdict.notes, "reasons"),
        _table(_SLO_HEAD, [cells(row) for row in _worst_first(verdict.rows)], numbers={2, 3, 4}),
        _changes(result),
    ]
    if result.plan:
        parts += [_steps(result), _times(result), *_charts(result), _rate_limits(result), _health(result)]
    return "".join(parts) + f"{_FOLLOW_THEME}</section>"


def _worst_first(rows: Iterable[Row]) -> list[Row]:
    order = [Outcome.FAIL, Outcome.NO_DATA, Outcome.INVALID, Outcome.PASS]
    return sorted((row for row in rows if row.where != "compared"), key=lambda row: order.index(row.outcome))


def _state(result: Result) -> str:
    return str(result.verdict.outcome) if result.closed else RUNNING


def _no_run() -> str:
    return "<section class='slo' id='slo'><h1>SLO</h1><p>No run yet. <a href='./'>Start one</a>.</p></section>"


def _charts(result: Result) -> list[str]:
    plan, slots = result.plan, result.samples.slots()
    if not slots or plan is None or plan.search or plan.probe:
        return []
    last = max(result.judged_seconds, plan.slot)  # the slot in which the run ends is incomplete
    slots = [slot for slot in slots if -plan.profile.warmup <= slot * plan.slot <= last - plan.slot]
    series = list(result.samples.series.values())
    limit = max(_limits(result), default=None)
    by_slot = {slot: merged(one.answered.get(slot, {}) for one in series) for slot in slots}
    warm = 0.0 if plan.profile.warmup else None

    def latency(fraction: float) -> Points:
        return [(slot * plan.slot, percentile_ms(by_slot[slot], fraction)) for slot in slots]

    def per_second(count: int) -> float:
        return count / plan.slot

    refused: list[tuple[float, float | None]] = []
    for slot in slots:
        limited = sum(one.limited.get(slot, 0) for one in series)
        everything = limited + sum(by_slot[slot].values()) + sum(one.failed.get(slot, 0) for one in series)
        refused.append((slot * plan.slot, 100 * limited / everything if everything else None))
    flight: list[tuple[float, float | None]] = []
    for slot in slots:
        mean = result.samples.in_flight(slot)
        flight.append((slot * plan.slot, None if mean is None else mean * max(1, result.workers)))
    rates: dict[str, Points] = {
        "answered": [(slot * plan.slot, per_second(sum(by_slot[slot].values()))) for slot in slots],
        "failed": [(slot * plan.slot, per_second(sum(one.failed.get(slot, 0) for one in series))) for slot in slots],
    }
    lowest = [(slot * plan.slot, result.samples.lowest_remaining.get(slot)) for slot in slots]
    lines = {"p50": latency(0.5), "p95": latency(0.95), "p99": latency(0.99)}
    return [
        "<h2>Distribution of response times</h2>",
        by_percentile("Response time by percentile", "ms", _distribution(series), limit),
        "<h2>Over time</h2>",
        over_time("Response time of successes", "ms", lines, limit, warm),
        over_time("Requests in flight", "requests, mean", {"in flight": flight}, None, warm),
        over_time("Responses", "per second", rates, None, warm),
        over_time("Refused (429)", "%", {"share of all requests": refused}, None, warm),
        over_time("Quota", "requests", {"least Remaining of any organisation": lowest}, None, warm),
    ]


def _distribution(series: Iterable[Series]) -> dict[str, Points]:
    found = list(series)
    return {
        "from when it was due": _percentiles(merged(judged(one.answered) for one in found)),
        "service alone": _percentiles(merged(judged(one.service) for one in found)),
    }


def _percentiles(histogram: Histogram) -> Points:
    count = sum(histogram.values())
    return [
        (percent, percentile_ms(histogram, percent / 100)) for percent in _PERCENTS if count * (100 - percent) >= 50
    ]


def _limits(result: Result) -> list[float]:
    thresholds = result.slo.thresholds if result.slo else ()
    return [one.limits["p99_ms"] for one in thresholds if "p99_ms" in one.limits and one.name in result.sent]


def _times(result: Result) -> str:
    rows = []
    for name, series in names(result.samples).items():
        one = times(series)
        values = [one["response_ms"][key] for key in ("p50", "p95", "p99", "p99.9")]
        values += [one["service_ms"]["p99"], one["server_ms"]["p99"]]
        counts = [f"{one[key]:,}" for key in ("answered", "failed", "429")]
        rows.append((name, *counts, *(number(value) for value in values)))
    table = _table(_TIMES_HEAD, rows, numbers=set(range(1, 10)))
    return f"<h2>Times after the warm-up (ms)</h2>{table}" if rows else ""


def _changes(result: Result) -> str:
    if not result.changes:
        return ""
    head = ("Request", "Metric", "Before (ms)", "Now (ms)", "Change (99 % interval)", "")
    return "<h2>Compared with the earlier run</h2>" + _table(head, change_cells(result), numbers={2, 3})


def _steps(result: Result) -> str:
    head = ("Rate (1/s)", "Answered (1/s)", "p99 (ms)", "Outcome", "Why")
    rows = [(number(s.rate), number(s.answered), number(s.p99_ms), str(s.outcome), s.reason) for s in result.steps]
    return "<h2>Steps of the search</h2>" + _table(head, rows, numbers={0, 1, 2}) if rows else ""


def _rate_limits(result: Result) -> str:
    rows = rate_limit_rows(result)
    if not rows:
        return ""
    head = ("Organisation", "Limit", "Remaining", "Reset (s)", "Sent", "429 share")
    is_open = " open" if len(rows) <= _FEW else ""
    count = f"{len(result.samples.quotas)} organisations, those with the least left first"
    table = _table(head, [tuple(row.values()) for row in rows], numbers={1, 2, 3, 4, 5})
    return f"<h2>Rate limit</h2><details{is_open}><summary>{count}</summary>{table}</details>"


def _health(result: Result) -> str:
    failures = [f"{count} x {reason}" for reason, count in result.samples.reasons.items()]
    text = f"<h2>Generators</h2><p>{escape(generators_in_words(result))}</p>"
    return text + (f"<h2>Failures</h2>{_list(failures, 'reasons')}" if failures else "")


def slo_rows(result: Result) -> list[dict[str, str]]:
    """Return the rows for the tab: text cells only, because locust's table shows nothing else. The first row is the
    verdict of the run."""
    keys = ("verdict", "promise", "limit", "now", "samples", "over")
    verdict = result.verdict
    state = mark(verdict.outcome) if result.closed else "▶ running"
    reasons = "; ".join(verdict.reasons if result.closed else verdict.invalid)
    first = (state, f"the run{': ' if reasons else ''}{reasons}", "", "", "", load_in_words(result))
    return [dict(zip(keys, row, strict=True)) for row in (first, *map(cells, verdict.rows))]


def rate_limit_rows(result: Result) -> list[dict[str, str]]:
    """Return the rows for the tab, organisations with the least left first; at most fifty."""
    quotas = sorted(
        result.samples.quotas.items(), key=lambda item: (item[1].remaining is None, item[1].remaining, item[0])
    )
    return [
        {
            "organisation": name,
            "limit": _text(one.limit),
            "remaining": _text(one.remaining),
            "reset": _text(one.reset),
            "sent": f"{one.sent:,}",
            "limited": f"{one.limited / one.sent:.1%}" if one.sent else "-",
        }
        for name, one in quotas[:50]
    ]


def _text(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], numbers: set[int]) -> str:
    """Render a table. `numbers`: right-aligned columns."""
    if not rows:
        return ""
    titles = "".join(f"<th{_class(place in numbers)}>{escape(cell or 'State')}</th>" for place, cell in enumerate(head))
    body = "".join(
        "<tr>" + "".join(_cell(cell, place in numbers) for place, cell in enumerate(row)) + "</tr>" for row in rows
    )
    return f"<div class='wide' tabindex='0'><table><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table></div>"


def _cell(text: str, is_number: bool) -> str:
    kind = _MARKS.get(text[:1]) if text[1:2] == " " else None
    if kind:
        return f"<td><span class='mark {kind}'>{escape(text)}</span></td>"
    return f"<td{_class(is_number)}>{escape(text)}</td>"


def _class(is_number: bool) -> str:
    return " class='number'" if is_number else ""


def _list(texts: Iterable[str], kind: str) -> str:
    items = "".join(f"<li>{escape(text)}</li>" for text in texts)
    return f"<ul class='{kind}'>{items}</ul>" if items else ""
