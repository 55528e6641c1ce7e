"""Reads `situations.toml`, makes the rows of a table, and counts the combinations that were covered."""

import heapq
import itertools
import random
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from covertable import make

Row = dict[str, str]
Combination = frozenset[tuple[str, str]]

FILE = Path(__file__).parents[1] / "situations.toml"
STRENGTH = {"quick": 2, "standard": 2, "deep": 3}  # size of the combinations, by profile: pairs or triples
_LIKELY = 3  # how many times more than another combination a likely one counts
_FIXED, _ROW = "fixed", "row"  # in `requests`, beside values


@dataclass(frozen=True)
class Table:
    """`requests`: what the table costs: `fixed` once, `row` for every row, and more for rows with a value that it
    names. `shared`: by dimension, the values of rows that share requests with others."""

    name: str
    dimensions: dict[str, list[str]]
    rows: dict[str, int]  # by profile
    likely: frozenset[str] = frozenset()
    requests: Mapping[str, float] = field(default_factory=dict)
    shared: Mapping[str, list[str]] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()  # values that were left out

    def combinations(self, strength: int = 2) -> set[Combination]:
        """Return every combination of values of `strength` dimensions."""
        found: set[Combination] = set()
        for names in itertools.combinations(self.dimensions, strength):
            values = itertools.product(*(self.dimensions[name] for name in names))
            found |= {frozenset(zip(names, each, strict=True)) for each in values}
        return found

    def without(self, absent: Iterable[str]) -> "Table":
        """Return the table without some values, which can't be produced."""
        gone = frozenset(absent)
        left = {name: [value for value in some if value not in gone] for name, some in self.dimensions.items()}
        return replace(self, dimensions=left, absent=gone)

    @property
    def source(self) -> str:
        """Return the name under which the table's requests are sent, which `--after` takes too."""
        return f"situations:{self.name}"

    @property
    def fixed(self) -> float:
        return self.requests.get(_FIXED, 0.0)

    def cost(self, row: Row) -> float:
        """Return how many requests the row takes."""
        return self.requests.get(_ROW, 1.0) + sum(self.requests.get(value, 0.0) for value in row.values())


def tables(file: Path = FILE) -> dict[str, Table]:
    """Read all tables. Raises ValueError for a value in `likely`, `requests` or `shared` that no dimension has."""
    document = tomllib.loads(file.read_text(encoding="utf-8"))
    found = {}
    for name, node in document.items():
        requests, shared = node.get("requests", {}), node.get("shared", {})
        table = Table(name, node["dimensions"], node["rows"], frozenset(node.get("likely", ())), requests, shared)
        known = {value for values in table.dimensions.values() for value in values}
        named = {*table.likely, *(requests.keys() - {_FIXED, _ROW}), *itertools.chain(*shared.values())}
        if named - known:
            raise ValueError(f"{file.name}: {name} has no value {sorted(named - known)[0]!r}")
        found[name] = table
    return found


def rows_of(table: Table, profile: str, seed: int = 1) -> list[Row]:
    """Return the rows of a profile, all if the table sets no number for it; rows with the most new combinations for
    their cost come first, and likely mistakes before others."""
    rows = _rows(table.name, table.absent, STRENGTH.get(profile, 2), seed)
    return [dict(row) for row in rows[: table.rows.get(profile)]]


@cache
def _rows(name: str, absent: frozenset[str], strength: int, seed: int) -> list[Row]:
    table = tables()[name].without(absent)
    if strength > 2:
        return _made(table.dimensions, strength, seed)
    shared = {name: [value for value in values if value not in absent] for name, values in table.shared.items()}
    if shared and all(shared.values()):
        rows = [*_made({**table.dimensions, **shared}, strength, seed), *_alone(table, shared, seed)]
    else:
        rows = _made(table.dimensions, strength, seed)
    return _ordered(rows, table)


def _made(dimensions: dict[str, list[str]], strength: int, seed: int) -> list[Row]:
    return [dict(row) for row in make(dimensions, strength=strength, salt=str(seed))]


def _alone(table: Table, shared: dict[str, list[str]], seed: int) -> Iterator[Row]:
    """Yield the fewest rows in which each value that is not shared meets every value of the other dimensions."""
    for name, values in shared.items():
        for alone in [value for value in table.dimensions[name] if value not in values]:
            rng = random.Random(f"{seed} {alone}")
            others = {each: rng.sample(some, len(some)) for each, some in table.dimensions.items() if each != name}
            for n in range(max(map(len, others.values()))):
                yield {name: alone} | {each: some[n % len(some)] for each, some in others.items()}


def _ordered(rows: list[Row], table: Table) -> list[Row]:
    """Return the rows that add pairs to those before them, first those that add the most for their cost."""
    met: set[Combination] = set()
    worth = {pair: _LIKELY if any(value in table.likely for _, value in pair) else 1 for pair in table.combinations()}
    pairs = [combinations_in(row, 2) for row in rows]

    def gain(place: int) -> float:
        return sum(worth[pair] for pair in pairs[place] if pair not in met) / table.cost(rows[place])

    waiting = [(-gain(place), place) for place in range(len(rows))]
    heapq.heapify(waiting)
    used: Counter[tuple[str, str]] = Counter()
    ordered = []
    while waiting:
        _, place = heapq.heappop(waiting)
        now = gain(place)  # never more than it was, because `met` only grows
        if waiting and now < -waiting[0][0]:
            heapq.heappush(waiting, (-now, place))
        elif now > 0:
            row = _filled(rows[place], table, met, used)
            met |= combinations_in(row, 2)
            used.update(row.items())
            ordered.append(row)
    return ordered


def _filled(row: Row, table: Table, met: set[Combination], used: Counter[tuple[str, str]]) -> Row:
    """Replace each value that forms no new pair by the one that forms the most, or of several such the rarest so far.
    A value that costs requests is not brought in."""
    row = dict(row)
    for name in row:
        if _new(row, name, row[name], met) == 0:
            values = [value for value in table.dimensions[name] if value not in table.requests or value == row[name]]
            row[name] = max(values, key=lambda value: (_new(row, name, value, met), -used[name, value]))
    return row


def _new(row: Row, name: str, value: str, met: set[Combination]) -> int:
    return sum(frozenset({(name, value), other}) not in met for other in row.items() if other[0] != name)


def combinations_in(row: Row, strength: int) -> set[Combination]:
    return {frozenset(each) for each in itertools.combinations(row.items(), strength)}


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
