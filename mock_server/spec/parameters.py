"""Reads path, query and header parameters: decodes them strictly, converts and validates them by their schemas."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

import orjson

from fixtures.spec import Node, Operation, Spec, SpecError
from mock_server.errors import BadRequest, FieldError
from mock_server.spec.validation import Validator, listed

_HONOURED = {"name", "in", "required", "description", "deprecated", "schema", "example", "examples"}
_PLACES = {"path", "query", "header"}
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


class Parameters:
    """The parameters of one operation. Raises SpecError for an unsupported feature."""

    def __init__(self, spec: Spec, operation: Operation) -> None:
        place = f"{operation.method} {operation.path} ({operation.operation_id})"
        self._types: dict[str, set[str]] = {}  # by place and name, as "query.limit"
        self._defaults: dict[str, Any] = {}
        schemas: dict[str, Node] = {}
        required = []
        for node in operation.parameters:
            _check(node, f"{spec.path}: {place}")
            label = f"{node['in']}.{node['name']}"
            schema = spec.resolve(node["schema"])
            schemas[label] = node["schema"]
            named = schema.get("type", [])
            self._types[label] = {named} if isinstance(named, str) else set(named)
            if "default" in schema:
                self._defaults[label] = schema["default"]
            if node.get("required"):
                required.append(label)
        described = {"type": "object", "properties": schemas, "required": required}
        self._validator = Validator(spec, described, f"{place}: parameters", lambda path: str(path[0]))
        self.certain = {label.partition(".")[2] for label in (*required, *self._defaults)}
        if {f"path.{name}" for name in path_names(operation.path)} != {name for name in schemas if name[:5] == "path."}:
            raise SpecError(f"{spec.path}: {place}: the path's {{segments}} and its path parameters are not the same")
        self._headers = {
            label.partition(".")[2].lower().encode(): label for label in schemas if label.startswith("header.")
        }
        self.defaults_honoured = [id(spec.resolve(schema)) for schema in schemas.values()]

    def __bool__(self) -> bool:
        return bool(self._types)

    def read(self, path: Mapping[str, bytes], query: bytes, headers: Iterable[tuple[bytes, bytes]]) -> dict[str, Any]:
        """Return the values by name, with defaults; unknown names are ignored. Raises BadRequest."""
        given: dict[str, list[bytes]] = {f"path.{name}": [value] for name, value in path.items()}
        for pair in filter(None, query.split(b"&")):
            name, _, value = pair.replace(b"+", b" ").partition(b"=")
            given.setdefault(f"query.{unquote_to_bytes(name).decode(errors='replace')}", []).append(value)
        texts: dict[str, str] = {}
        problems = []
        for label in self._types.keys() & given.keys():
            text = _decoded(given[label][0])
            if len(given[label]) > 1:
                problems.append(FieldError(label, "is given more than once"))
            elif text is None:
                problems.append(FieldError(label, "is not percent-encoded UTF-8"))
            else:
                texts[label] = text
        for header, value in headers:
            if header in self._headers:
                label, text = self._headers[header], value.decode("latin-1")
                texts[label] = f"{texts[label]}, {text}" if label in texts else text
        if problems:
            raise BadRequest(*listed(sorted(problems)))
        values = {label: _typed(text, self._types[label]) for label, text in texts.items()}
        if problem := self._validator.problem(values):
            raise problem
        return {label.partition(".")[2]: value for label, value in {**self._defaults, **values}.items()}


def path_names(template: str) -> list[str]:
    """Return the names of a path's parameters, each of which is a whole segment."""
    return [segment[1:-1] for segment in template.split("/") if segment[:1] == "{" and segment[-1:] == "}"]


def split_path(raw_path: bytes) -> list[bytes]:
    """Split a path into its segments, still encoded, so that an escaped slash separates nothing."""
    return raw_path.split(b"/")[1:]


def _decoded(value: bytes) -> str | None:
    if _BROKEN_ESCAPE.search(value):
        return None
    try:
        return unquote_to_bytes(value).decode()
    except UnicodeDecodeError:
        return None


def _typed(text: str, types: set[str]) -> Any:
    """Convert text to the type that the schema expects (R43: 20.0 is an integer)."""
    if types & {"integer", "number"} and _NUMBER.fullmatch(text):
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError:  # the number is outside the range of a double
            return text
    if "boolean" in types and text in ("true", "false"):
        return text == "true"
    return text


def _check(node: Node, place: str) -> None:
    name = node.get("name")
    for word in node.keys() - _HONOURED:
        if not word.startswith("x-"):
            raise SpecError(f"{place}: parameter {name!r}: the mock does not honour {word!r}")
    if node.get("in") not in _PLACES or not isinstance(name, str) or not isinstance(node.get("schema"), dict):
        raise SpecError(
            f"{place}: parameter {name!r} needs a name, a schema, and to be in {', '.join(sorted(_PLACES))}"
        )
