"""Sentences shared by all reports: the verdict line, what was not judged, an exchange as lines."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from contracts.exchange import Exchange
from contracts.outcome import Level, Outcome, Result, Verdict
from contracts.report.escaping import printable
from contracts.session import Report

_SHORT = 1_500
_BLOCKED_BY = "blocked by "
NOT_JUDGED = (Outcome.SKIP, Outcome.DISABLED, Outcome.INCONCLUSIVE)


def verdict_line(report: Report) -> str:
    """Return the verdict in a line: `conforms; 7 MUST not judged: no second organisation (4), no --exhaust (3)`."""
    failed, should = (count(report, level, Outcome.FAIL) for level in (Level.MUST, Level.SHOULD))
    parts = {
        Verdict.CONFORMS: "conforms",
        Verdict.FAILS: f"fails: {failed} MUST" + (f", {should} SHOULD" if report.strict else ""),
        Verdict.INCONCLUSIVE: "inconclusive",
        Verdict.ERROR: "error: an internal error of the suite, please report it",
    }  # fmt: skip
    line = parts[report.verdict]
    known = sum(len(result.known) for result in report.results)
    if known:
        line += f"; {known} known deviation{'s' * (known > 1)}"
    reasons = not_judged(report)
    if reasons:
        total = sum(reasons.values())
        line += f"; {total} MUST not judged: " + ", ".join(f"{why} ({n})" for why, n in reasons.most_common())
    return line


def headline(report: Report) -> str:
    """Return the verdict in a few words: `Fails: 3 MUST`."""
    failed = count(report, Level.MUST, Outcome.FAIL)
    should = count(report, Level.SHOULD, Outcome.FAIL)
    if report.verdict is Verdict.FAILS:
        return f"Fails: {failed} MUST" + (f", {should} SHOULD" if report.strict else "")
    return {
        Verdict.CONFORMS: "Conforms",
        Verdict.INCONCLUSIVE: "Inconclusive",
        Verdict.ERROR: "Internal error of the suite",
    }[report.verdict]


class Cause(NamedTuple):
    """A failed check, and the checks that it blocks."""

    result: Result
    blocked: list[str]


def causes(report: Report) -> list[Cause]:
    """Return the failures: first those that count, then by the number of checks they block, then in catalogue order."""
    broken = [r for r in report.results if r.outcome in (Outcome.FAIL, Outcome.ERROR)]
    blocked: dict[str, list[str]] = {}
    for result in report.results:
        if result.reason.startswith(_BLOCKED_BY):
            blocked.setdefault(result.reason.removeprefix(_BLOCKED_BY), []).append(result.check)
    found = [Cause(result, blocked.get(result.check, [])) for result in broken]
    return sorted(found, key=lambda cause: (not counted(cause.result, report.strict), -len(cause.blocked)))


def not_judged(report: Report) -> Counter[str]:
    """Return the number of MUSTs that were not judged, by reason."""
    return Counter(
        result.reason.splitlines()[-1] if result.reason else str(result.outcome)
        for result in report.results
        if result.level is Level.MUST and result.outcome in NOT_JUDGED
    )


def count(report: Report, level: Level, outcome: Outcome) -> int:
    return sum(result.level is level and result.outcome is outcome for result in report.results)


def table(report: Report) -> Iterator[tuple[str, Level, Counter[Outcome]]]:
    """Yield area, level and outcomes, in catalogue order."""
    rows: dict[tuple[str, Level], Counter[Outcome]] = {}
    for result in report.results:
        entry = report.catalogue[result.check]
        rows.setdefault((entry.area, entry.level), Counter())[result.outcome] += 1
    for (area, level), outcomes in rows.items():
        yield area, level, outcomes


def counted(result: Result, strict: bool) -> bool:
    return result.level is Level.MUST or (strict and result.level is Level.SHOULD)


def request_text(exchange: Exchange) -> str:
    head = [f"{exchange.method} {exchange.path}"]
    head += [f"{name}: {value}" for name, value in exchange.request_headers.items()]
    return "\n".join(head) + ("\n\n" + body_text(exchange.request_body) if exchange.request_body else "")


def response_text(exchange: Exchange) -> str:
    if exchange.status is None:
        return f"(no response: {exchange.failure})"
    shown = ("content-type", "ratelimit-limit", "ratelimit-remaining", "ratelimit-reset", "retry-after")
    head = [f"{exchange.status}"] + [
        f"{name}: {printable(exchange.headers[name])}" for name in shown if name in exchange.headers
    ]
    return "\n".join(head) + ("\n\n" + body_text(exchange.body) if exchange.body else "")


def body_text(body: bytes) -> str:
    """Return the body, indented if it is JSON; shortened, and printable in any case."""
    try:
        text = json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        text = body[: _SHORT * 2].decode("utf-8", "backslashreplace")
    text = "".join(c if c.isprintable() or c == "\n" else f"\\u{ord(c):04x}" for c in text)
    return text if len(text) <= _SHORT else text[:_SHORT] + f"\n... ({len(body)} bytes)"
