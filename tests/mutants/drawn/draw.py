"""Draws a number of mutants from all pairs of operator and slice. The same seed gives the same mutants; the kinds of
operators take turns."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from random import Random

from tests.mutants.drawn import question_operators, record_operators
from tests.mutants.drawn.equivalent import EQUIVALENT
from tests.mutants.drawn.slices import Slice
from tests.mutants.mutant import Mutant


@cache
def pairs() -> dict[str, tuple[str, Mutant]]:
    """Return (kind of operator, mutant) by name, without the pairs that no request can distinguish from a correct
    server."""
    made: dict[str, tuple[str, Mutant]] = {}
    for each in (*record_operators.OPERATORS, *question_operators.OPERATORS):
        for place in each.slices:
            name = f"{each.name}@{place.name}"
            if (each.name, place.name) not in EQUIVALENT:
                subject = place.words if isinstance(place, Slice) else f"questions {place.words}"
                sentence = f"{subject[0].upper()}{subject[1:]} {each.words}."
                broken, level = each.make(place), each.level_at(place)
                made[name] = each.kind, Mutant(name, sentence, (), broken, stated_level=level)
    return made


def named(name: str) -> Mutant:
    """Return the mutant with that name. Raises KeyError."""
    return pairs()[name][1]


def draw(count: int, seed: int) -> list[Mutant]:
    random, by_kind = Random(seed), defaultdict(list)
    for kind, mutant in pairs().values():
        by_kind[kind].append(mutant)
    for mutants in by_kind.values():
        random.shuffle(mutants)
    drawn: list[Mutant] = []
    while len(drawn) < count and any(by_kind.values()):
        drawn += [mutants.pop() for mutants in by_kind.values() if mutants]
    return drawn[:count]
