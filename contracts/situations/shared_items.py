"""Items that both organisations have, under the same ids. Events on them in one organisation must not make them more
popular in the other (TENANT-unmoved judges the lists)."""

from collections.abc import Iterable
from dataclasses import dataclass

from contracts.run.probe import Probe

_ORGANISATIONS = ("main", "other")
_IDLE = 2  # items without events, before the others and behind them: what leaks rises above one of these


@dataclass
class SharedItems:
    category: str
    visitor: str
    of: dict[tuple[str, str], str]  # (organisation, kind) -> the item for its events, which the other one has too

    def look(self, probe: Probe, times: int = 1) -> None:
        """Request the popular list of both organisations."""
        filters = {"category": self.category}
        for organisation in _ORGANISATIONS if self.of else ():
            for _ in range(times):
                probe.recommend(organisation, strategy="popular", user_id=self.visitor, filters=filters, limit=100)


def share(probe: Probe, kinds: Iterable[tuple[str, str]]) -> SharedItems:
    """Make an item for each (organisation, kind), and some that nobody touches. Nothing is made for a target that has
    one organisation or takes no arrays."""
    category, visitor = probe.name("shared"), probe.name("visitor")
    if probe.target.other is None or not probe.visibility.arrays:
        return SharedItems(category, visitor, {})
    pairs = list(dict.fromkeys(kinds))
    bodies = [probe.item("shared", category) for _ in range(len(pairs) + 2 * _IDLE)]
    for organisation in _ORGANISATIONS:
        probe.upsert_items(bodies, organisation)
    own = dict(zip(pairs, (body["item_id"] for body in bodies[_IDLE:]), strict=False))
    return SharedItems(category, visitor, own)
