"""Request bodies by the spec: checked, gaps filled."""

from __future__ import annotations

from typing import Any

from fixtures.spec import Node, Operation, Spec, SpecError
from mock_server.errors import BadRequest, FieldError
from mock_server.spec.validation import Validator, listed

_TYPES = {"object": dict, "array": list}


class Body:
    """A request body: validators by JSON type, so that errors are exact, and what is filled in."""

    def __init__(self, spec: Spec, operation: Operation, schema: Node) -> None:
        place = f"{operation.method} {operation.path} ({operation.operation_id}): requestBody"
        resolved = spec.resolve(schema)
        alternatives = isinstance(resolved, dict) and resolved.keys() <= {"oneOf", "description"}
        branches = resolved["oneOf"] if alternatives else [schema]
        self._validators: dict[type, Validator] = {}
        schemas: list[Node | bool] = []  # of a record, whether it comes alone or in an array
        for branch in branches:
            node = spec.resolve(branch)
            kind = _TYPES.get(str(node.get("type"))) if isinstance(node, dict) else None
            if kind is None or kind in self._validators:
                raise SpecError(f"{spec.path}: {place}: alternatives must be told apart by type: object or array")
            self._validators[kind] = Validator(spec, branch, place)
            schemas.append(spec.resolve(node.get("items", {})) if kind is list else node)
        properties = [
            (name, field)
            for record in schemas
            if isinstance(record, dict)
            for name, field in record.get("properties", {}).items()
            if isinstance(field, dict)
        ]
        self._defaults = {name: field["default"] for name, field in properties if "default" in field}
        self._aliases = {name: field["x-aliases"] for name, field in properties if "x-aliases" in field}
        self.honoured = [id(field) for _, field in properties]
        required = [set(record.get("required", ())) for record in schemas if isinstance(record, dict)]
        self.certain = set.intersection(*required) | self._defaults.keys()  # fields that every record has

    def records_of(self, document: Any) -> list[dict[str, Any]]:
        """The body as records: nulls and gaps replaced by defaults (R49), aliases by canonical names (R8).

        Raises ApiError for an invalid body."""
        validator = self._validators.get(type(document))
        if validator is None:
            names = " or ".join(f"an {name}" for name, kind in _TYPES.items() if kind in self._validators)
            raise BadRequest(*listed([FieldError("$", f"must be {names}")]))
        if problem := validator.problem(document):
            raise problem
        records = document if type(document) is list else [document]
        for name, default in self._defaults.items():
            for record in records:
                if record.get(name) is None:
                    record[name] = default
        for name, aliases in self._aliases.items():
            for record in records:
                value = record.get(name)
                if isinstance(value, str) and value in aliases:
                    record[name] = aliases[value]
        return records
