"""The options that judge one failed statement again, without the others."""

from collections import defaultdict
from collections.abc import Mapping

from contracts.feeding import sources
from contracts.outcome import Finding, Result
from contracts.run.model import records_of
from contracts.run.registry import CHECKS, RULES
from contracts.session import Report


def options_alone(report: Report, result: Result) -> list[str]:
    """Return --select, and for a rule the --after that produces a finding again: that with the fewest sources, checks
    before tables of situations."""
    options = ["--select", result.check]
    if result.check not in RULES or not result.findings:
        return options
    known = sources(report.catalogue)
    writers = _writers(report)
    sent = [_sources(finding, writers) & known for finding in result.findings]
    fewest = min(sent, key=lambda some: (len(some - CHECKS.keys()), len(some)))
    return options + [part for source in sorted(fewest) for part in ("--after", source)]


def _writers(report: Report) -> Mapping[str, set[str]]:
    """Return what wrote each item: item_id -> sources."""
    found = defaultdict(set)
    for exchange in report.journal:
        if exchange.operation == "upsertItems":
            for record in records_of(exchange.request_json):
                found[str(record.get("item_id"))].add(exchange.source)
    return found


def _sources(finding: Finding, writers: Mapping[str, set[str]]) -> set[str]:
    """Return what sent the finding's requests, and what wrote the items that it is about."""
    asked = {exchange.source for exchange in finding.exchanges}
    return asked.union(*(writers.get(item_id, set()) for item_id in (*finding.unwanted, *finding.missing)))
