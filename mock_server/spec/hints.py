"""Adds hints to the errors of a refused request: what the client probably meant."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from fixtures.bodies import STANDARD_FAMILIES
from fixtures.importing.events import standard_name
from fixtures.near import nearest
from fixtures.rules import FieldError, json_path

_WRAPPERS = ("events", "items", "users", "records", "data", "batch", "body")  # sent as {"events": [...]}
_STEP = re.compile(r"\.([A-Za-z_][A-Za-z0-9_-]*)|\[([0-9]+)\]")


def hinted(fields: Sequence[FieldError], document: Any, known: Collection[str]) -> list[FieldError]:
    """Return the fields with hints. `known`: the documented fields of a record."""
    if wrapper := _wrapper(document, known):
        return [FieldError("$", f"must be a record or an array of records: send the array of {wrapper!r} itself")]
    return [_hinted(field, document, known) for field in fields]


def _wrapper(document: Any, known: Collection[str]) -> str | None:
    if not isinstance(document, dict) or document.keys() & set(known):
        return None
    return next((name for name in _WRAPPERS if isinstance(document.get(name), list)), None)


def _hinted(field: FieldError, document: Any, known: Collection[str]) -> FieldError:
    parent, name = _place(field.field, document)
    if not isinstance(parent, dict) or name is None:
        return field
    if field.message.startswith("is required") and name not in parent:
        wrong = nearest(name, [each for each in parent if each not in known])
        hint = f"`{wrong}` is not a field, did you mean `{name}`?" if wrong else ""
    elif name == "event_family" and (given := str(parent.get(name))) in STANDARD_FAMILIES:
        hint = f"`{given}` is an event_name, its family is `{STANDARD_FAMILIES[given]}`"
    elif name == "event_name" and isinstance(parent.get(name), str) and (meant := standard_name(parent[name])):
        hint = f"did you mean `{meant}`?"
    else:
        hint = ""
    return FieldError(field.field, f"{field.message}; {hint}") if hint else field


def _place(path: str, document: Any) -> tuple[Any, str | None]:
    """Return the object that contains the field, and the field's name; None if the path leads nowhere."""
    steps = _STEP.findall(path)
    if json_path([name or int(index) for name, index in steps]) != path or not steps:
        return None, None
    node = document
    for name, index in steps[:-1]:
        if name and isinstance(node, Mapping):
            node = node.get(name)
        elif index and isinstance(node, list) and int(index) < len(node):
            node = node[int(index)]
        else:
            return None, None
    return node, steps[-1][0] or None
