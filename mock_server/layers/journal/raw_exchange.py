"""An exchange as it passed by: what costs nothing to keep. Most are dropped before anybody asks; the others are made
readable then, and whatever secret is left in them is masked."""

from __future__ import annotations

from collections.abc import Sequence

from mock_server.context import Finding
from mock_server.errors import FieldError
from mock_server.layers.journal.exchange import Circumstances, Exchange, Message
from mock_server.layers.journal.masking import CREDENTIALS, Header, mask_body, mask_header, mask_keys, mask_target

MAX_HEADER_BYTES = 8_192  # of one message; what comes after them is not kept


class RawExchange(Circumstances):
    """Credentials in headers are masked from the start; bodies are where secrets belong (`masked`), as in a sign-in."""

    __slots__ = (
        "detail",
        "error",
        "findings",
        "masked",
        "path",
        "query",
        "read",
        "read_bytes",
        "request_headers",
        "response_headers",
        "sent",
        "sent_bytes",
    )

    path: bytes
    query: bytes
    request_headers: Sequence[Header]
    response_headers: Sequence[Header]
    read: bytes | None  # what was read of the request's body, as far as it is kept
    read_bytes: int
    sent: bytes | None
    sent_bytes: int
    masked: bool
    error: str | None  # name of the refusal
    detail: str | Sequence[FieldError]
    findings: Sequence[Finding]

    def exchange(self) -> Exchange:
        found = Exchange()
        for name in Circumstances.__slots__:
            setattr(found, name, getattr(self, name))
        found.path = mask_target(self.path).decode("latin-1")
        found.query = mask_target(self.query).decode("latin-1")
        found.request = Message(_masked(self.request_headers), self._body(self.read), self.read_bytes)
        found.response = Message(
            _masked(without_credentials(self.response_headers, False)), self._body(self.sent), self.sent_bytes
        )
        found.origin = found.request.header("origin")
        found.findings = [*self._refusal(), *self.findings]
        found.lint = ()
        return found

    def _body(self, body: bytes | None) -> bytes | None:
        return body if self.masked or not body else mask_body(body)

    def _refusal(self) -> list[Finding]:
        if self.error is None:
            return []
        if isinstance(self.detail, str):
            return [Finding(self.error, None, mask_keys(self.detail.encode(errors="replace")).decode())]
        return [Finding(self.error, field.field, field.message) for field in self.detail]


def without_credentials(headers: Sequence[Header], known: bool) -> list[Header]:
    """As many as are kept. `known`: an organisation has this key, so it looks like one."""
    kept, size = [], 0
    for header in headers:
        name, value = header
        size += len(name) + len(value)
        if size > MAX_HEADER_BYTES:
            break
        kept.append(_hidden(name, value, known) if name in CREDENTIALS else header)
    return kept


def _hidden(name: bytes, value: bytes, known: bool) -> Header:
    if known and name == b"x-api-key":
        return name, b"%b...%b" % (value[:9], value[-4:])
    return name, mask_header(name, value)


def _masked(headers: Sequence[Header]) -> list[Header]:
    return [(name, value if name in CREDENTIALS else mask_header(name, value)) for name, value in headers]
