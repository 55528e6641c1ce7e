"""Reads `situations.toml`, makes the rows of a table, and counts the combinations that were covered."""

import itertools
import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from covertable import make

Row = dict[str, str]
Combination = frozenset[tuple[str, str]]

FILE = Path(__file__).parents[1] / "situations.toml"
STRENGTH = {"quick": 2, "standard": 2, "deep": 3}  # size of the combinations, by profile: pairs or triples
_LIKELY = 3  # how many times more than another combination a likely one counts


@dataclass(frozen=True)
class Table:
    name: str
    dimensions: dict[str, list[str]]
    rows: dict[str, int]  # by profile
    likely: frozenset[str] = frozenset()

    def combinations(self, strength: int = 2) -> set[Combination]:
        """Return every combination of values of `strength` dimensions."""
        found: set[Combination] = set()
        for names in itertools.combinations(self.dimensions, strength):
            values = itertools.product(*(self.dimensions[name] for name in names))
            found |= {frozenset(zip(names, each, strict=True)) for each in values}
        return found


def tables(file: Path = FILE) -> dict[str, Table]:
    """Read all tables. Raises ValueError for a `likely` value that no dimension has."""
    document = tomllib.loads(file.read_text(encoding="utf-8"))
    found = {}
    for name, node in document.items():
        table = Table(name, node["dimensions"], node["rows"], frozenset(node.get("likely", ())))
        unknown = table.likely - {value for values in table.dimensions.values() for value in values}
        if unknown:
            raise ValueError(f"{file.name}: {name} has no value {sorted(unknown)[0]!r}")
        found[name] = table
    return found


def rows_of(table: Table, profile: str, seed: int = 1) -> list[Row]:
    """Return the rows of a profile, all if the table sets no number for it; rows with the most new combinations come
    first, and likely mistakes before others."""
    return [dict(row) for row in _rows(table.name, STRENGTH.get(profile, 2), seed)[: table.rows.get(profile)]]


@cache
def _rows(name: str, strength: int, seed: int) -> list[Row]:
    table = tables()[name]
    rows = [dict(row) for row in make(table.dimensions, strength=strength, salt=str(seed))]
    return _balanced(_ordered(rows, table, strength), table) if strength == 2 else rows


def _ordered(rows: list[Row], table: Table, strength: int) -> list[Row]:
    left = [(row, combinations_in(row, strength)) for row in rows]
    worth = {pair: _worth(pair, table) for _, pairs in left for pair in pairs}
    met: set[Combination] = set()
    ordered = []
    while left:
        best = max(left, key=lambda each: sum(worth[pair] for pair in each[1] if pair not in met))
        left.remove(best)
        met |= best[1]
        ordered.append(best[0])
    return ordered


def _balanced(rows: list[Row], table: Table) -> list[Row]:
    """Replace each value that forms no new pair by the one that forms the most, or of several such the rarest so
    far."""
    met: set[Combination] = set()
    used: Counter[tuple[str, str]] = Counter()
    for row in rows:
        for name in row:
            if _new(row, name, row[name], met) == 0:
                found = table.dimensions[name]
                row[name] = max(found, key=lambda value: (_new(row, name, value, met), -used[name, value]))
        met |= combinations_in(row, 2)
        used.update(row.items())
    return rows


def _new(row: Row, name: str, value: str, met: set[Combination]) -> int:
    return sum(frozenset({(name, value), other}) not in met for other in row.items() if other[0] != name)


def _worth(pair: Combination, table: Table) -> int:
    return _LIKELY if any(value in table.likely for _, value in pair) else 1


def combinations_in(row: Row, strength: int) -> set[Combination]:
    return {frozenset(each) for each in itertools.combinations(row.items(), strength)}


@dataclass
class Coverage:
    """The result of the rows of a table. `missed`: reason -> number of rows that could not be performed."""

    table: Table
    strength: int
    met: set[Combination] = field(default_factory=set)
    missed: Counter[str] = field(default_factory=Counter)

    def performed(self, row: Row) -> None:
        self.met |= combinations_in(row, self.strength)

    def __str__(self) -> str:
        every = len(self.table.combinations(self.strength))
        what = "pairs" if self.strength == 2 else "triples"
        reasons = ", ".join(f"{count} rows not: {reason}" for reason, count in self.missed.items())
        return f"{self.table.name}: {len(self.met)} of {every} {what}" + (f" ({reasons})" if reasons else "")


def planned(profile: str, seed: int = 1) -> Iterable[str]:
    """Yield a line for each table: what a profile covers if every row can be performed."""
    for table in tables().values():
        coverage = Coverage(table, STRENGTH[profile])
        rows = rows_of(table, profile, seed)
        for row in rows:
            coverage.performed(row)
        yield f"situations {coverage}, {len(rows)} rows"
