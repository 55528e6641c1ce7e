"""Rows of a bulk upload, held to the schema that the spec names for their kind (`x-rows`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fixtures.spec import Operation, Spec, SpecError
from mock_server.errors import ApiError
from mock_server.spec.request_body import Body

KEYS: Mapping[str, str] = {"items": "item_id", "users": "user_id"}  # the kinds that the mock takes


class RowCheck:
    """One kind of rows. `fields`: what is a field of the record, where a row has columns; `key` is one of them."""

    def __init__(self, spec: Spec, operation: Operation, kind: str, schema: Any) -> None:
        self.key = KEYS[kind]
        self.fields = frozenset(spec.resolve(schema).get("properties", {})) - {"attributes"}
        if self.key not in self.fields:
            raise SpecError(f"{spec.path}: {_place(operation)}: rows of {kind} need {self.key!r} in their schema")
        self._body = Body(spec, operation, schema)

    def record(self, body: Any) -> dict[str, Any]:
        """The body, gaps filled. Raises ApiError, which lists what is wrong with it."""
        return self._body.records_of(body)[0]


def row_checks(spec: Spec, operation: Operation) -> Mapping[str, RowCheck]:
    """By kind; none for an operation without a form. Raises SpecError."""
    form, schemas = operation.form_schema, operation.node.get("x-rows")
    if form is None:
        return {}
    if form.get("required") != ["file"] or set(form.get("properties", {})) != {"file"}:
        raise SpecError(f"{spec.path}: {_place(operation)}: the mock takes a form with one required field, file")
    if not isinstance(schemas, dict) or schemas.keys() != KEYS.keys():
        raise SpecError(f"{spec.path}: {_place(operation)}: x-rows must name a schema for each of {', '.join(KEYS)}")
    return {kind: RowCheck(spec, operation, kind, schema) for kind, schema in schemas.items()}


def problems(error: ApiError) -> list[tuple[str | None, str]]:
    """(field, rule) of everything that is wrong with a record."""
    if isinstance(error.detail, str):
        return [(None, error.detail)]
    return [(each.field, each.message) for each in error.detail]


def _place(operation: Operation) -> str:
    return f"{operation.method} {operation.path} ({operation.operation_id})"
