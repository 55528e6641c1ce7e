"""Tests the syntax mutants: a seed draws the same places, and one operator changes one place of a module."""

import ast

import pytest

from tests.mutants.drawn.syntax import KINDS, draw, modules, mutated, places

SOURCE = """\
def page(rows, limit):
    if limit > 100 and rows:
        return rows[: limit - 1]
    return rows
"""
CHANGED = {
    "comparison": "if limit >= 100 and rows:",
    "and, or": "if limit > 100 or rows:",
    "negated condition": "if not (limit > 100 and rows):",
    "number": "if limit > 101 and rows:",
    "arithmetic": "return rows[:limit + 1]",
}


@pytest.mark.parametrize("kind", KINDS)
def test_an_operator_changes_exactly_one_line(kind: str) -> None:
    first = next(place for place in places("page.py", SOURCE) if place.kind == kind)
    before, after = ast.unparse(ast.parse(SOURCE)).splitlines(), mutated(SOURCE, first).splitlines()
    changed = [line.strip() for line, old in zip(after, before, strict=True) if line != old]
    assert changed == [CHANGED[kind]]


def test_places_are_drawn_from_modules_that_a_client_reaches() -> None:
    drawn = draw(1)
    assert {place.module for place in drawn} <= set(modules())
    assert [place.kind for place in drawn[: len(KINDS)]] == list(KINDS)
    assert len({(place.module, place.kind, place.number) for place in drawn}) == len(drawn)


def test_a_seed_draws_the_same_places_and_another_seed_others() -> None:
    assert draw(1) == draw(1)
    assert draw(1) != draw(2)
