"""Makes the rows of a table: the fewest that contain every combination of values, the most useful ones first."""

import heapq
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from covertable import make

from contracts.situations.table import STRENGTH, Combination, Row, Table, combinations_in, tables

_LIKELY = 3  # how many times more than another combination a likely one counts
_VALUE = 12  # the same for a value that no row has yet: each is to be met, even if the budget ends the table early


def rows_of(table: Table, profile: str, seed: int = 1) -> list[Row]:
    """Return the rows of a profile, all if the table sets no number for it; rows with the most new combinations for
    their cost come first, and likely mistakes before others."""
    rows = _rows(table.name, table.absent, STRENGTH.get(profile, 2), seed)
    return [dict(row) for row in rows[: table.rows.get(profile)]]


@cache
def _rows(name: str, absent: frozenset[str], strength: int, seed: int) -> list[Row]:
    table = tables()[name].without(absent)
    if strength > 2:
        return _made(table, {}, strength, seed)
    shared = {name: [value for value in values if value not in absent] for name, values in table.shared.items()}
    if shared and all(shared.values()):
        rows = [*_made(table, shared, strength, seed), *_alone(table, shared, seed)]
    else:
        rows = _made(table, {}, strength, seed)
    return _ordered(rows, table)


def _made(table: Table, only: dict[str, list[str]], strength: int, seed: int) -> list[Row]:
    constraints = [_constraint(each) for each in table.impossible]
    made = make({**table.dimensions, **only}, strength=strength, salt=str(seed), constraints=constraints)
    return [dict(row) for row in made]


def _constraint(impossible: Mapping[str, list[str]]) -> dict[str, Any]:
    """Return it in the words of covertable: one of the dimensions has none of the values."""
    some = [{"operator": "in", "left": name, "values": values} for name, values in impossible.items()]
    return {"operator": "or", "conditions": [{"operator": "not", "condition": each} for each in some]}


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
    worth |= dict.fromkeys(table.combinations(1), _VALUE)
    adds = [_values_and_pairs(row) for row in rows]

    def gain(place: int) -> float:
        return sum(worth[each] for each in adds[place] if each not in met) / table.cost(rows[place])

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
            met |= _values_and_pairs(row)
            used.update(row.items())
            ordered.append(row)
    return ordered


def _values_and_pairs(row: Row) -> set[Combination]:
    return combinations_in(row, 1) | combinations_in(row, 2)


def _filled(row: Row, table: Table, met: set[Combination], used: Counter[tuple[str, str]]) -> Row:
    """Replace each value that forms no new pair by the one that forms the most, or of several such the rarest so far.
    A value that costs requests is not brought in."""
    row = dict(row)
    for name in row:
        if _new(row, name, row[name], met) == 0:
            free = [value for value in table.dimensions[name] if value not in table.requests or value == row[name]]
            values = [value for value in free if table.allows({**row, name: value})]
            row[name] = max(values, key=lambda value: (_new(row, name, value, met), -used[name, value]))
    return row


def _new(row: Row, name: str, value: str, met: set[Combination]) -> int:
    return sum(frozenset({(name, value), other}) not in met for other in row.items() if other[0] != name)
