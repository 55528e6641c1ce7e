"""The OpenAPI document of the control plane describes exactly what is served."""

from collections import Counter
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from mock_server.control.description import operations
from tests.support.control_client import CHANGE, Served, all_calls
from tests.support.mock_client import SPEC

NO_JSON = {
    "/_mock/journal/har",
    "/_mock/collection",
    "/_mock/metrics",
    "/_mock/journal/stream",
    "/_mock/journal/{id}/curl",
    "/_mock/snapshots/{snapshot_id}/file",
}


def served_operations(served: Served) -> set[tuple[str, str]]:
    return {(path, method) for path, method, _ in operations(all_calls(served.mock, served.layers))}


def described_operations(served: Served) -> dict[tuple[str, str], Any]:
    paths = served.document["paths"]
    return {(path, method.upper()): node for path, item in paths.items() for method, node in item.items()}


def test_every_route_is_described_and_every_described_operation_exists(served: Served) -> None:
    assert set(described_operations(served)) == served_operations(served)


def test_the_description_is_a_valid_openapi_document(served: Served) -> None:
    answer = served.call("GET", "/_mock/openapi.json")
    assert answer.json() == served.document
    assert [error.message for error in OpenAPIV31SpecValidator(answer.json()).iter_errors()] == []


def test_every_operation_has_a_unique_id_a_known_tag_and_a_summary(served: Served) -> None:
    nodes = described_operations(served).values()
    assert [name for name, count in Counter(node["operationId"] for node in nodes).items() if count > 1] == []
    assert {tag for node in nodes for tag in node["tags"]} == {each["name"] for each in served.document["tags"]}
    assert all(node["summary"] for node in nodes)
    known = {"operationId", "tags", "summary", "description", "parameters", "requestBody", "responses"}
    assert {name for node in nodes for name in node} <= known


def test_every_json_answer_has_a_schema(served: Served) -> None:
    calls = [each for each in all_calls(served.mock, served.layers) if each.path != "/openapi.json"]
    shapeless = {path for path, _, shapes in operations(calls) if shapes is None}
    assert shapeless == NO_JSON


def test_calls_that_change_something_declare_the_needed_header(served: Served) -> None:
    for (_, method), node in described_operations(served).items():
        names = [each["name"] for each in node.get("parameters", ()) if each["in"] == "header"]
        assert names == ([] if method == "GET" else ["X-Mock-Control"])


@pytest.mark.parametrize("broken", [{"query": "?limit=0"}, {"query": "?limit=many"}, {"query": "?colour=red"}])
@pytest.mark.parametrize("path", ["/organisations", "/journal", "/organisations/glow-beauty-ng/items"])
def test_an_undescribed_query_parameter_is_refused(served: Served, path: str, broken: dict[str, str]) -> None:
    assert served.refused(f"{path}{broken['query']}", method="GET")[0] == 400


def test_every_described_query_parameter_is_accepted(served: Served) -> None:
    examples = {"string": "a", "integer": "1", "boolean": "true"}
    for (path, method), node in described_operations(served).items():
        queries = [each for each in node.get("parameters", ()) if each["in"] == "query"]
        if method != "GET" or "stream" in path:
            continue
        path = path.replace("{tenant_id}", "glow-beauty-ng")
        for each in queries:
            value = each["schema"].get("enum", [examples[each["schema"]["type"]]])[0]
            value = {"tenant_id": "glow-beauty-ng", "status": "4xx", "operation_id": "recommend"}.get(
                each["name"], value
            )
            answer = served.call("GET", path, params={each["name"]: value}, headers=CHANGE)
            unknown = 404 if each.get("required") else 200  # no such record exists
            assert answer.status_code in (200, unknown), (path, each["name"], answer.text)


def test_the_control_plane_is_no_part_of_the_contract() -> None:
    assert not any("_mock" in path for path in SPEC.document["paths"])
