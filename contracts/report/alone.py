"""The options that judge one failed statement again, without the others."""

from collections.abc import Mapping

from contracts.catalogue import Entry
from contracts.feeding import sources
from contracts.outcome import Result
from contracts.run.registry import CHECKS, RULES


def options_alone(result: Result, catalogue: Mapping[str, Entry]) -> list[str]:
    """Return --select, and for a rule the --after that sends the requests of a finding: of that with the fewest
    sources, checks before tables of situations."""
    options = ["--select", result.check]
    if result.check not in RULES or not result.findings:
        return options
    known = sources(catalogue)
    sent = [{exchange.source for exchange in finding.exchanges} & known for finding in result.findings]
    fewest = min(sent, key=lambda some: (len(some - CHECKS.keys()), len(some)))
    return options + [part for source in sorted(fewest) for part in ("--after", source)]
