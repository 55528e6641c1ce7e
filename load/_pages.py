"""The page `/slo` and the section of the HTML report: the same table, charts and health, every text escaped."""

from html import escape
from typing import Any

from load import _reports
from load._charts import Points, chart
from load._histogram import merged, percentile_ms
from load._samples import SLOT
from load._verdict import Outcome, number

_COLOURS = {Outcome.PASS: "#047857", Outcome.FAIL: "#b91c1c", Outcome.INVALID: "#b45309", Outcome.NO_DATA: "#b45309"}
_STYLE = """
.slo{max-width:1000px;margin:24px auto;padding:0 16px;font:15px/1.5 system-ui,sans-serif}
.slo table{border-collapse:collapse;width:100%;margin:12px 0}
.slo th,.slo td{padding:5px 10px;border-bottom:1px solid #8884;text-align:left;font-variant-numeric:tabular-nums}
.slo .verdict{display:inline-block;padding:4px 14px;border-radius:6px;color:#fff;font-weight:700}
.slo figure{margin:18px 0}.slo svg{width:100%;height:auto}.slo figcaption span{margin-left:12px}
"""
_PAGE_STYLE = ":root{color-scheme:light dark}body{margin:0}"
_FEW = 10  # organisations that are shown unasked
_COLUMNS = ("", "Promise", "Limit", "Measured", "Samples", "Over")


def page(run: Any, refresh: bool) -> str:
    """The whole page; while a run is under way it loads itself anew."""
    again = '<meta http-equiv="refresh" content="3">' if refresh else ""
    body = (
        section(run)
        if run
        else '<section class="slo"><h1>SLO</h1><p>No run yet. <a href="./">Start one</a>.</p></section>'
    )
    style = f"<style>{_PAGE_STYLE}{_STYLE if not run else ''}</style>"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>SLO</title>{again}'
        f'<meta name="viewport" content="width=device-width">{style}</head><body>{body}</body></html>'
    )


def section(run: Any) -> str:
    """Verdict, reasons, promises, charts, rate limits, generators."""
    verdict = run.verdict
    outcome, colour = (verdict.outcome, _COLOURS[verdict.outcome]) if run.closed else ("running", "#1f6feb")
    parts = [
        f"<style>{_STYLE}</style><section class='slo' id='slo'><h1>SLO "
        f"<span class='verdict' style='background:{colour}'>"
        f"{escape(str(outcome))}</span></h1><p>{escape(_reports.load_in_words(run))}</p>",
        _list(verdict.reasons if run.closed else verdict.invalid),
        _list(verdict.notes),
        _table(_COLUMNS, [_reports.cells(row) for row in verdict.rows]),
    ]
    if run.plan:
        parts += [*_charts(run), _times(run), _rate_limits(run), _health(run)]
    return "".join(parts) + "</section>"


def _charts(run: Any) -> list[str]:
    slots = run.samples.slots()
    series = list(run.samples.series.values())
    if not slots:
        return []
    limits = [
        one.limits["p99_ms"] for one in run.slo.thresholds if "p99_ms" in one.limits and one.name in run.sent_names()
    ]
    by_slot = {slot: merged(one.answered.get(slot, {}) for one in series) for slot in slots}

    def latency(fraction: float) -> Points:
        return [(slot * SLOT, percentile_ms(by_slot[slot], fraction)) for slot in slots]

    share: list[tuple[float, float | None]] = []
    for slot in slots:
        limited = sum(one.limited.get(slot, 0) for one in series)
        everything = limited + sum(by_slot[slot].values()) + sum(one.failed.get(slot, 0) for one in series)
        share.append((slot * SLOT, 100 * limited / everything if everything else None))
    lowest = [(slot * SLOT, run.samples.lowest_remaining.get(slot)) for slot in slots]
    return [
        chart(
            "Response time of successes", "ms", {"p50": latency(0.5), "p95": latency(0.95), "p99": latency(0.99)},
            max(limits, default=None),
        ),
        chart("Refused (429)", "%", {"share of all requests": share}),
        chart("Quota", "requests", {"least Remaining of any organisation": lowest}),
    ]  # fmt: skip


def _times(run: Any) -> str:
    head = ("Request", "Answered", "Failed", "429", "p50", "p95", "p99", "p99.9", "service p99", "server says p99")
    rows = []
    for name, series in sorted(run.samples.series.items()):
        one = _reports.times(series)
        numbers = [one["response_ms"][key] for key in ("p50", "p95", "p99", "p99.9")]
        numbers += [one["service_ms"]["p99"], one["server_ms"]["p99"]]
        counts = [f"{one[key]:,}" for key in ("answered", "failed", "429")]
        rows.append((name, *counts, *(number(value) for value in numbers)))
    return "<h2>Times (ms)</h2>" + _table(head, rows) if rows else ""


def _rate_limits(run: Any) -> str:
    rows = rate_limit_rows(run)
    if not rows:
        return ""
    head = ("Organisation", "Limit", "Remaining", "Reset (s)", "Sent", "429 share")
    is_open = " open" if len(rows) <= _FEW else ""
    count = f"{len(run.samples.quotas)} organisations, those with the least left first"
    table = _table(head, [tuple(row.values()) for row in rows])
    return f"<h2>Rate limit</h2><details{is_open}><summary>{count}</summary>{table}</details>"


def _health(run: Any) -> str:
    counters = ", ".join(f"{name} {count:,}" for name, count in sorted(run.samples.counters.items()))
    text = f"{len(run.ready)} process(es); lag p99 {run.lag_p99_ms():.3g} ms; CPU {run.cpu:.0%} at most"
    text += f"; arrivals: {counters}" if counters else ""
    failures = [f"{count} x {reason}" for reason, count in run.samples.reasons.items()]
    return f"<h2>Generators</h2><p>{escape(text)}</p>{_list(failures)}"


def slo_rows(run: Any) -> list[dict[str, str]]:
    """For the tab: text cells only, that is all locust's table can show. The first row is the verdict of the run."""
    keys = ("verdict", "promise", "limit", "now", "samples", "over")
    verdict = run.verdict
    state = _reports.mark(verdict.outcome) if run.closed else "▶ running"
    reasons = "; ".join(verdict.reasons if run.closed else verdict.invalid)
    first = (state, f"the run{': ' if reasons else ''}{reasons}", "", "", "", _reports.load_in_words(run))
    return [dict(zip(keys, row, strict=True)) for row in (first, *map(_reports.cells, verdict.rows))]


def rate_limit_rows(run: Any) -> list[dict[str, str]]:
    """For the tab, the organisations with the least left first; at most fifty."""
    quotas = sorted(
        run.samples.quotas.items(), key=lambda item: (item[1].remaining is None, item[1].remaining, item[0])
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


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    if not rows:
        return ""
    titles = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table>"


def _list(texts: Any) -> str:
    return "<ul>" + "".join(f"<li>{escape(text)}</li>" for text in texts) + "</ul>" if texts else ""
