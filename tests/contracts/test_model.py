"""The suite's model of accepted records: which states of an item are possible at a given time."""

import math
from typing import Any

import pytest

from contracts.exchange import Exchange
from contracts.run.model import ABSENT, Model, holds, same
from contracts.run.observer import observe

SETTLE = 10.0


def model(*writes: tuple[float, dict[str, Any]]) -> Model:
    """Return a model after these writes: (second sent, body without the id); each is answered 0.1 s later."""
    made = Model("lc-", settle=SETTLE)
    for sent, body in writes:
        made.upserted("main", {"item_id": "lc-1", "status": "active", **body}, sent, sent + 0.1)
    return made


@pytest.mark.parametrize(
    ("asked", "hidden"), [(99.0, None), (100.05, None), (105.0, None), (110.0, None), (110.2, "inactive")]
)
def test_an_item_is_certainly_hidden_after_the_settle_time(asked: float, hidden: str | None) -> None:
    assert model((50, {}), (100, {"status": "inactive"})).hidden("main", "lc-1", asked, asked + 0.01) == hidden


def test_an_item_that_becomes_active_again_may_show_at_once() -> None:
    found = model((0, {}), (20, {"status": "inactive"}), (40, {}))
    assert found.hidden("main", "lc-1", 35, 35.1) == "inactive"
    assert found.hidden("main", "lc-1", 40.05, 40.1) is None


def test_an_upsert_that_was_never_answered_may_count_or_not() -> None:
    found = model((0, {}))
    found.upserted("main", {"item_id": "lc-1", "status": "deleted"}, 20, math.inf)
    assert found.hidden("main", "lc-1", 1e6, 1e6) is None
    assert not list(found.expected("main", "category", "x", 1e6, 1e6))


def test_attributes_that_an_upsert_omits_may_stay_or_disappear() -> None:
    found = model((0, {"attributes": {"colour": "red"}}), (20, {}))
    assert found.items["main", "lc-1"].values("colour", 100, 100, SETTLE) == [ABSENT, "red"]


def test_a_changed_value_may_be_old_or_new_until_it_has_settled() -> None:
    found = model((0, {"attributes": {"colour": "red"}}), (20, {"attributes": {"colour": "blue"}}))
    fits = {
        colour: [found.matches("main", "lc-1", "colour", colour, at, at) for at in (19, 25, 31)]
        for colour in ("red", "blue")
    }
    assert fits == {"red": [True, True, False], "blue": [False, True, True]}


def test_only_viewed_items_that_certainly_match_are_expected() -> None:
    found = model((0, {"attributes": {"colour": "red"}}))
    assert not list(found.expected("main", "colour", "red", 50, 50)), "nobody has viewed it"
    found.happened("main", {"item_id": "lc-1", "event_name": "view"}, 20, 20)
    assert not list(found.expected("main", "colour", "red", 25, 25)), "the view may still be queued"
    assert list(found.expected("main", "colour", "red", 31, 31)) == ["lc-1"]
    assert not list(found.expected("other", "colour", "red", 31, 31))


@pytest.mark.parametrize(
    ("shown", "fate"),
    [("lc-1", None), ("LC-1", None), ("lc-2", "it was never upserted"), ("lc-ab", "it was upserted as lc-AB")],
)
def test_ids_are_compared_exactly(shown: str, fate: str | None) -> None:
    found = model((0, {}))
    found.upserted("main", {"item_id": "lc-AB", "status": "active"}, 0, 0.1)
    if not found.owns(shown):
        assert found.resembles(shown) == "lc-1"
    else:
        assert found.fate("main", shown, 100) == fate


def test_an_item_of_another_organisation_is_foreign() -> None:
    assert model((0, {})).fate("other", "lc-1", 100) == "it belongs to another organisation"


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [(20, 20.0, True), (1, True, False), (0, False, False), ("a", "A", False), ([1], [1.0], True), ({}, [], False)],
)
def test_values_are_compared_as_json_values(one: Any, other: Any, equal: bool) -> None:
    assert same(one, other) is equal


@pytest.mark.parametrize(
    ("value", "wanted", "held"),
    [(["a", "b"], "a", True), ("a", ["a", "b"], True), (ABSENT, None, True), (None, None, True), (0, None, False)],
)
def test_filters_match_as_the_readings_say(value: Any, wanted: Any, held: bool) -> None:
    assert holds(value, wanted) is held


@pytest.mark.parametrize(("status", "certain"), [(202, True), (503, False), (None, False), (400, None)])
def test_the_status_of_an_answer_decides_whether_a_write_counts(status: int | None, certain: bool | None) -> None:
    found = Model("lc-", settle=SETTLE)
    body = b'{"item_id": "lc-1", "status": "inactive"}'
    observe(found, Exchange(1, "t", "upsertItems", "POST", "/", "sk", "main", {}, body, 0, 0.1, status))
    assert (found.hidden("main", "lc-1", 100, 100) == "inactive") is bool(certain)
    assert (found.fate("main", "lc-1", 100) is None) is (certain is not None)


@pytest.mark.parametrize(("status", "open_"), [(400, True), (403, False)])
def test_whether_items_of_an_invalid_array_are_stored_is_left_open(status: int, open_: bool) -> None:
    """R21. A wrong key is no fault of the array."""
    found = Model("lc-", settle=SETTLE)
    body = b'[{"item_id": "lc-1", "status": "active"}, {"item_id": "lc-2"}]'
    observe(found, Exchange(1, "t", "upsertItems", "POST", "/", "sk", "main", {}, body, 0, 0.1, status))
    assert (found.fate("main", "lc-1", 100) is None) is open_


def test_a_user_of_a_refused_array_has_no_certain_history() -> None:
    found = Model("lc-", settle=SETTLE)
    body = b'[{"user_id": "lc-u", "status": "inactive"}, {"status": "active"}]'
    observe(found, Exchange(1, "t", "upsertUsers", "POST", "/", "sk", "main", {}, body, 0, 0.1, 400))
    assert found.histories.of("main", "lc-u", 100, 100, SETTLE) is None


@pytest.mark.parametrize(
    ("wanted", "attributes", "may_show"),
    [
        (True, {"sale": True}, True),
        (False, {"sale": False}, True),
        *((True, attributes, False) for attributes in ({"sale": False}, {}, {"sale": "yes"}, {"sale": 1})),
        *(
            (False, attributes, False)
            for attributes in ({"sale": True}, {}, {"sale": "yes"}, {"sale": ""}, {"sale": 0})
        ),
        (False, {"sale": None}, False),
    ],
)
def test_a_boolean_is_found_by_itself_alone(wanted: bool, attributes: dict[str, Any], may_show: bool) -> None:
    found = model((0, {"attributes": attributes}))
    assert found.matches("main", "lc-1", "sale", wanted, 50, 50) is may_show
