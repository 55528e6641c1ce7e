"""Checks with another validator than the mock's (python-jsonschema) that a response is what the contract says, and
nothing more.

The contract is open, so that clients accept new keys. Here it is closed, so that the mock's responses contain nothing
undescribed."""

import copy
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

import jsonschema

from fixtures.spec import Spec
from mock_server.spec.contract import Contract


def hold_to_spec(
    contract: Contract, method: str, raw_path: str, status: int, headers: Mapping[str, str], answer: Any
) -> None:
    """Fail unless status, headers and body are what the contract says about this operation."""
    spec, responses = _documented(contract, method, raw_path)
    assert str(status) in responses, f"{method} {raw_path}: the spec has no {status}: {str(answer)[:500]}"
    response = spec.resolve(responses[str(status)])
    assert headers["content-type"] == "application/json"
    for name, reference in response["headers"].items():
        value = headers[name.lower()]
        schema = spec.resolve(reference)["schema"]
        jsonschema.Draft202012Validator(schema).validate(int(value) if value.isdigit() else value)
    _validator(spec, response["content"]["application/json"]["schema"]["$ref"]).validate(answer)


def _documented(contract: Contract, method: str, raw_path: str) -> tuple[Spec, Mapping[str, Any]]:
    segments = raw_path.split("/")
    for spec in (contract.spec, contract.accounts):
        for operation in spec.operations:
            template = operation.path.split("/")
            fits = len(template) == len(segments) and all(
                wanted == unquote(segment) or (wanted.startswith("{") and segment)
                for wanted, segment in zip(template, segments, strict=True)
            )
            if operation.method == method and fits:
                return spec, operation.responses
    return contract.spec, contract.spec.document["x-unrouted-responses"]


@lru_cache(maxsize=256)
def _validator(spec: Spec, reference: str) -> Any:
    root = {"$ref": reference, "components": {"schemas": _closed(spec)}}
    return jsonschema.Draft202012Validator(root, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)


@lru_cache(maxsize=16)
def _closed(spec: Spec) -> Any:
    """Return the document's schemas, closed: they allow no undescribed keys."""
    schemas = copy.deepcopy(spec.document["components"]["schemas"])
    shared = {branch.get("$ref") for schema in schemas.values() for branch in schema.get("allOf", ())}
    for name, schema in schemas.items():
        if f"#/components/schemas/{name}" not in shared:
            _close(schema)
    return schemas


def _close(schema: Any) -> None:
    if "additionalProperties" not in schema and ("properties" in schema or "allOf" in schema):
        schema["unevaluatedProperties"] = False
    for inner in _inner(schema):
        _close(inner)


def _inner(schema: Any) -> Iterator[Any]:
    for part in (schema, *schema.get("allOf", ())):
        yield from part.get("properties", {}).values()
    if isinstance(schema.get("items"), dict):
        yield schema["items"]
    yield from schema.get("oneOf", ())
