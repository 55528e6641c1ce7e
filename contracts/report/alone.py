"""The options that judge one failed statement again, without the others."""

from contracts.outcome import Finding, Result
from contracts.run.registry import CHECKS, RULES
from contracts.situations.table import tables


def options_alone(result: Result) -> list[str]:
    """Return --select, and for a rule the --after that sends the requests of a finding: of that with the fewest
    sources, checks before tables of situations."""
    options = ["--select", result.check]
    if result.check not in RULES or not result.findings:
        return options
    fewest = min(map(_sources, result.findings), key=lambda some: (len(some - CHECKS.keys()), len(some)))
    return options + [part for source in sorted(fewest) for part in ("--after", source)]


def _sources(finding: Finding) -> set[str]:
    """Return what sent the finding's requests, as far as --after takes it."""
    known = {*CHECKS, *(table.source for table in tables().values())}
    found = {exchange.source for exchange in finding.exchanges}
    return {source for source in found if source in known or source.startswith("GEN-")}
