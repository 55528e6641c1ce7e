"""Rules look at answers; when only rules are selected, some checks are run for the answers that they get."""

from collections.abc import Iterator, Mapping, Sequence

from contracts.catalogue import Entry
from contracts.run.engine import Engine
from contracts.run.registry import CHECKS, RULES
from contracts.settings import Settings, matching

_ENOUGH = 5  # answers for each rule


def feeders(settings: Settings, rules: Sequence[Entry], catalogue: Mapping[str, Entry]) -> Iterator[Entry]:
    """Those of --after; else the likeliest first: what the rules depend on, then their areas, then all others."""
    acting = [entry for entry in catalogue.values() if entry.id in CHECKS and not entry.needs]
    if settings.after:
        wanted = {identifier for name in settings.after for identifier in matching(name, catalogue)}
        yield from (entry for entry in acting if entry.id in wanted)
        return
    depends, areas = {name for rule in rules for name in rule.depends}, {rule.area for rule in rules}
    yield from sorted(
        (entry for entry in acting if entry.quick or settings.profile != "quick"),
        key=lambda entry: (entry.id not in depends, entry.area not in areas, not entry.quick, len(entry.depends)),
    )


def feed(engine: Engine, rules: Sequence[Entry], checks: Sequence[Entry], all_of_them: bool) -> None:
    """Run the checks one after the other until every rule has enough to look at."""
    for number, entry in enumerate(checks):
        seen = (sum(map(RULES[rule.id].about, engine.run.client.journal)) for rule in rules)
        if number and not all_of_them and min(seen) >= _ENOUGH:
            return
        engine.judge([entry])
