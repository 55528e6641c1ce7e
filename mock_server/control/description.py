"""Builds the OpenAPI document of the control plane: texts from openapi.yaml, schemas from the models of the calls."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
from pydantic.json_schema import models_json_schema
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from fixtures.strict_yaml import parse
from mock_server.control.access import CHANGE_HEADER
from mock_server.control.calls import NO_STORE, PREFIX, Shapes, endpoint_of, shapes_of

PATH = Path(__file__).with_name("openapi.yaml")
_REFERENCE = re.compile(r'"#/components/schemas/(\w+)"')
_PARAMETER = re.compile(r"\{(\w+)(?::(\w+))?\}")
_ERROR = {"$ref": "#/components/schemas/Refusal"}
_REFUSAL = {
    "type": "object",
    "required": ["success", "message", "data", "error"],
    "properties": {
        "success": {"type": "boolean", "const": False},
        "message": {"type": "string"},
        "data": {"type": "null"},
        "error": {
            "oneOf": [
                {"type": "string"},
                {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["field", "message"],
                        "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
                    },
                },
            ]
        },
    },
}
_CHANGE = {"name": CHANGE_HEADER, "in": "header", "required": True, "schema": {"type": "string", "enum": ["1"]}}
_SCHEMES = {
    "token": {"type": "http", "scheme": "bearer", "description": "The control token, if the mock requires one"},
    "session": {"type": "apiKey", "in": "cookie", "name": "lehnz_control_PORT", "description": "For browsers"},
}
Operation = tuple[str, str, Shapes | None]  # path as in the document, method, models


def document(routes: Iterable[BaseRoute]) -> dict[str, Any]:
    """Build the whole document. An operation of the file that has no route stays as it is written."""
    written = parse(PATH.read_text(encoding="utf-8"))
    found = list(operations(routes))
    models = {(model, mode) for _, _, shapes in found if shapes for model, mode in shapes.models}
    names, schemas = models_json_schema(sorted(models, key=str), ref_template="#/components/schemas/{model}")
    for path, method, shapes in found:
        described = written["paths"].get(path, {}).get(method.lower())
        if described is not None:
            _complete(described, path, method, shapes, names)
    whole = {**written, "security": [{}, {"token": []}, {"session": []}]}
    kept = _used({"Refusal": _REFUSAL, **schemas.get("$defs", {})}, whole)
    return {**whole, "components": {"schemas": kept, "securitySchemes": _SCHEMES}}


def _used(schemas: dict[str, Any], document: Any) -> dict[str, Any]:
    """Return the schemas to which the document refers, directly or through other schemas."""
    found: dict[str, Any] = {}
    texts = [orjson.dumps(document).decode()]
    while texts:
        for name in _REFERENCE.findall(texts.pop()):
            if name not in found:
                found[name] = schemas[name]
                texts.append(orjson.dumps(schemas[name]).decode())
    return {name: schemas[name] for name in schemas if name in found}


def operations(routes: Iterable[BaseRoute]) -> Iterator[Operation]:
    """Yield the operations that the routes serve."""
    for route in routes:
        if isinstance(route, Route):
            path = PREFIX + _PARAMETER.sub(r"{\1}", route.path)
            for method in sorted((route.methods or set()) - {"HEAD"}):
                yield path, method, shapes_of(endpoint_of(route, method))


def description_route(routes: Iterable[BaseRoute]) -> Route:
    """Return the route of the document, which is built at the first request."""
    every = list(routes)

    async def describe(_: Request) -> Response:
        body = orjson.dumps(document([*every, route]))
        return Response(body, media_type="application/json", headers=NO_STORE)

    route = Route("/openapi.json", describe, methods=["GET"])
    return route


def _complete(
    operation: dict[str, Any], path: str, method: str, shapes: Shapes | None, names: Mapping[Any, Mapping[str, Any]]
) -> None:
    parameters = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in _names(path)]
    parameters += operation.get("parameters", [])
    operation["parameters"] = parameters if method == "GET" else [*parameters, _CHANGE]
    if not operation["parameters"]:
        del operation["parameters"]
    status = "200"
    content: dict[str, Any] = {"*/*": {}}
    if shapes:
        status, content = str(shapes.status), _json(_success(names[shapes.answer, "serialization"]))
        if shapes.body and shapes.body.model_fields:
            required = any(field.is_required() for field in shapes.body.model_fields.values())
            operation["requestBody"] = {"required": required, "content": _json(names[shapes.body, "validation"])}
    operation["responses"] = {
        status: {"description": "Done", "content": content},
        "4XX": {"description": "An error, with the reason", "content": _json(_ERROR)},
    }


def _names(path: str) -> list[str]:
    return [name for name, _ in _PARAMETER.findall(path)]


def _json(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _success(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["success", "message", "data", "error"],
        "properties": {
            "success": {"type": "boolean", "const": True},
            "message": {"type": "string"},
            "data": data,
            "error": {"type": "null"},
        },
    }
