"""Are our own answers what the spec says? For tests, and for --validate-responses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import orjson

from fixtures.spec import Node, Spec
from mock_server.limits import Header
from mock_server.validation import Validator

if TYPE_CHECKING:
    from mock_server.contract import Endpoint


class _Response:
    """One documented response: its body's schema and its headers."""

    def __init__(self, spec: Spec, node: Node, place: str) -> None:
        self.body = Validator(spec, node["content"]["application/json"]["schema"], place)
        self.headers = {
            name.lower().encode(): (spec.resolve(header), Validator(spec, spec.resolve(header)["schema"], place))
            for name, header in node.get("headers", {}).items()
        }

    def problem(self, headers: Mapping[bytes, bytes], body: bytes) -> str | None:
        if error := self.body.problem(orjson.loads(body)):
            return str(error)
        for name, (node, validator) in self.headers.items():
            if name not in headers:
                if node.get("required"):
                    return f"the header {name.decode()} is missing"
            elif error := validator.problem(_as_value(headers[name])):
                return f"header {name.decode()}: {error}"
        return None


class Responses:
    """Every response of the spec."""

    def __init__(self, spec: Spec) -> None:
        unrouted = spec.document.get("x-unrouted-responses", {})
        self._unrouted = {status: _Response(spec, spec.resolve(node), status) for status, node in unrouted.items()}
        self._documented = {
            (operation.operation_id, status): _Response(spec, node, f"{operation.operation_id} {status}")
            for operation in spec.operations
            for status, node in operation.responses.items()
        }

    def problem(self, endpoint: Endpoint | None, status: int, headers: Sequence[Header], body: bytes) -> str | None:
        """What is wrong with an answer; None when it is as the spec says. No endpoint: 404 and 405."""
        response = (
            self._documented.get((endpoint.operation.operation_id, str(status)))
            if endpoint
            else self._unrouted.get(str(status))
        )
        return response.problem(dict(headers), body) if response else f"the spec has no {status} here"


def _as_value(text: bytes) -> Any:
    return int(text) if text.isdigit() else text.decode("latin-1")
