"""Checks a JSON value against a schema of the spec, and reports which fields break which rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jsonschema_rs

from fixtures import rules
from fixtures.formats import CHECKS
from fixtures.spec import Node, Spec, SpecError
from mock_server.errors import ApiError, BadRequest, FieldError, MissingStrategyInput

SHOWN = 20  # failing fields that an error lists, beside their total
_KEPT = 1_001  # elements of an array, or fields of an object, that are checked once a value is known to be invalid


def compile_schema(spec: Spec, schema: Node, place: str) -> tuple[jsonschema_rs.Validator, Node]:
    """Return a validator, and the schema into which its errors point. Raises SpecError for an invalid schema."""
    root = spec.standalone(schema)
    try:
        # Masked, because the library's message repeats the whole value. Our messages name only rules.
        validator = jsonschema_rs.Draft202012Validator(
            root, validate_formats=True, ignore_unknown_formats=False, formats=CHECKS, mask="the value"
        )
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
        raise SpecError(f"{spec.path}: {place}: {str(error).partition(chr(10))[0]}") from None
    return validator, root


class Validator:
    """One compiled schema. `name` converts the path of a failing field to its name in the error."""

    def __init__(
        self, spec: Spec, schema: Node, place: str, name: Callable[[Sequence[str | int]], str] = rules.json_path
    ) -> None:
        self._name = name
        self._validator, self._root = compile_schema(spec, schema, place)
        self.is_valid = self._validator.is_valid

    def problem(
        self, value: Any, hinted: Callable[[list[FieldError]], list[FieldError]] = lambda found: found
    ) -> ApiError | None:
        """Return None for a valid value; else an error with the failing fields, up to a limit, and the status (R4).
        `hinted` adds hints to the fields."""
        if self.is_valid(value):
            return None
        found = list(self._validator.iter_errors(_pruned(value))) or list(self._first_error(value))
        missing_input = all(rules.status(self._root, error.evaluation_path) == 422 for error in found)
        fields = _distinct([(error, rules.field_error(error, self._root, self._name)) for error in found])
        return (MissingStrategyInput if missing_input else BadRequest)(*listed(hinted(fields)))

    def _first_error(self, value: Any) -> Sequence[jsonschema_rs.ValidationError]:
        try:
            self._validator.validate(value)
        except jsonschema_rs.ValidationError as error:
            return [error]
        return []


def listed(fields: Sequence[FieldError]) -> tuple[list[FieldError], str]:
    """Return the fields to list, and one sentence about them."""
    more = f" (and {len(fields) - 1} more)" if len(fields) > 1 else ""
    unlisted = f"; the first {SHOWN} are listed" if len(fields) > SHOWN else ""
    return list(fields[:SHOWN]), f"{fields[0].field} {fields[0].message}{more}{unlisted}"


def _distinct(errors: list[tuple[jsonschema_rs.ValidationError, FieldError]]) -> list[FieldError]:
    """Return each field and rule once. A value of the wrong type breaks other rules too, but only the type is
    reported."""
    mistyped: dict[str, FieldError] = {}
    for error, field in errors:
        if error.schema_path[-1] == "type":
            mistyped.setdefault(field.field, field)
    return list(dict.fromkeys(mistyped.get(field.field, field) for _, field in errors))


def _pruned(value: Any) -> Any:
    """Return the value with very long arrays and objects cut: each error costs memory, and there may be millions.
    `_first_error` finds an error that is only in the part that was cut off."""
    if isinstance(value, list):
        return [_pruned(element) for element in value[:_KEPT]]
    if isinstance(value, dict):
        names = value if len(value) <= _KEPT else list(value)[:_KEPT]
        return {name: _pruned(value[name]) for name in names}
    return value
