"""Mutants and variants as plain data: how a server deviates, and the statement or the freedom that this concerns."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.mutants.wrappers import Break

CATALOGUE = Path(__file__).parents[2] / "contracts" / "catalogue"


@dataclass(frozen=True)
class Mutant:
    """A broken server. `ids`: the statements of the catalogue that the deviation breaks; a failed check of any of them
    counts as a kill. `exhaust`: the deviation shows only when the limit is used up. `options`: further options of the
    mock; `suite_options`: options that the suite needs to reach the deviation. `stated_level`: the level if there are
    no ids."""

    name: str
    breaks: str
    ids: tuple[str, ...]
    broken: Break
    exhaust: bool = False
    options: tuple[str, ...] = ()
    suite_options: tuple[str, ...] = ()
    stated_level: str | None = None

    @property
    def level(self) -> str:
        """The highest level of the statements."""
        if self.stated_level:
            return self.stated_level
        levels = {statement_levels().get(each, "unknown") for each in self.ids}
        return next((level for level in ("MUST", "SHOULD", "INFO") if level in levels), "unknown")


@dataclass(frozen=True)
class Variant:
    """A legal server that uses a freedom which the readings leave. `suite_options` announce to the suite what it can't
    find out.

    `exit_code`: the right verdict of the suite; 3 where the readings say that a server can't be judged."""

    name: str
    differs: str
    reading: str
    server: Break
    options: tuple[str, ...] = ()
    suite_options: tuple[str, ...] = ()
    exit_code: int = 0


@cache
def statement_levels() -> dict[str, str]:
    """Return the level of each statement by id, from the catalogue."""
    entries = (tomllib.loads(path.read_text(encoding="utf-8"))["check"] for path in sorted(CATALOGUE.glob("*.toml")))
    return {entry["id"]: entry["level"] for area in entries for entry in area}
