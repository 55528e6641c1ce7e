"""Selects the requests that reproduce a finding: its own, and before them those that create the data."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from contracts.exchange import Exchange
from contracts.outcome import Finding
from contracts.run.registry import RULES
from contracts.session import Report

_MOST = 40  # requests that create data
_LONGEST = 20_000  # characters of a body
_ROUNDS = 3  # searches for data that other data refers to


@dataclass(frozen=True)
class Step:
    exchange: Exchange
    body: str
    needed: bool  # must be accepted, otherwise the result is unknown
    after_a_pause: bool  # earlier records must be visible first


def needed_requests(report: Report, finding: Finding) -> list[Step]:
    """Return the requests in the order of the run; the last one is judged."""
    judged = finding.exchanges[-12:]
    if not judged:
        return []
    own = re.compile("|".join(re.escape(start) + r"[\w.-]+" for start in (report.prefix, report.digits) if start))
    numbers = {exchange.number for exchange in judged}
    places = _places(report, finding, judged)
    before = [x for x in report.journal if _makes_data(x) and x.number < judged[-1].number and x.number not in numbers]
    before = [exchange for exchange in before if exchange.organisation in places]
    data = _data_for(own, {name for x in judged for name in own.findall(_words(x))}, before)
    steps: list[Step] = []
    written = False
    for exchange, body in sorted([*data, *((x, _text(x)) for x in judged)], key=lambda pair: pair[0].number):
        reads = not exchange.path.startswith("/v1/ingest")
        steps.append(Step(exchange, body, exchange.number not in numbers, after_a_pause=reads and written))
        written = not reads
    return steps


def _places(report: Report, finding: Finding, judged: Sequence[Exchange]) -> set[str | None]:
    """Return the organisations whose data the requests may need: of a check that sends all to one, that alone."""
    about_both = finding.check in RULES or "other-organisation" in report.catalogue[finding.check].needs
    return {"main", "other"} if about_both else {exchange.organisation for exchange in judged}


def _makes_data(exchange: Exchange) -> bool:
    return exchange.ok and exchange.path.startswith("/v1/ingest") and exchange.source != "clean-up"


def _data_for(own: re.Pattern[str], names: set[str], before: list[Exchange]) -> list[tuple[Exchange, str]]:
    """Return the records that contain these names, and the records that they refer to."""
    found: dict[int, tuple[Exchange, list[Any]]] = {}
    for _ in range(_ROUNDS):
        known = len(names)
        for exchange in before:
            records = [r for r in _records(exchange) if names & set(own.findall(json.dumps(r, ensure_ascii=False)))]
            if records and (exchange.number in found or len(found) < _MOST):
                found[exchange.number] = (exchange, records)
        for _, records in found.values():
            names |= {name for record in records for name in own.findall(json.dumps(record.get("attributes", "")))}
            names |= {str(record[key]) for record in records for key in ("item_id",) if key in record}
        if len(names) == known:
            break
    return [(exchange, _compact(records)) for exchange, records in found.values()]


def _records(exchange: Exchange) -> list[dict[str, Any]]:
    body = exchange.request_json
    return [record for record in (body if isinstance(body, list) else [body]) if isinstance(record, dict)]


def _compact(records: list[Any]) -> str:
    return json.dumps(records if len(records) > 1 else records[0], ensure_ascii=False, separators=(",", ":"))


def _words(exchange: Exchange) -> str:
    return f"{exchange.path} {_text(exchange)}"


def _text(exchange: Exchange) -> str:
    try:
        return exchange.request_body.decode()[:_LONGEST]
    except UnicodeDecodeError:
        return ""
