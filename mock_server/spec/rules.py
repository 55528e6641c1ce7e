"""What a broken schema rule says to the person who broke it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jsonschema_rs

from fixtures.spec import Node
from mock_server.errors import FieldError

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_SHOWN = 64  # characters of a key that a client made up
_ARTICLES = {"integer": "an integer", "object": "an object", "array": "an array", "null": "null"}
_BOUNDS = {
    "minimum": "must be at least {}",
    "maximum": "must be at most {}",
    "exclusiveMinimum": "must be more than {}",
    "exclusiveMaximum": "must be less than {}",
    "maxLength": "must have at most {} characters",
    "maxItems": "must have at most {} elements",
    "pattern": "must match {}",
    "format": "must be a valid {}",
}


def field_error(
    error: jsonschema_rs.ValidationError, root: Node, name: Callable[[Sequence[str | int]], str]
) -> FieldError:
    """`root` is the schema that the validator was made of; `name` names a path into the value."""
    keyword = str(error.schema_path[-1])
    schema = _follow(root, error.schema_path[:-1])
    path = list(error.instance_path)
    if keyword == "required":
        path.append(error.kind.as_dict()["property"])
    condition = _condition(root, error.evaluation_path)
    return FieldError(name(path), _rule(error, keyword, schema) + (f": {condition}" if condition else ""))


def json_path(path: Sequence[str | int]) -> str:
    """`$[3].event_name`; names that are no plain words as `$.filters["shoe size"]`, cut when they are long."""
    return "$" + "".join(map(_step, path))


def status(root: Node, evaluation_path: Sequence[str | int]) -> int | None:
    """The x-status of the nearest schema above the failed rule that has one."""
    found = None
    for node, _ in _walk(root, evaluation_path):
        found = node.get("x-status", found)
    return found


def _step(part: str | int) -> str:
    if isinstance(part, int):
        return f"[{part}]"
    if len(part) <= _SHOWN and _NAME.fullmatch(part):
        return f".{part}"
    shown = part if len(part) <= _SHOWN else part[:_SHOWN] + "..."
    return f"[{json.dumps(shown, ensure_ascii=False)}]"


def _rule(error: jsonschema_rs.ValidationError, keyword: str, schema: Any) -> str:
    if not isinstance(schema, dict):
        return "is not allowed here"
    value = schema.get(keyword)
    if keyword in schema.get("x-rule", {}):
        return str(schema["x-rule"][keyword])
    if keyword == "required":
        return "is required"
    if keyword == "type":
        return f"must be {enumerated([_ARTICLES.get(name, f'a {name}') for name in _listed(value)])}"
    if keyword == "enum":
        return f"must be one of {', '.join(json.dumps(option) for option in _listed(value) if option is not None)}"
    if keyword == "const":
        return f"must be {json.dumps(value)}"
    if keyword in ("minLength", "minItems"):
        unit = "characters" if keyword == "minLength" else "elements"
        return "must not be empty" if value == 1 else f"must have at least {value} {unit}"
    if keyword == "additionalProperties":
        return f"must not have the field {_step(error.kind.as_dict()['unexpected'][0])}"
    if keyword in _BOUNDS:
        return _BOUNDS[keyword].format(value)
    described = schema.get("description")
    return f"must be what the API takes here{f' ({described.strip()})' if described else ''}"


def _condition(root: Node, evaluation_path: Sequence[str | int]) -> str | None:
    """What the conditional rule says in words, where the failed rule stands under one: `if`, then `then`."""
    for node, step in _walk(root, evaluation_path):
        if step in ("then", "else") and isinstance(node.get("if"), Mapping):
            words = [node["if"].get("description"), node[step].get("description")]
            return " ".join(words) if all(words) else None
    return None


def _walk(root: Node, path: Sequence[str | int]) -> Any:
    """The schema nodes that an evaluation passed, each with the next step; a `$ref` step leads to its target."""
    node: Any = root
    for step in path:
        if isinstance(node, Mapping):
            yield node, step
        if step == "$ref" and isinstance(node["$ref"], str):
            node = _follow(root, [part.replace("~1", "/").replace("~0", "~") for part in node["$ref"][2:].split("/")])
        else:
            node = node[int(step)] if isinstance(node, list) else node[step]


def _follow(root: Any, path: Sequence[str | int]) -> Any:
    node = root
    for step in path:
        node = node[int(step)] if isinstance(node, list) else node[step]
    return node


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def enumerated(words: Sequence[str], last: str = "or") -> str:
    """a, b or c."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"
