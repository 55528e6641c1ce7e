"""Validates request bodies by the spec, and fills in its defaults."""

from __future__ import annotations

from typing import Any

from fixtures.choices import aliases
from fixtures.nulls import drop_nulls, optional_fields
from fixtures.spec import Node, Operation, Spec, SpecError
from mock_server.errors import BadRequest, FieldError
from mock_server.spec.hints import hinted
from mock_server.spec.validation import Validator, listed

_TYPES = {"object": dict, "array": list}


class Body:
    """A request body: one validator per JSON type, for exact errors, and the defaults."""

    def __init__(self, spec: Spec, operation: Operation, schema: Node) -> None:
        place = f"{operation.method} {operation.path} ({operation.operation_id}): requestBody"
        resolved = spec.resolve(schema)
        alternatives = isinstance(resolved, dict) and resolved.keys() <= {"oneOf", "description"}
        branches = resolved["oneOf"] if alternatives else [schema]
        self._validators: dict[type, Validator] = {}
        schemas: list[Node | bool] = []  # schemas of a record, alone or in an array
        for branch in branches:
            node = spec.resolve(branch)
            kind = _TYPES.get(str(node.get("type"))) if isinstance(node, dict) else None
            if kind is None or kind in self._validators:
                raise SpecError(f"{spec.path}: {place}: alternatives must differ by type: object or array")
            self._validators[kind] = Validator(spec, branch, place)
            schemas.append(spec.resolve(node.get("items", {})) if kind is list else node)
        records = [record for record in schemas if isinstance(record, dict)]
        properties = [
            (name, field, spec.resolve(field))
            for record in records
            for name, field in record.get("properties", {}).items()
            if isinstance(field, dict)
        ]
        self.fields = tuple(dict.fromkeys(name for name, *_ in properties))
        defaults = {
            name: each["default"] for name, *nodes in properties for each in reversed(nodes) if "default" in each
        }
        self._defaults = tuple(defaults.items())
        self._aliases = tuple({name: found for name, _, node in properties if (found := aliases(node))}.items())
        self.honoured = [id(each) for _, *nodes in properties for each in nodes]
        required = [set(record.get("required", ())) for record in records]
        self.certain = set.intersection(*required) | defaults.keys()  # fields that every record has
        self._optional = frozenset[str]().union(*(optional_fields(spec, record) for record in records))

    def records_of(self, document: Any) -> list[dict[str, Any]]:
        """Return the body as records: nulls and missing fields become defaults (R49), aliases become canonical names
        (R8).

        Raises ApiError for an invalid body."""
        validator = self._validators.get(type(document))
        if validator is None:
            names = " or ".join(f"an {name}" for name, kind in _TYPES.items() if kind in self._validators)
            raise BadRequest(*listed([FieldError("$", f"must be {names}")]))
        if not validator.is_valid(document):
            self._drop_nulls(document)
            if problem := validator.problem(document, lambda found: hinted(found, document, self.fields)):
                raise problem
        records = document if type(document) is list else [document]
        for record in records:
            for name, default in self._defaults:
                if record.get(name) is None:
                    record[name] = default
            for name, others in self._aliases:
                value = record.get(name)
                if isinstance(value, str) and value in others:
                    record[name] = others[value]
        return records

    def _drop_nulls(self, document: Any) -> None:
        """Remove nulls in optional fields, which count as missing (R49)."""
        for record in document if type(document) is list else [document]:
            drop_nulls(record, self._optional)
