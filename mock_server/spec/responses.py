"""Checks responses by the spec: our own, for tests and --validate-responses, and a target's, for --proxy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import orjson

from fixtures.spec import Node, Spec, SpecError
from mock_server.errors import ApiError, FieldError
from mock_server.spec.validation import Validator

Header = tuple[bytes, bytes]


class _Response:
    """A documented response: the schema of its body, and its headers. `compile_schema` takes a schema and its place.
    `lenient`: any body is accepted if there is no schema."""

    def __init__(
        self, spec: Spec, node: Node, place: str, compile_schema: Callable[[Node, str], Validator], lenient: bool
    ) -> None:
        schema = node.get("content", {}).get("application/json", {}).get("schema")
        if schema is None and not lenient:
            raise SpecError(f"{spec.path}: {place}: a response needs content, application/json with a schema")
        self._body = None if schema is None else compile_schema(schema, place)
        self._headers = {
            name.lower().encode(): (
                header.get("required", False),
                compile_schema(header["schema"], f"{place}: {name}"),
            )
            for name, reference in node.get("headers", {}).items()
            if "schema" in (header := spec.resolve(reference))
        }

    def problems(self, headers: Mapping[bytes, bytes], body: bytes) -> Iterator[FieldError]:
        if self._body:
            yield from _problems_of_body(self._body, headers, body)
        for name, (required, validator) in self._headers.items():
            field = f"header.{name.decode()}"
            if name in headers:
                for each in _fields(validator.problem(_as_value(headers[name]))):
                    yield FieldError(field, each.message)
            elif required:
                yield FieldError(field, "is missing")


def _problems_of_body(schema: Validator, headers: Mapping[bytes, bytes], body: bytes) -> Iterator[FieldError]:
    if headers.get(b"content-type", b"").partition(b";")[0].strip().lower() != b"application/json":
        yield FieldError("header.content-type", "must be application/json")
    try:
        yield from _fields(schema.problem(orjson.loads(body)))
    except orjson.JSONDecodeError:
        yield FieldError("$", "is not JSON")


class Responses:
    """Every response of the spec. Raises SpecError for one that can't be validated. `lenient`: a response need not
    describe its body, and may cover a range of statuses (4XX)."""

    def __init__(self, spec: Spec, *more: Spec, lenient: bool = False) -> None:
        self._lenient = lenient
        self._compiled: dict[int, _Response] = {}  # by id of the node, because operations share most responses
        self._validators: dict[int, Validator] = {}  # by id of the node, because responses share nearly all headers
        unrouted = spec.document.get("x-unrouted-responses", {})
        self._unrouted = {status: self._response(spec, spec.resolve(node), status) for status, node in unrouted.items()}
        self._documented = {
            (operation.operation_id, status): self._response(each, node, f"{operation.operation_id} {status}")
            for each in (spec, *more)
            for operation in each.operations
            for status, node in operation.responses.items()
        }

    def problem(self, operation_id: str | None, status: int, headers: Sequence[Header], body: bytes) -> str | None:
        """Return the first problem of a response; None if it matches the spec."""
        first = next(self.problems(operation_id, status, dict(headers), body), None)
        return f"{first.field} {first.message}" if first else None

    def problems(
        self, operation_id: str | None, status: int, headers: Mapping[bytes, bytes], body: bytes
    ) -> Iterator[FieldError]:
        """Yield all problems of a response. `operation_id` is None for a 404 or 405."""
        if operation_id is None:
            response = self._unrouted.get(str(status))
        else:
            response = self._documented.get((operation_id, str(status)))
            if response is None and self._lenient:
                response = self._documented.get((operation_id, f"{status // 100}XX"))
        if response is None:
            yield FieldError("status", f"the spec has no {status} here")
        else:
            yield from response.problems(headers, body)

    def _response(self, spec: Spec, node: Node, place: str) -> _Response:
        if id(node) not in self._compiled:
            self._compiled[id(node)] = _Response(spec, node, place, partial(self._validator, spec), self._lenient)
        return self._compiled[id(node)]

    def _validator(self, spec: Spec, schema: Node, place: str) -> Validator:
        if id(schema) not in self._validators:
            self._validators[id(schema)] = Validator(spec, schema, place)
        return self._validators[id(schema)]


def _fields(error: ApiError | None) -> Sequence[FieldError]:
    """Return the fields that a schema's error lists."""
    return [] if error is None or isinstance(error.detail, str) else error.detail


def _as_value(text: bytes) -> Any:
    return int(text) if text.isdigit() else text.decode("latin-1")
