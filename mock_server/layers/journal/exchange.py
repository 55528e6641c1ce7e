"""A request and its response as the journal keeps them: raw bytes, which are made readable when the journal is read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson

from mock_server.context import Finding
from mock_server.layers.journal.masking import Header
from mock_server.state.records import iso_8601

MAX_BODY_BYTES = 16_384  # of each body; of the rest only the size is kept


class Message(NamedTuple):
    """One half of an exchange, without secrets."""

    headers: Sequence[Header]
    body: bytes | None  # None if no body was read or sent
    bytes: int

    @property
    def truncated(self) -> bool:
        return self.bytes > MAX_BODY_BYTES

    @property
    def text(self) -> str | None:
        return None if self.body is None else self.body.decode("utf-8", "replace")

    def header(self, name: str) -> str | None:
        wanted = name.lower().encode("latin-1", "replace")
        found = [value for key, value in self.headers if key == wanted]
        return b", ".join(found).decode("latin-1") if found else None

    def json(self) -> Any:
        """The body as JSON; None if it is not JSON."""
        if not self.body or self.truncated:
            return None
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return None

    def as_json(self) -> dict[str, Any]:
        headers: dict[str, str] = {}
        for name, value in self.headers:
            key, text = name.decode("latin-1"), value.decode("latin-1")
            headers[key] = f"{headers[key]}, {text}" if key in headers else text
        return {"headers": headers, "body": self.text, "bytes": self.bytes, "truncated": self.truncated}


class Remark(NamedTuple):
    """A finding of the lint; `id` names the rule."""

    id: str
    message: str


class Circumstances:
    """Facts that a raw and a readable exchange share. `at`: epoch seconds of the organisation's time; `moment`: its
    monotonic seconds, `scale` of which are one of the client's; `started` and `ended`: seconds of a clock that always
    runs. `era`: how many resets there were before."""

    __slots__ = (
        "accepted",
        "address",
        "at",
        "ended",
        "era",
        "fault",
        "id",
        "key_type",
        "method",
        "moment",
        "needed_key_type",
        "operation_id",
        "scale",
        "started",
        "status",
        "tenant_id",
    )

    id: int
    at: float
    moment: float
    scale: float
    started: float
    ended: float
    tenant_id: str | None
    era: int
    key_type: str | None
    needed_key_type: str | None  # which the operation requires
    operation_id: str | None
    method: str
    address: str
    status: int | None  # None if there was no response
    accepted: tuple[str, int] | None
    fault: str | None


class Exchange(Circumstances):
    """A readable exchange."""

    __slots__ = ("findings", "lint", "origin", "path", "query", "request", "response")

    path: str
    query: str
    origin: str | None
    request: Message
    response: Message
    findings: Sequence[Finding]
    lint: Sequence[Remark]

    def exchange(self) -> Exchange:
        return self

    @property
    def marks(self) -> set[str]:
        """The ids of all findings."""
        return {each.id for each in self.findings} | {each.id for each in self.lint}

    def mentions(self, text: str) -> bool:
        """Return whether `text` is in the path, in a body or in a message about it; case is ignored."""
        wanted = text.lower()
        said = [self.path, self.query, *(each.message for each in self.findings), *(each.message for each in self.lint)]
        if any(wanted in each.lower() for each in said):
            return True
        return any((message.text or "").lower().find(wanted) >= 0 for message in (self.request, self.response))

    def summary(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "at": iso_8601(self.at),
            "tenant_id": self.tenant_id,
            "key_type": self.key_type,
            "operation_id": self.operation_id,
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "status": self.status,
            "duration_ms": round((self.ended - self.started) * 1000, 3),
            "origin": self.origin,
            "findings": [finding._asdict() for finding in self.findings],
            "lint": [remark._asdict() for remark in self.lint],
            "changed": dict([self.accepted]) if self.accepted else {},
            "fault": self.fault,
        }

    def in_full(self) -> dict[str, Any]:
        return {**self.summary(), "request": self.request.as_json(), "response": self.response.as_json()}
