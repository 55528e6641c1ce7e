"""The options that judge one failed statement again, without the others."""

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
    sent = [_sources(report, finding) & known for finding in result.findings]
    fewest = min(sent, key=lambda some: (len(some - CHECKS.keys()), len(some)))
    return options + [part for source in sorted(fewest) for part in ("--after", source)]


def _sources(report: Report, finding: Finding) -> set[str]:
    """Return what sent the finding's requests, and what wrote the items that it is about."""
    items = {*finding.unwanted, *finding.missing}
    upserts = [exchange for exchange in report.journal if items and exchange.operation == "upsertItems"]
    written = [each for each in upserts if items & {record.get("item_id") for record in records_of(each.request_json)}]
    return {exchange.source for exchange in (*finding.exchanges, *written)}
