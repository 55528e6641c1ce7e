"""Builds a collection of the operations for Postman and Bruno (which imports Postman's format 2.1) from openapi.yaml.

URL and keys are variables of the collection. The bodies are the examples of openapi.yaml, with an organisation's own
ids."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from fixtures.spec import Operation, Spec
from mock_server.spec.shop_examples import Ids, request_examples

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"


def collection(spec: Spec, variables: Mapping[str, str], ids: Ids) -> dict[str, Any]:
    """Build the collection. `variables`: `base_url`, `publishable_key` and `secret_key`. `ids`: an id of the examples
    -> the organisation's id."""
    folders: dict[str, list[dict[str, Any]]] = {}
    for operation in spec.operations:
        if operation.key_type is None:  # an account operation, which needs a token instead
            continue
        node = {**operation.node, **request_examples(spec, operation, ids)}
        folders.setdefault((node.get("tags") or ["Others"])[0], []).extend(_requests(operation, node))
    return {
        "info": {"name": spec.document["info"]["title"], "schema": SCHEMA},
        "item": [{"name": name, "item": requests} for name, requests in folders.items()],
        "variable": [{"key": key, "value": value} for key, value in variables.items()],
    }


def _requests(operation: Operation, node: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield one request for each example of the body."""
    content = node.get("requestBody", {}).get("content", {}).get("application/json", {})
    examples = {each["summary"]: each["value"] for each in content.get("examples", {}).values()} or {"": None}
    for summary, body in examples.items():
        name = f"{node['summary']}: {summary}" if len(examples) > 1 else node["summary"]
        yield {"name": name, "request": _request(operation, node, body)}


def _request(operation: Operation, node: Mapping[str, Any], body: Any) -> dict[str, Any]:
    headers = [{"key": "X-API-KEY", "value": f"{{{{{operation.key_type}_key}}}}"}]
    if body is not None:
        headers.append({"key": "Content-Type", "value": "application/json"})
    path, query = operation.path, []
    for parameter in node["parameters"]:
        example = str(parameter.get("example", ""))
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", example)
        elif parameter["in"] == "query":
            query.append({"key": parameter["name"], "value": example, "disabled": not parameter.get("required", False)})
    segments = path.strip("/").split("/")
    url = {"raw": f"{{{{base_url}}}}{path}", "host": ["{{base_url}}"], "path": segments, "query": query}
    found: dict[str, Any] = {"method": operation.method.upper(), "header": headers, "url": url}
    found["description"] = node.get("description", "")
    if body is not None:
        text = json.dumps(body, indent=2, ensure_ascii=False)
        found["body"] = {"mode": "raw", "raw": text, "options": {"raw": {"language": "json"}}}
    return found
