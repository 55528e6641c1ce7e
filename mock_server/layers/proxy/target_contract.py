"""The contract by which the proxy judges a target. It is the suite's; the mock's own strictness does not apply."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import jsonschema_rs

from fixtures.choices import documented_strategies
from fixtures.judged.contract import derive
from fixtures.judged.relaxation import ALLOWED, REFUSED, Facts
from fixtures.judged.texts import text
from fixtures.spec import Node, Spec, SpecError
from mock_server.errors import FieldError
from mock_server.spec.responses import Responses

_IDENTIFIER = text("identifier", "^[A-Za-z0-9_.-]{1,64}$")
_LIMIT_HEADERS = ("ratelimit-limit", "ratelimit-remaining", "ratelimit-reset")
_BEHIND_THE_KEY = (200, 202, 400, 403, 429)  # with a valid key; such responses have the three headers (R14)
_SERVER_ERROR = 500


class TargetContract:
    """The judged contract of one spec. Raises SpecError if it can't be derived from the spec."""

    def __init__(self, spec: Spec) -> None:
        known = {name: facts.requires for name, facts in documented_strategies(spec).items()}
        sure = {name: required for name, required in known.items() if "_" not in name}  # R8: names with _ vary
        both = known | {name.replace("_", "-"): required for name, required in known.items()}
        try:
            refused = derive(spec, REFUSED, Facts(_IDENTIFIER, both))
            self._forbidding = _validators(refused)
            self._allowing = _validators(derive(spec, ALLOWED, Facts(_IDENTIFIER, sure)))
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise SpecError(f"{spec.path}: a target can't be judged by it: {error!r}") from None
        judged = Spec(refused, spec.path)
        self._operations = {operation.operation_id for operation in judged.operations}
        self._responses = Responses(judged, lenient=True)

    def problems(
        self, operation_id: str | None, status: int, headers: Mapping[bytes, bytes], body: bytes
    ) -> Iterator[FieldError]:
        """Yield all problems of a response. What no document describes is allowed."""
        if status >= _SERVER_ERROR:
            yield FieldError("status", f"{status} is a failure of the server")
        elif operation_id in self._operations:
            yield from self._responses.problems(operation_id, status, headers, body)
            for name in _LIMIT_HEADERS if status in _BEHIND_THE_KEY else ():
                if name.encode() not in headers:
                    yield FieldError(f"header.{name}", "is missing")

    def knows(self, operation_id: str) -> bool:
        """Return whether the documents describe the operation."""
        return operation_id in self._operations

    def must_accept(self, operation_id: str | None, body: Any) -> bool:
        """Return whether every document allows this JSON value."""
        return operation_id in self._allowing and self._allowing[operation_id].is_valid(body)

    def must_refuse(self, operation_id: str | None, body: Any) -> bool:
        """Return whether every document forbids this JSON value."""
        return operation_id in self._forbidding and not self._forbidding[operation_id].is_valid(body)


@lru_cache(maxsize=2)
def target_contract(spec: Spec) -> TargetContract:
    """Derive the contract, once for each spec. Raises SpecError."""
    return TargetContract(spec)


def _validators(document: Node) -> dict[str | None, jsonschema_rs.Draft202012Validator]:
    found: dict[str | None, jsonschema_rs.Draft202012Validator] = {}
    bodies = document["components"]["requestBodies"]
    for item in document["paths"].values():
        for operation in item.values():
            node = operation["requestBody"]
            node = bodies[node["$ref"].rpartition("/")[2]] if "$ref" in node else node
            schema = {**node["content"]["application/json"]["schema"], "components": document["components"]}
            found[operation["operationId"]] = jsonschema_rs.Draft202012Validator(schema)
    return found
