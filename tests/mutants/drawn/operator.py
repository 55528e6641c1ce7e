"""An operator: what a broken server does to everything in a slice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.mutants.drawn.questions import Question
from tests.mutants.drawn.slices import Level, Slice
from tests.mutants.wrappers import Break


@dataclass(frozen=True)
class Operator:
    """A named way to break a server, applied to slices. `level`: of the statement that it breaks. `by_slice`: its level
    is at most that of the slice."""

    kind: str
    name: str
    words: str
    slices: Sequence[Slice | Question]
    make: Callable[[Any], Break]
    level: Level = "MUST"
    by_slice: bool = True

    def level_at(self, place: Slice | Question) -> Level:
        return "SHOULD" if "SHOULD" in (self.level, place.level if self.by_slice else "MUST") else "MUST"
