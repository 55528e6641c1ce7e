"""Reads the tables of `situations.toml`."""

import itertools
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

Row = dict[str, str]
Combination = frozenset[tuple[str, str]]

FILE = Path(__file__).parents[1] / "situations.toml"
STRENGTH = {"quick": 2, "standard": 2, "deep": 3}  # size of the combinations, by profile: pairs or triples
_FIXED, _ROW = "fixed", "row"  # in `requests`, beside values


@dataclass(frozen=True)
class Table:
    """`requests`: what the table costs: `fixed` once, `row` for every row, and more for rows with a value that it
    names. `shared`: by dimension, the values of rows that share requests with others. `impossible`: each has two
    dimensions; a value of one doesn't go with a value of the other."""

    name: str
    dimensions: dict[str, list[str]]
    rows: dict[str, int]  # by profile
    likely: frozenset[str] = frozenset()
    requests: Mapping[str, float] = field(default_factory=dict)
    shared: Mapping[str, list[str]] = field(default_factory=dict)
    impossible: Sequence[Mapping[str, list[str]]] = ()
    absent: frozenset[str] = frozenset()  # values that were left out

    def combinations(self, strength: int = 2) -> set[Combination]:
        """Return every possible combination of values of `strength` dimensions."""
        found: set[Combination] = set()
        for names in itertools.combinations(self.dimensions, strength):
            values = itertools.product(*(self.dimensions[name] for name in names))
            rows = (dict(zip(names, each, strict=True)) for each in values)
            found |= {frozenset(row.items()) for row in rows if self.allows(row)}
        return found

    def allows(self, row: Row) -> bool:
        """Return whether the values go together; a row may lack dimensions."""
        return not any(all(row.get(name) in some for name, some in each.items()) for each in self.impossible)

    def without(self, absent: Iterable[str]) -> "Table":
        """Return the table without some values, which can't be produced. What goes with none of those that a dimension
        has left goes with all of them."""
        gone = frozenset(absent)
        left = {name: [value for value in some if value not in gone] for name, some in self.dimensions.items()}
        impossible = [each for each in self.impossible if not any(set(left[name]) <= {*each[name]} for name in each)]
        return replace(self, dimensions=left, absent=gone, impossible=impossible)

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
    """Read all tables. Raises ValueError if another field names a value that no dimension has."""
    document = tomllib.loads(file.read_text(encoding="utf-8"))
    found = {}
    for name, node in document.items():
        optional = {key: node[key] for key in ("requests", "shared", "impossible") if key in node}
        table = Table(name, node["dimensions"], node["rows"], frozenset(node.get("likely", ())), **optional)
        known = {value for values in table.dimensions.values() for value in values}
        lists = itertools.chain(*(each.values() for each in (table.shared, *table.impossible)))
        named = {*table.likely, *(table.requests.keys() - {_FIXED, _ROW}), *itertools.chain(*lists)}
        if named - known:
            raise ValueError(f"{file.name}: {name} has no value {sorted(named - known)[0]!r}")
        found[name] = table
    return found


def combinations_in(row: Row, strength: int) -> set[Combination]:
    return {frozenset(each) for each in itertools.combinations(row.items(), strength)}
