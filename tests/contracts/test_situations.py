"""The tables of situations: what they cover, in which order, and that they contain no unknown names."""

from itertools import product
from pathlib import Path
from typing import Any

import pytest

from contracts.run.model import same
from contracts.run.operations import operations_of
from contracts.run.plan import Names
from contracts.situations.coverage import Coverage, planned
from contracts.situations.drive import DRIVERS
from contracts.situations.histories import references
from contracts.situations.questions import in_turn
from contracts.situations.records import with_change
from contracts.situations.rows import rows_of
from contracts.situations.table import combinations_in, tables
from contracts.situations.values import CHANGES, LIVES, NEAR, PLAIN_IDS, VALUES, attributes, double, twin
from fixtures.spec import load_spec

TABLES = tables()


def test_every_table_has_a_driver_that_creates_its_situations() -> None:
    assert TABLES.keys() == DRIVERS.keys()


@pytest.mark.parametrize("name", TABLES)
def test_the_rows_of_a_table_cover_every_pair_of_values(name: str) -> None:
    table = TABLES[name]
    met = {pair for row in rows_of(table, "every", 1) for pair in combinations_in(row, 2)}
    assert met == table.combinations()


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_standard_profile_meets_every_value(name: str, seed: int) -> None:
    met = {each for row in rows_of(TABLES[name], "standard", seed) for each in row.items()}
    assert met == {(dimension, value) for dimension, values in TABLES[name].dimensions.items() for value in values}


@pytest.mark.parametrize("name", TABLES)
def test_the_first_half_of_the_rows_covers_more_than_the_second(name: str) -> None:
    rows = rows_of(TABLES[name], "every", 1)
    first: set[frozenset[tuple[str, str]]] = set().union(*(combinations_in(row, 2) for row in rows[: len(rows) // 2]))
    assert len(first) > len(TABLES[name].combinations()) / 2


def test_rows_that_share_requests_come_before_rows_that_cost_some() -> None:
    rows = rows_of(TABLES["items"], "standard", 1)
    forms = [row["body"] for row in rows]
    assert "one" not in forms[:100]
    assert 0 < forms.count("one") < 40, "only the pairs of this value itself need requests of their own"


@pytest.mark.parametrize(
    ("name", "absent"),
    [("items", ["second", "array of 30", "array of 100", "same record twice"]), ("histories", ["second"])],
    ids=str,
)
def test_a_table_without_some_values_covers_all_pairs_of_the_others(name: str, absent: list[str]) -> None:
    table = TABLES[name].without(absent)
    met = {pair for row in rows_of(table, "every", 1) for pair in combinations_in(row, 2)}
    assert met == table.combinations()


def test_no_row_has_values_that_do_not_go_together() -> None:
    table = TABLES["questions"]
    for profile in ("standard", "deep"):
        assert all(table.allows(row) for row in rows_of(table, profile, 1))
    assert not table.allows({"strategy": "similar", "item": "none"})


def test_the_strategies_that_need_an_item_are_those_of_the_document() -> None:
    strategies = operations_of(load_spec(), "current").strategies
    table = TABLES["questions"]
    for name in table.dimensions["strategy"]:
        needs = strategies.get(name, {}).get("requires") == "context_item_id"
        assert table.allows({"strategy": name, "item": "none"}) is not needs
        assert table.allows({"strategy": name, "item": "product"}) is needs


def test_rows_are_the_same_for_the_same_seed() -> None:
    assert rows_of(TABLES["items"], "standard", 7) == rows_of(TABLES["items"], "standard", 7)


def test_likely_values_are_in_the_first_rows() -> None:
    table = TABLES["questions"]
    early = {value for row in rows_of(table, "standard", 1)[:40] for value in row.values()}
    assert table.likely <= early


def test_a_table_names_exactly_the_values_that_can_be_created() -> None:
    items = TABLES["items"].dimensions
    assert set(items["value"]) == {*VALUES, "absent"}
    assert set(items["life"]) == set(LIVES)
    assert set(PLAIN_IDS) <= set(items["id"])


@pytest.mark.parametrize("kind", [*VALUES, "absent"])
@pytest.mark.parametrize("change", CHANGES)
def test_every_change_changes_the_value(kind: str, change: str) -> None:
    before, after = attributes(kind, "a"), attributes(kind, "a", change)
    assert before.keys() != after.keys() or not same(before["a"], after["a"])


@pytest.mark.parametrize(("kind", "falsy"), [("text", ""), ("number", 0), ("fraction", 0), ("true", False)])
def test_a_value_becomes_the_falsy_one_of_its_type(kind: str, falsy: Any) -> None:
    (value,) = attributes(kind, "a", "a falsy value").values()
    assert same(value, falsy)


def test_a_twin_differs_only_in_case_and_keeps_the_prefix_of_the_run() -> None:
    assert twin("lc0123456789-Pair-7") == "lc0123456789-pAIR-7"


@pytest.mark.parametrize("length", [64, 129])
def test_a_long_id_is_compared_with_one_that_differs_at_the_end_alone(length: int) -> None:
    identifier = "lc0123456789-".ljust(length - 1, "x") + "y"
    other = double(f"{length} characters", identifier)
    assert other is not None
    assert (other[:-1], len(other), other != identifier) == (identifier[:-1], length, True)


@pytest.mark.parametrize(("kind", "near"), [(kind, near) for kind, some in NEAR.items() for near in some])
def test_values_that_a_store_may_confuse_are_different_ones(kind: str, near: Any) -> None:
    assert not same(VALUES[kind], near)


def test_ids_of_20_digits_are_neighbours_that_a_double_cannot_tell_apart() -> None:
    names = Names("lc-", "1234567890")
    one, next_ = names.long_number(), names.long_number()
    other = double("20 digits", one)
    assert len(one) == 20
    assert len({one, next_, other}) == 3
    assert other is not None
    assert float(one) == float(next_) == float(other)


def test_a_status_and_a_value_can_change_in_one_upsert() -> None:
    row = {"value": "number", "life": "active then inactive", "update": "another value"}
    assert with_change({**row, "life": "active then another type"}) == "another type"
    assert attributes("number", "a", with_change(row)) != attributes("number", "a")
    assert with_change({**row, "update": "whole"}) == ""


def test_requests_at_the_same_time_are_of_both_organisations() -> None:
    rows = rows_of(TABLES["questions"], "standard", 1)
    of_two = [{row["organisation"] for row in in_turn(rows)[n : n + 2]} for n in range(0, 60, 2)]
    assert all(each == {"first", "second"} for each in of_two)
    assert sorted(map(str, in_turn(rows))) == sorted(map(str, rows))


def test_situations_that_could_not_be_created_are_reported_with_the_reason() -> None:
    coverage = Coverage(TABLES["users"], 2)
    row = rows_of(TABLES["users"], "standard", 1)[0]
    coverage.performed(row)
    coverage.missed["no second organisation"] += 2
    every = len(TABLES["users"].combinations())
    assert str(coverage) == f"users: 15 of {every} pairs (2 rows not: no second organisation)"


def test_a_likely_value_that_no_dimension_has_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "situations.toml"
    file.write_text(
        '[a]\nrows = {}\nlikely = ["z"]\n[a.dimensions]\nb = ["x", "y"]\nc = ["x", "y"]\n', encoding="utf-8"
    )
    with pytest.raises(ValueError, match="'z'"):
        tables(file)


def test_each_profile_says_what_it_covers() -> None:
    assert [line.split(":")[0] for line in planned("standard")] == [f"situations {name}" for name in TABLES]


def test_every_kind_of_history_has_plain_ones_to_be_compared_with_in_each_organisation() -> None:
    table = TABLES["histories"]
    rows = rows_of(table, "standard", 1)
    made = references(rows)
    kinds = product(("first", "second"), {row["events"] for row in rows})
    assert {(row["organisation"], row["events"]) for row in made} == set(kinds)
    assert all(row.keys() == table.dimensions.keys() for row in made)
    assert all(row[name] in table.dimensions[name] for row in made for name in row)
