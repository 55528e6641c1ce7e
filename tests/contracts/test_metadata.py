"""What the metadata of results may show of the attributes that the run sent."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

import contracts.rules  # noqa: F401 - registers the rules
from contracts.exchange import Exchange
from contracts.run.model import Model
from contracts.run.registry import RULES

RULE = RULES["REC-metadata-own"]


def accused(*shown: tuple[dict[str, Any], dict[str, Any]]) -> list[str]:
    """Return the cases that the rule finds in a list of items, each given as (attributes sent, metadata shown)."""
    model = Model("lc-", settle=10.0)
    results = []
    for number, (sent, metadata) in enumerate(shown):
        body = {"item_id": f"lc-{number}", "status": "active", "attributes": sent}
        model.upserted("main", body, 0.0, 0.1)
        results.append({"item_id": f"lc-{number}", "metadata": metadata})
    answer = json.dumps({"data": {"results": results}}).encode()
    exchange = Exchange(
        1, "t", "recommend", "POST", "/v1/recommend", "pk", "main", {}, b"{}", 100, 0.1, 200, {}, answer
    )
    run: Any = SimpleNamespace(model=model)
    return [violation.case for violation in RULE.judge(run, [exchange])]


@pytest.mark.parametrize(("value", "empty"), [(5, 0), (2.5, 0.0), (True, False), ("red", "")])
def test_an_empty_value_is_shown_where_others_of_its_type_are(value: Any, empty: Any) -> None:
    other = ({"a": value}, {"a": value})
    assert accused(other, ({"a": empty}, {})) == ["a"]
    assert accused(other, ({"a": empty}, {"a": empty})) == []


@pytest.mark.parametrize(
    ("sent", "shown"),
    [({"a": 5}, {}), ({"a": "5"}, {"a": "5"}), ({"a": True}, {"a": True})],
    ids=["not shown", "a text", "a boolean"],
)
def test_a_0_may_be_missing_where_no_other_number_is_shown(sent: dict[str, Any], shown: dict[str, Any]) -> None:
    assert accused((sent, shown), ({"a": 0}, {"b": 1})) == []


def test_an_empty_list_or_null_may_be_missing() -> None:
    other: tuple[dict[str, Any], dict[str, Any]] = ({"a": ["x"], "b": 5}, {"a": ["x"], "b": 5})
    assert accused(other, ({"a": [], "b": None}, {})) == []


def test_an_old_value_is_found() -> None:
    assert accused(({"a": 0}, {"a": 5})) == ["a"]
