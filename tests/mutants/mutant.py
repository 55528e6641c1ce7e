"""A mutant as plain data: what is broken, and which documented statement that breaks."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.mutants.wrappers import Break

CATALOGUE = Path(__file__).parents[2] / "contracts" / "catalogue"


@dataclass(frozen=True)
class Mutant:
    """`ids`: the statements of the catalogue that the deviation breaks; a check of any of them is the right one.
    `exhaust`: it shows only when the limit is used up. `options`: further options of the mock; `suite_options`: what
    what the suite needs to reach it. `stated_level`: the level if there are no ids."""

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
        """The strongest level of the statements."""
        if self.stated_level:
            return self.stated_level
        levels = {statement_levels().get(each, "unknown") for each in self.ids}
        return next((level for level in ("MUST", "SHOULD", "INFO") if level in levels), "unknown")


@dataclass(frozen=True)
class Variant:
    """A server that uses a freedom which the readings leave. `suite_options` tell the suite what is announced.

    `exit_code`: what the suite should say; 3 where the readings call a server impossible to judge."""

    name: str
    differs: str
    reading: str
    server: Break
    options: tuple[str, ...] = ()
    suite_options: tuple[str, ...] = ()
    exit_code: int = 0


@cache
def statement_levels() -> dict[str, str]:
    """Level by id, as the catalogue has them."""
    entries = (tomllib.loads(path.read_text(encoding="utf-8"))["check"] for path in sorted(CATALOGUE.glob("*.toml")))
    return {entry["id"]: entry["level"] for area in entries for entry in area}
