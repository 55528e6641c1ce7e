"""Counts the combinations of a table that were covered."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from contracts.situations.rows import rows_of
from contracts.situations.table import STRENGTH, Combination, Row, Table, combinations_in, tables


@dataclass
class Coverage:
    """The result of the rows of a table. `missed`: reason -> number of rows that could not be performed. `absent`: why
    some values can't be produced on this target."""

    table: Table
    strength: int
    met: set[Combination] = field(default_factory=set)
    missed: Counter[str] = field(default_factory=Counter)
    absent: list[str] = field(default_factory=list)

    def performed(self, row: Row) -> None:
        self.met |= combinations_in(row, self.strength)

    def __str__(self) -> str:
        every = len(self.table.combinations(self.strength))
        what = "pairs" if self.strength == 2 else "triples"
        reasons = ", ".join([*self.absent, *(f"{count} rows not: {reason}" for reason, count in self.missed.items())])
        return f"{self.table.name}: {len(self.met)} of {every} {what}" + (f" ({reasons})" if reasons else "")


def planned(profile: str, seed: int = 1) -> Iterable[str]:
    """Yield a line for each table: what a profile covers if every row can be performed."""
    for table in tables().values():
        coverage = Coverage(table, STRENGTH[profile])
        rows = rows_of(table, profile, seed)
        for row in rows:
            coverage.performed(row)
        yield f"situations {coverage}, {len(rows)} rows"
