"""The machine-readable report, schema 1; `docs/read-your-report.md` describes it."""

import json
from typing import Any

from contracts.exchange import Exchange
from contracts.outcome import Finding
from contracts.report.escaping import lossless
from contracts.report.words import causes, not_judged, request_text, response_text, verdict_line
from contracts.session import Report

SCHEMA = 1
_EXCHANGES = 12  # number of exchanges per finding


def text(report: Report) -> str:
    return lossless(json.dumps(document(report), indent=1, ensure_ascii=False)) + "\n"


def document(report: Report) -> dict[str, Any]:
    target = report.target
    return {
        "schema": SCHEMA,
        "target": {
            "url": target.url,
            "bundled": report.bundled,
            "edition": target.edition,
            "key_policy": target.key_policy,
            "rate_limit": {"limit": target.limit, "window_seconds": target.window_seconds},
            "second_organisation": target.other is not None,
        },
        "started": report.started.isoformat(timespec="seconds"),
        "seconds": round(report.seconds, 1),
        "profile": report.profile,
        "strict": report.strict,
        "seed": report.seed,
        "prefix": report.prefix,
        "verdict": str(report.verdict),
        "summary": verdict_line(report),
        "causes": [{"check": cause.result.check, "blocks": cause.blocked} for cause in causes(report)],
        "not_judged": [{"reason": reason, "must": n} for reason, n in not_judged(report).most_common()],
        "requests": dict(sorted(report.requests.items())),
        "waited_seconds": round(report.waited, 1),
        "visible_after_seconds": None if report.lag is None else round(report.lag, 2),
        "observed_in": report.channel,
        "notes": report.notes,
        "checks": [_check(report, result) for result in report.results],
    }


def _check(report: Report, result: Any) -> dict[str, Any]:
    entry = report.catalogue[result.check]
    return {
        "id": entry.id,
        "area": entry.area,
        "level": str(entry.level),
        "statement": entry.statement,
        "source": entry.source,
        "reading": entry.reading,
        "outcome": str(result.outcome),
        "reason": result.reason,
        "times": result.times,
        "seconds": round(result.seconds, 2),
        "requests": result.requests,
        "findings": [_finding(finding) for finding in result.findings],
        "known": [_finding(finding) for finding in result.known],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "case": finding.case,
        "operation": finding.operation,
        "expected": finding.expected,
        "actual": finding.actual,
        "exchanges": [_exchange(exchange) for exchange in finding.exchanges[-_EXCHANGES:]],
        "mock": [_exchange(exchange) for exchange in finding.also[-_EXCHANGES:]],
    }


def _exchange(exchange: Exchange) -> dict[str, Any]:
    return {
        "request": request_text(exchange),
        "response": response_text(exchange),
        "status": exchange.status,
        "milliseconds": round(exchange.seconds * 1000, 1),
    }
