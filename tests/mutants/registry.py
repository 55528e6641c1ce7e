"""Every mutant and every variant by its name, in their groups."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from fnmatch import fnmatch
from functools import cache

from tests.mutants.mutant import Mutant, Variant

AREAS = (
    "keys",
    "key_types",
    "envelope",
    "items",
    "users",
    "events",
    "event_effects",
    "queue",
    "life_cycle",
    "identity",
    "recommendations",
    "strategies",
    "personal",
    "kept",
    "filters",
    "paging",
    "ranking",
    "organisations",
    "limits",
    "exhausted",
    "sign_in",
    "browser",
    "robustness",
    "corners",
    "lost",
    "leaks",
    "unchecked",
    "rare",
    "further",
    "held_out",
    "held_out_second",
    "held_out_third",
)


@cache
def mutants() -> dict[str, list[Mutant]]:
    """Return the mutants by area."""
    return {area: list(importlib.import_module(f"tests.mutants.written.{area}").MUTANTS) for area in AREAS}


@cache
def variants() -> dict[str, list[Variant]]:
    """Return the variants by group."""
    from tests.mutants.variants.groups import GROUPS

    return {name: list(found) for name, found in GROUPS.items()}


def every_mutant() -> list[Mutant]:
    return [mutant for area in mutants().values() for mutant in area]


def every_variant() -> list[Variant]:
    return [variant for group in variants().values() for variant in group]


def named(name: str) -> Mutant | Variant:
    """Return the mutant or variant with that name, a drawn mutant too. Raises KeyError."""
    if "@" in name:
        from tests.mutants.drawn.draw import named

        return named(name)
    found: list[Mutant | Variant] = [*every_mutant(), *every_variant()]
    return {each.name: each for each in found}[name]


def area_of(name: str) -> str:
    """Return the area of a mutant or the group of a variant. Raises KeyError."""
    groups: list[tuple[str, Sequence[Mutant | Variant]]] = [*mutants().items(), *variants().items()]
    return {each.name: group for group, found in groups for each in found}[name]


def matching(pattern: str | None) -> tuple[list[Mutant], list[Variant]]:
    """Return the mutants and variants whose name or area matches the pattern; all of them without one."""

    def fits(name: str) -> bool:
        return pattern is None or fnmatch(name, pattern) or fnmatch(area_of(name), pattern)

    return [f for f in every_mutant() if fits(f.name)], [v for v in every_variant() if fits(v.name)]
