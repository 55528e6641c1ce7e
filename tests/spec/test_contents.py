"""openapi.yaml agrees with itself, with the API Reference's tables as quoted here, and with the fixtures' events."""

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from fixtures.bodies import STANDARD_FAMILIES
from fixtures.spec import OURS
from tests.support.shipped import SPEC

SCHEMAS = SPEC.document["components"]["schemas"]
RECOMMEND = SCHEMAS["RecommendRequest"]
STRATEGY = RECOMMEND["properties"]["strategy"]

# The API Reference's tables: field, required.
DOCUMENTED_FIELDS = {
    "Item": {"item_id": True, "item_type": True, "status": True, "attributes": False, "created_at": False},
    "User": {"user_id": True, "status": True, "created_at": True, "attributes": False},
    "Event": {
        "user_id": True,
        "event_family": True,
        "event_name": True,
        "previous_user_id": False,
        "item_id": False,
        "recommendation_id": False,
        "event_id": False,
        "context": False,
    },
    "RecommendRequest": {
        "strategy": False,
        "user_id": False,
        "context_item_id": False,
        "filters": False,
        "limit": False,
        "page": False,
    },
}
DOCUMENTED_OPERATIONS = {
    ("POST", "/v1/ingest/items/upsert"): "secret",
    ("POST", "/v1/ingest/users/upsert"): "secret",
    ("POST", "/v1/ingest/events/ingest"): "publishable",
    ("POST", "/v1/recommend"): "publishable",
}
DOCUMENTED_STATUSES = {"400", "401", "403", "429", "500"}
NEEDS_A_CONTEXT_ITEM = {"similar", "frequently-bought-together", "frequently-consumed-together"}


def nodes(node: Any, path: str = "#") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every mapping of the document with its JSON pointer, examples and other data left out."""
    if isinstance(node, list):
        for index, child in enumerate(node):
            yield from nodes(child, f"{path}/{index}")
    elif isinstance(node, dict):
        yield path, node
        for key, child in node.items():
            if key not in {"example", "value", "default", "const", "enum"} and not isinstance(child, str):
                yield from nodes(child, f"{path}/{key}")


def errors(schema: Any, value: Any) -> list[str]:
    validator = Draft202012Validator(SPEC.standalone(schema), format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def media_examples() -> Iterator[Any]:
    for path, node in nodes(SPEC.document):
        if "schema" in node:
            for name, example in node.get("examples", {}).items():
                yield pytest.param(node["schema"], SPEC.resolve(example)["value"], id=f"{path}/examples/{name}")
            if "example" in node:
                yield pytest.param(node["schema"], node["example"], id=f"{path}/example")


def schema_examples() -> Iterator[Any]:
    for path, node in nodes(SPEC.document):
        if isinstance(node.get("examples"), list):
            for index, example in enumerate(node["examples"]):
                yield pytest.param(node, example, id=f"{path}/examples/{index}")
        if "default" in node and ("type" in node or "$ref" in node):
            yield pytest.param(node, node["default"], id=f"{path}/default")


@pytest.mark.parametrize(("schema", "value"), [*media_examples(), *schema_examples()])
def test_an_example_or_default_keeps_its_own_schema(schema: Any, value: Any) -> None:
    assert errors(schema, value) == []


def test_every_json_body_has_a_named_example() -> None:
    bodies = [node["requestBody"] for _, node in nodes(SPEC.document["paths"]) if "requestBody" in node]
    responses = [response for operation in SPEC.operations for response in operation.responses.values()]
    for body in [*map(SPEC.resolve, bodies), *responses]:
        (media,) = body["content"].values()
        assert media["examples"], body


def test_every_object_says_whether_it_takes_other_fields() -> None:
    objects = [
        (path, node)
        for path, node in nodes(SPEC.document)
        if not path.endswith("/properties") and ("properties" in node or "object" in (node.get("type") or ()))
    ]
    assert len(objects) > 20
    assert [path for path, node in objects if "additionalProperties" not in node] == []


@pytest.mark.parametrize("name", DOCUMENTED_FIELDS)
def test_the_documented_fields_are_there_and_required_as_documented(name: str) -> None:
    schema = SCHEMAS[name]
    assert {field: field in schema.get("required", ()) for field in schema["properties"]} == DOCUMENTED_FIELDS[name]
    assert all("description" in field for field in schema["properties"].values())


def test_the_documented_operations_are_there_with_their_key_types_and_statuses() -> None:
    current = [each for each in SPEC.operations if not each.deprecated and each.source != OURS]
    assert {(each.method, each.path): each.key_type for each in current} == DOCUMENTED_OPERATIONS
    for operation in current:
        success = "200" if operation.operation_id == "recommend" else "202"
        assert {*DOCUMENTED_STATUSES, success} <= operation.responses.keys()


def test_every_response_carries_the_rate_limit_headers() -> None:
    unrouted = SPEC.document["x-unrouted-responses"].values()
    for response in [*unrouted, *(each for operation in SPEC.operations for each in operation.responses.values())]:
        assert {"RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"} <= response["headers"].keys()


def test_every_link_leads_to_an_operation_and_fills_its_fields() -> None:
    links = SPEC.document["components"]["links"]
    for name, link in links.items():
        operation = SPEC.operation(link["operationId"])
        parameters = {parameter["name"] for parameter in operation.parameters}
        assert link.get("parameters", {}).keys() <= parameters, name
        if "requestBody" in link:
            assert operation.request_schema is not None
            branches = SPEC.resolve(operation.request_schema)
            branch = SPEC.resolve(branches["oneOf"][0]) if "oneOf" in branches else branches
            assert link["requestBody"].keys() <= branch["properties"].keys(), name
    used = {reference.get("$ref") for _, node in nodes(SPEC.document) for reference in node.get("links", {}).values()}
    assert {f"#/components/links/{name}" for name in links} <= used


def test_the_enum_of_strategies_is_their_table_with_its_aliases() -> None:
    assert sorted(STRATEGY["enum"], key=str) == sorted(
        [*STRATEGY["x-strategies"], *STRATEGY["x-aliases"], None], key=str
    )
    assert set(STRATEGY["x-aliases"].values()) <= STRATEGY["x-strategies"].keys()
    assert STRATEGY["default"] in STRATEGY["x-strategies"]


def test_fourteen_strategies_nine_of_them_documented_by_name() -> None:
    assert len(STRATEGY["x-strategies"]) == 14
    assert len([name for name, facts in STRATEGY["x-strategies"].items() if facts.get("x-source") != "ours"]) == 9


def test_a_strategy_falls_back_on_another_one_or_on_what_is_popular_in_the_category() -> None:
    fallbacks = {facts["fallback"] for facts in STRATEGY["x-strategies"].values()}
    assert fallbacks <= {*STRATEGY["x-strategies"], "category-popular"}


@pytest.mark.parametrize("required", ["user_id", "context_item_id"])
def test_the_conditions_on_a_strategys_input_are_those_of_the_table(required: str) -> None:
    named = {name for name, facts in STRATEGY["x-strategies"].items() if facts.get("requires") == required}
    expected = named | {alias for alias, name in STRATEGY["x-aliases"].items() if name in named}
    (branch,) = [each for each in RECOMMEND["allOf"] if each["then"]["required"] == [required]]
    applies_by_default = STRATEGY["default"] in named
    assert set(branch["if"]["properties"]["strategy"]["enum"]) == expected | ({None} if applies_by_default else set())
    assert ("strategy" in branch["if"].get("required", ())) is not applies_by_default
    assert branch["then"]["x-status"] == 422


def test_the_context_item_is_required_where_the_api_reference_says_so() -> None:
    table = STRATEGY["x-strategies"]
    assert {name for name in table if table[name].get("requires") == "context_item_id"} == NEEDS_A_CONTEXT_ITEM


def test_the_standard_events_are_those_of_the_fixtures() -> None:
    event_name = SCHEMAS["Event"]["properties"]["event_name"]
    assert event_name["x-standard-events"] == dict(STANDARD_FAMILIES)
    assert event_name["examples"] == list(STANDARD_FAMILIES)
    assert set(STANDARD_FAMILIES.values()) <= set(SCHEMAS["Event"]["properties"]["event_family"]["enum"])
