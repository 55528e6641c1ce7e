"""The JSON Schema keywords and our extensions that the mock supports. Any other keyword in a schema is an error at the
start, so that a misspelt or unsupported rule is never silently ignored."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from fixtures.spec import Node, Spec, SpecError

ANNOTATIONS = {"title", "description", "example", "examples", "deprecated", "default"}
EXTENSIONS = {"x-source", "x-reading", "x-status", "x-rule", "x-alias-of", "x-requires", "x-fallback", "x-family"}
ASSERTIONS = {"type", "enum", "const", "format", "pattern", "minLength", "maxLength", "minItems", "maxItems"}
ASSERTIONS |= {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "required", "maxProperties"}
SCHEMA = {"not", "if", "then", "else", "items", "additionalProperties"}
SCHEMA_LIST = {"allOf", "anyOf", "oneOf"}
SCHEMA_MAP = {"properties"}
KEYWORDS = ANNOTATIONS | EXTENSIONS | ASSERTIONS | SCHEMA | SCHEMA_LIST | SCHEMA_MAP | {"$ref"}
TYPES = {"object", "array", "string", "number", "integer", "boolean", "null"}
FORMATS = {"date-time", "email", "uuid", "binary"}  # binary: the file of a form

_DATA = {"example", "examples", "default", "value", "enum", "const"}
_DIALECT = re.compile(r"\\[dDwWsSbB]")  # engines differ on these: digits of other scripts, Unicode spaces


def schemas(spec: Spec) -> Iterator[tuple[str, Node]]:
    """Yield every schema of the document with its place, subschemas included."""
    for name, schema in spec.document.get("components", {}).get("schemas", {}).items():
        yield from _subschemas(schema, f"components.schemas.{name}")
    yield from _embedded({**spec.document, "components": {**spec.document.get("components", {}), "schemas": {}}}, "")


def check(spec: Spec) -> None:
    """Check all keywords. Raises SpecError for the first unsupported one."""
    for place, node in schemas(spec):
        problem = _problem(node)
        if problem:
            raise SpecError(f"{spec.path}: {place}: {problem}")


def _problem(node: Node) -> str | None:
    for word in node.keys() - KEYWORDS:
        return f"the mock does not support the schema keyword {word!r}"
    types = node.get("type", [])
    for name in {types} - TYPES if isinstance(types, str) else set(types) - TYPES:
        return f"JSON has no type {name!r}"
    if "format" in node and node["format"] not in FORMATS:
        return f"the mock does not support the format {node['format']!r}; it supports {', '.join(sorted(FORMATS))}"
    if _DIALECT.search(str(node.get("pattern", ""))):
        return f"pattern {node['pattern']!r}: \\d, \\w, \\s and \\b mean different things to different engines"
    if "x-status" in node and node["x-status"] != 422:
        return f"x-status {node['x-status']!r}: the mock supports only 422"
    for word in node.get("x-rule", {}).keys() - node.keys():
        return f"x-rule explains {word!r}, which the schema lacks"
    return None


def _embedded(node: Any, place: str) -> Iterator[tuple[str, Node]]:
    """Yield the schemas under `schema` keys that are not inside another schema."""
    if isinstance(node, list):
        for index, child in enumerate(node):
            yield from _embedded(child, f"{place}[{index}]")
    elif isinstance(node, dict):
        for key, child in node.items():
            below = f"{place}.{key}" if place else key
            if key == "schema":
                yield from _subschemas(child, below)
            elif key not in _DATA:
                yield from _embedded(child, below)


def _subschemas(node: Any, place: str) -> Iterator[tuple[str, Node]]:
    if isinstance(node, bool):
        return
    yield place, node
    for word, value in node.items():
        if word in SCHEMA:
            yield from _subschemas(value, f"{place}.{word}")
        elif word in SCHEMA_LIST:
            for index, child in enumerate(value):
                yield from _subschemas(child, f"{place}.{word}[{index}]")
        elif word in SCHEMA_MAP:
            for name, child in value.items():
                yield from _subschemas(child, f"{place}.{word}.{name}")
