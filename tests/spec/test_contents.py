"""openapi.yaml agrees with itself, with the API Reference's tables as quoted here, and with the fixtures' events."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from fixtures.bodies import STANDARD_FAMILIES
from fixtures.choices import aliases, documented_strategies, standard_events, strategies, values
from fixtures.formats import CHECKS
from fixtures.spec import OURS, SPEC_PATH, Spec
from mock_server.command.connection import MOST_BYTES
from tests.support.shipped import ACCOUNTS, SPEC

SCHEMAS = SPEC.document["components"]["schemas"]
RECOMMEND = SCHEMAS["RecommendRequest"]
STRATEGY = SCHEMAS["Strategy"]
CONTRACTS = (SPEC, ACCOUNTS)

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
EXTRA = {"session_id", "event_timestamp"}  # from other pages, marked with their source
DOCUMENTED_OPERATIONS = {
    ("POST", "/v1/ingest/items/upsert"): "secret",
    ("POST", "/v1/ingest/users/upsert"): "secret",
    ("POST", "/v1/ingest/events/ingest"): "publishable",
    ("POST", "/v1/recommend"): "publishable",
}
DOCUMENTED_STATUSES = {"400", "401", "403", "429", "500"}
NEEDS_A_CONTEXT_ITEM = {"similar", "frequently-bought-together", "frequently-consumed-together"}


def nodes(node: Any, path: str = "#") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every mapping of the document with its JSON pointer, except examples and other data."""
    if isinstance(node, list):
        for index, child in enumerate(node):
            yield from nodes(child, f"{path}/{index}")
    elif isinstance(node, dict):
        yield path, node
        for key, child in node.items():
            if key not in {"example", "value", "default", "const", "enum"} and not isinstance(child, str):
                yield from nodes(child, f"{path}/{key}")


FORMATS = FormatChecker(["uuid"])


@FORMATS.checks("date-time")
def is_moment(value: object) -> bool:
    return not isinstance(value, str) or CHECKS["date-time"](value)


def errors(spec: Spec, schema: Any, value: Any) -> list[str]:
    validator = Draft202012Validator(spec.standalone(schema), format_checker=FORMATS)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def media_examples(spec: Spec) -> Iterator[Any]:
    for path, node in nodes(spec.document):
        place = f"{spec.path.parent.name}{path}"
        if "schema" in node:
            for name, reference in node.get("examples", {}).items():
                yield pytest.param(spec, node["schema"], spec.resolve(reference)["value"], id=f"{place}/{name}")
            if "example" in node:
                yield pytest.param(spec, node["schema"], node["example"], id=f"{place}/example")


def schema_examples(spec: Spec) -> Iterator[Any]:
    for path, node in nodes(spec.document):
        place = f"{spec.path.parent.name}{path}"
        if isinstance(node.get("examples"), list):
            for index, example in enumerate(node["examples"]):
                yield pytest.param(spec, node, example, id=f"{place}/examples/{index}")
        if "default" in node and node.keys() & {"type", "oneOf", "$ref"}:
            yield pytest.param(spec, node, node["default"], id=f"{place}/default")


@pytest.mark.parametrize(
    ("spec", "schema", "value"),
    [case for spec in CONTRACTS for cases in (media_examples, schema_examples) for case in cases(spec)],
)
def test_every_example_and_default_is_valid_by_its_schema(spec: Spec, schema: Any, value: Any) -> None:
    assert errors(spec, schema, value) == []


@pytest.mark.parametrize("spec", CONTRACTS, ids=["documented", "accounts"])
def test_every_body_has_a_named_example(spec: Spec) -> None:
    bodies = [node["requestBody"] for _, node in nodes(spec.document["paths"]) if "requestBody" in node]
    responses = [response for operation in spec.operations for response in operation.responses.values()]
    for body in [*map(spec.resolve, bodies), *responses]:
        (media,) = body["content"].values()
        assert media["examples"], body


@pytest.mark.parametrize("spec", CONTRACTS, ids=["documented", "accounts"])
def test_a_response_is_a_named_component_and_leaves_room_for_new_keys(spec: Spec) -> None:
    """The page on versioning: clients tolerate new keys. Generators name what they make after the component."""
    for operation in spec.operations:
        for response in operation.responses.values():
            schema = response["content"]["application/json"]["schema"]
            assert schema.keys() == {"$ref"}, operation.operation_id
            closed = [path for path, node in reached(spec, schema) if node.get("additionalProperties") is False]
            assert closed == []


def reached(spec: Spec, schema: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every mapping of a schema; references are followed."""
    for path, node in nodes(spec.resolve(schema)):
        yield path, node
        if "$ref" in node:
            yield from reached(spec, node)


def test_null_is_allowed_only_where_the_documents_allow_it() -> None:
    requests = [SCHEMAS[name] for name in (*DOCUMENTED_FIELDS, "FirstEditionItem", "FirstEditionUserRequest")]
    nullable = {
        field
        for schema in requests
        for field, node in schema["properties"].items()
        if "null" in SPEC.resolve(node).get("type", ())
    }
    assert nullable == {"item_id"}


def test_the_file_is_short_and_uses_one_anchor() -> None:
    text = SPEC_PATH.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 2000
    anchors = re.findall(r"(?<=: )&[a-z-]+", text)
    assert anchors == ["&rate-limit-headers"]


@pytest.mark.parametrize("spec", CONTRACTS, ids=["documented", "accounts"])
def test_patterns_work_in_every_regex_engine(spec: Spec) -> None:
    """RE2, which generators for Go use, has no look-around and no back-references."""
    patterns = [node["pattern"] for _, node in nodes(spec.document) if isinstance(node.get("pattern"), str)]
    assert patterns
    assert [pattern for pattern in patterns if re.search(r"\(\?[=!<]|\\[1-9]", pattern)] == []


@pytest.mark.parametrize("name", DOCUMENTED_FIELDS)
def test_the_documented_fields_are_there_and_required_as_documented(name: str) -> None:
    schema = SCHEMAS[name]
    listed = {field: field in schema.get("required", ()) for field in schema["properties"] if field not in EXTRA}
    assert listed == DOCUMENTED_FIELDS[name]
    assert all("description" in field for field in schema["properties"].values())


def test_the_documented_operations_are_there_with_their_key_types_and_statuses() -> None:
    current = [each for each in SPEC.operations if not each.deprecated and each.source != OURS]
    assert {(each.method, each.path): each.key_type for each in current} == DOCUMENTED_OPERATIONS
    for operation in current:
        success = "200" if operation.operation_id == "recommend" else "202"
        assert {*DOCUMENTED_STATUSES, success} <= operation.responses.keys()


def test_every_response_has_the_rate_limit_headers() -> None:
    unrouted = SPEC.document["x-unrouted-responses"].values()
    routed = [each for spec in CONTRACTS for operation in spec.operations for each in operation.responses.values()]
    for response in [*unrouted, *routed]:
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


def test_every_enumerated_value_has_a_description() -> None:
    for name in ("Strategy", "EventFamily", "StandardEventName"):
        assert all(node["description"] for node in values(SCHEMAS[name]).values()), name
        assert len(values(SCHEMAS[name])) == len(SCHEMAS[name]["oneOf"])


def test_fourteen_strategies_nine_of_them_documented_by_name() -> None:
    assert len(strategies(SPEC)) == 14
    assert len(documented_strategies(SPEC)) == 9
    assert aliases(STRATEGY) == {"session-based": "session_based"}
    assert STRATEGY["default"] in strategies(SPEC)


def test_each_strategys_fallback_is_another_strategy_or_popular_in_the_category() -> None:
    assert {facts.fallback for facts in strategies(SPEC).values()} <= {*strategies(SPEC), "category-popular"}


@pytest.mark.parametrize("required", ["user_id", "context_item_id"])
def test_the_schemas_conditions_on_strategy_inputs_agree_with_the_table(required: str) -> None:
    named = {name for name, facts in strategies(SPEC).items() if facts.requires == required}
    expected = named | {alias for alias, name in aliases(STRATEGY).items() if name in named}
    branch = RECOMMEND if required == "user_id" else RECOMMEND["else"]
    assert set(branch["if"]["properties"]["strategy"]["enum"]) == expected
    assert branch["then"]["required"] == [required]
    assert branch["then"]["x-status"] == 422


def test_the_context_item_is_required_where_the_api_reference_says_so() -> None:
    table = strategies(SPEC)
    assert {name for name in table if table[name].requires == "context_item_id"} == NEEDS_A_CONTEXT_ITEM


def test_the_standard_events_are_those_of_the_fixtures() -> None:
    assert standard_events(SPEC) == dict(STANDARD_FAMILIES)
    assert SCHEMAS["Event"]["properties"]["event_name"]["examples"] == list(STANDARD_FAMILIES)
    assert set(STANDARD_FAMILIES.values()) <= values(SCHEMAS["EventFamily"]).keys()


@pytest.mark.parametrize("spec", CONTRACTS, ids=["documented", "accounts"])
def test_the_longest_allowed_parameters_fit_into_the_url_that_the_mock_takes(spec: Spec) -> None:
    """Otherwise a request that the contract allows is a 414, which no operation documents."""
    escaped = 12  # bytes of a character at most: four in UTF-8, each as %XX
    for operation in spec.operations:
        parameters = [spec.resolve(node) for node in operation.node.get("parameters", [])]
        lengths = [
            spec.resolve(each["schema"]).get("maxLength", 0) for each in parameters if each["in"] in ("path", "query")
        ]
        assert escaped * sum(lengths) < MOST_BYTES - 1_000, operation.operation_id
