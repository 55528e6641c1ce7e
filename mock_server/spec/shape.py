"""Checks the parts of an OpenAPI document that the mock reads, by a JSON Schema. Other modules rely on their shape; the
error for another shape is one line that names the place."""

from __future__ import annotations

import jsonschema_rs

from fixtures.rules import field_error, json_path
from fixtures.spec import Node, Spec, SpecError

_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": _TEXT}


def _map(values: Node) -> Node:
    return {"type": "object", "additionalProperties": values}


def _object(**properties: Node) -> Node:
    return {"type": "object", "properties": properties}


def _ref(name: str) -> Node:
    return {"$ref": f"#/$defs/{name}"}


_PLACED = {"type": "object", **_ref("schema")}  # OpenAPI expects an object here; elsewhere `true` is a schema too


_SCHEMA_WORDS = {
    **{word: _ref("schema") for word in ("not", "if", "then", "else", "items", "additionalProperties")},
    **{word: {"type": "array", "minItems": 1, "items": _ref("schema")} for word in ("allOf", "anyOf", "oneOf")},
    **{word: _TEXT for word in ("$ref", "description", "format", "pattern")},
    "properties": _map(_ref("schema")),
    "required": _TEXTS,
    "enum": {"type": "array"},
    "type": {"type": ["string", "array"], "items": _TEXT},
    "x-rule": _map(_TEXT),
    **{word: _TEXT for word in ("x-alias-of", "x-requires", "x-fallback", "x-family")},
}
_HEADER = _object(schema=_PLACED, required={"type": "boolean"})
_PARAMETER = _object(**{"name": _TEXT, "in": _TEXT, "schema": _PLACED, "required": {"type": "boolean"}})
_RESPONSE = _object(content=_ref("content"), headers=_map(_HEADER))
_BODY = _object(content=_ref("content"))
_OPERATION = _object(
    operationId=_TEXT,
    tags=_TEXTS,
    parameters={"type": "array", "items": _PARAMETER},
    requestBody=_BODY,
    responses=_map(_RESPONSE),
    **{"x-roles": _TEXTS, "x-rows": _map(_TEXT)},
)
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
SHAPE: Node = {
    "$defs": {
        "schema": {"type": ["object", "boolean"], "properties": _SCHEMA_WORDS},
        "content": _map(_object(schema=_PLACED)),
    },
    **_object(
        **{"x-limits": {"type": "object"}, "x-unrouted-responses": _map(_RESPONSE)},
        paths=_map(
            _object(parameters={"type": "array", "items": _PARAMETER}, **{method: _OPERATION for method in _METHODS})
        ),
        components=_object(
            schemas=_map(_ref("schema")),
            parameters=_map(_PARAMETER),
            headers=_map(_HEADER),
            requestBodies=_map(_BODY),
            responses=_map(_RESPONSE),
        ),
    ),
}
_VALIDATOR = jsonschema_rs.Draft202012Validator(SHAPE, mask="it")


def check(spec: Spec) -> None:
    """Check the shape of a document. Raises SpecError."""
    for error in _VALIDATOR.iter_errors(spec.document):
        field, problem = field_error(error, SHAPE, json_path)
        raise SpecError(f"{spec.path}: {field} {problem}")
