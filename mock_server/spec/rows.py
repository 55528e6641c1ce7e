"""The rows of a bulk upload: the importer's kinds, with the schema that the spec assigns to each (`x-rows`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, cast

from fixtures.importing.kinds import Kind, KindName, kind_of
from fixtures.importing.record_check import RecordCheck
from fixtures.spec import Operation, Spec, SpecError

KINDS = ("items", "users")  # the kinds that the mock takes


class RowCheck(NamedTuple):
    """The schema and names that the importer needs for one kind of rows."""

    kind: Kind
    check: RecordCheck


def row_checks(spec: Spec, operation: Operation, documented: Spec) -> Mapping[str, RowCheck]:
    """Return the checks by kind; empty for an operation without a form. `documented` contains the schemas of the rows.
    Raises SpecError."""
    form, schemas = operation.form_schema, operation.node.get("x-rows")
    if form is None:
        return {}
    if form.get("required") != ["file"] or set(form.get("properties", {})) != {"file"}:
        raise SpecError(f"{spec.path}: {_place(operation)}: the mock takes a form with one required field, file")
    if not isinstance(schemas, dict) or schemas.keys() != set(KINDS):
        raise SpecError(f"{spec.path}: {_place(operation)}: x-rows must name a schema for each of {', '.join(KINDS)}")
    return {name: _row_check(documented, operation, name, schemas[name]) for name in KINDS}


def _row_check(documented: Spec, operation: Operation, name: str, schema: object) -> RowCheck:
    kind = kind_of(documented, cast(KindName, name))
    if schema != kind.schema:
        raise SpecError(f"{documented.path}: {_place(operation)}: rows of {name} are read as {kind.schema} everywhere")
    return RowCheck(kind, RecordCheck(documented, kind))


def _place(operation: Operation) -> str:
    return f"{operation.method} {operation.path} ({operation.operation_id})"
