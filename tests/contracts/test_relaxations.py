"""The judged contract, derived from openapi.yaml: what it demands of any server, rule by rule."""

import copy
import random
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from contracts.generated.bodies import made_odd, spread
from contracts.generated.relaxations import derive, request_rules
from contracts.generated.spoil import NO_STRATEGIES, broken_by_one_rule
from contracts.run.operations import NO_STRATEGY, Operations, operations_of
from fixtures.bodies import event_body, item_body, user_body
from fixtures.judged.relaxation import RELAXATIONS
from fixtures.judged.requests import REQUIRED
from fixtures.spec import Spec
from tests.support.shipped import SPEC

OPERATIONS: Operations = operations_of(SPEC, "current")
LEDGER = (Path(__file__).parents[2] / "docs/readings.md").read_text(encoding="utf-8")


def validator(contract: str, name: str) -> jsonschema_rs.Draft202012Validator:
    document = derive(OPERATIONS, contract, "p-")
    schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    return jsonschema_rs.Draft202012Validator(schema)


def test_every_relaxation_names_its_readings_and_says_why() -> None:
    for relaxation in RELAXATIONS:
        assert relaxation.why
        for reading in re.findall(r"R\d+", relaxation.reading):
            assert f"| {reading} " in LEDGER


@pytest.mark.parametrize("contract", ["accepted", "refused"])
def test_undocumented_parts_are_not_judged(contract: str) -> None:
    """Our own operations are not in it, wherever openapi.yaml has them."""
    document = copy.deepcopy(OPERATIONS.spec.document)
    document["paths"]["/v1/ours"] = {"post": {**document["paths"]["/auth/login"]["post"], "operationId": "ours"}}
    operations = replace(OPERATIONS, spec=Spec(document, OPERATIONS.spec.path))
    judged = derive(operations, contract, "p-")["paths"]
    assert set(judged) == {operation.path for operation in OPERATIONS.all()}
    assert not any(operation.source == "ours" for operation in OPERATIONS.all())


@pytest.mark.parametrize(
    ("use", "name", "body"),
    [
        ("items", "Item", item_body("p-i", attributes={"price": 1})),
        ("users", "User", user_body("p-u")),
        ("events", "Event", event_body("view", "p-u")),
    ],
)
def test_an_invalid_body_breaks_one_rule_of_every_document(use: str, name: str, body: dict[str, Any]) -> None:
    judge = validator("refused", name)
    assert judge.is_valid(body)
    broken = [broken_by_one_rule(OPERATIONS, getattr(OPERATIONS, use), body, turn) for turn in range(24)]
    known = OPERATIONS.spec.document["components"]["schemas"][name]["properties"].keys()
    for each in broken:
        assert each is not None
        assert not judge.is_valid(each)
        assert sum(each.get(field) != body.get(field) for field in known) == 1
    dressed = [bool((each or {}).keys() - known) for each in broken]
    assert True in dressed, "also beside fields that no document names"
    assert False in dressed
    assert {frozenset(body) - frozenset(each or {}) for each in broken} >= {
        frozenset({field}) for field in REQUIRED[name]
    }


def test_an_invalid_question_lacks_its_input_or_names_no_strategy() -> None:
    question = {"strategy": "similar", "context_item_id": "p-i", "user_id": "p-u", "limit": 3}
    known = OPERATIONS.spec.document["components"]["schemas"]["RecommendRequest"]["properties"].keys()

    def broken(question: dict[str, Any], turn: int) -> dict[str, Any]:
        body = broken_by_one_rule(OPERATIONS, OPERATIONS.recommend, question, turn) or {}
        return {name: value for name, value in body.items() if name in known}

    assert broken(question, 0) == {"strategy": "similar", "user_id": "p-u", "limit": 3}
    assert broken(question, 1) == {"strategy": NO_STRATEGY, "user_id": "p-u", "limit": 3}
    no_texts = [broken(question, turn) for turn in range(2, 6)]
    assert no_texts == [{"strategy": value, "limit": 3} for value in NO_STRATEGIES], "no user if taken for left out"
    assert broken({"user_id": "p-u"}, 0) == {}, "the default strategy needs a user"


def test_a_body_with_unusual_ids_keeps_the_prefix() -> None:
    body = [item_body("p-i"), event_body("view", "p-u", "p-i")]
    shown = [made_odd(body, turn) for turn in range(1, 4)]
    assert len({records[0]["item_id"] for records in shown}) == 3
    assert all(record["user_id"].startswith("p-u") for _, record in shown)
    assert any(not records[0]["item_id"].isascii() for records in shown)
    assert {record["status"] for record, _ in shown} == {"active"}


@pytest.mark.parametrize(
    ("use", "name", "body"),
    [
        ("items", "Item", item_body("p-i", attributes={"price": 1})),
        ("users", "User", user_body("p-u", attributes={"plan": "plus"})),
        ("events", "Event", event_body("view", "p-u", "p-i", context={"device": "mobile"})),
        ("recommend", "RecommendRequest", {"strategy": "similar", "context_item_id": "p-i"}),
    ],
)
def test_variations_of_a_valid_body_are_valid_by_every_document(use: str, name: str, body: dict[str, Any]) -> None:
    judge, rng = validator("accepted", name), random.Random(1)
    spreads = [spread(getattr(OPERATIONS, use), body, turn, rng) for turn in range(200)]
    for record in [record for each in spreads for record in (each if isinstance(each, list) else [each])]:
        if name == "Event":
            assert re.fullmatch("[a-z][a-z0-9_]*", record["event_name"])
            record = {**record, "event_name": "view"}
        assert judge.is_valid(record), record


def test_questions_vary_in_limit_page_and_filters() -> None:
    rng = random.Random(1)
    asked = [spread(OPERATIONS.recommend, {"strategy": "popular"}, turn, rng) for turn in range(200)]
    assert {each.get("page") for each in asked} >= {None, *range(1, 11)}
    assert any(each.get("page", 1) > 10 for each in asked)
    assert len({each.get("limit") for each in asked}) > 60
    few = asked[:14]  # about as many as an operation gets from the budget
    assert any(each.get("limit", 0) > 50 and each.get("page", 1) > 2 for each in few)
    assert {("page" in each, "limit" in each) for each in few} == {(a, b) for a in (True, False) for b in (True, False)}
    assert {(len(each.get("filters", ())), each.get("limit", 0) > 50) for each in few} >= {(1, True), (2, True)}


def test_events_vary_in_name_and_number() -> None:
    rng = random.Random(1)
    sent = [spread(OPERATIONS.events, event_body("view", "p-u", "p-i"), turn, rng) for turn in range(100)]
    assert {len(each) for each in sent if isinstance(each, list)} >= {2, 8}
    singles = [each for each in sent if isinstance(each, dict)]
    assert {each["event_name"] for each in singles} > {"view", "step_2_of_3"}
    assert {"item_id" in each for each in singles} == {True, False}


def test_only_these_rules_can_fail_a_target_that_accepts_too_much() -> None:
    """All of them are MUSTs: R4 (400), R6, R10 and the required fields and enums of the API Reference."""
    assert list(request_rules(derive(OPERATIONS, "refused", "p-"))) == [
        "Item: requires item_id",
        "Item: requires item_type",
        "Item.status: enum ['active', 'inactive', 'deleted']",
        "User: requires user_id",
        "User: requires status",
        "User: requires created_at",
        "User.status: enum ['active', 'inactive', 'deleted']",
        "Event: requires user_id",
        "Event: requires event_family",
        "Event: requires event_name",
        "Event.event_family: enum ['exposure', 'engagement', 'conversion', 'system']",
        *[rule for rule in request_rules(derive(OPERATIONS, "refused", "p-")) if rule.startswith("RecommendRequest")],
    ]


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("Item", {"item_id": "x", "item_type": "product"}),  # R5
        ("Item", {**item_body("x"), "created_at": "yesterday", "attributes": 1}),  # R47
        ("User", {**user_body("x"), "created_at": "yesterday"}),
        ("Event", event_body("View", "x")),  # R25
        ("Event", event_body("identify", "x")),  # R26
    ],
)
def test_requests_that_a_server_may_accept_need_not_be_refused(name: str, body: object) -> None:
    assert validator("refused", name).is_valid(body)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("Item", {"item_id": "x", "item_type": "product", "status": "active", "extra": 1}),  # R11
        ("Item", {**item_body("p-x"), "attributes": None}),  # R49
        ("Item", item_body("x" * 300)),  # R44
        ("User", user_body("p-x", created_at="2026-01-15")),  # R47
        ("RecommendRequest", {"strategy": "cross-sell", "user_id": "p-x"}),  # R41
        ("RecommendRequest", {"strategy": "similar"}),  # R4
        ("RecommendRequest", {"strategy": "trending", "limit": 101}),  # R7
    ],
)
def test_requests_that_a_server_may_refuse_are_never_sent_as_valid(name: str, body: object) -> None:
    assert not validator("accepted", name).is_valid(body)


def test_no_example_of_the_documents_is_written_to_a_target() -> None:
    text = str(derive(OPERATIONS, "accepted", "p-")["components"]["schemas"])
    assert "PROD-001" not in text
    assert "user_42" not in text
