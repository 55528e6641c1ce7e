"""A raw exchange: what is recorded of a request, as it came. Most are dropped unread; the others are made readable and
masked when they are read. Use `exchange` only: it is what masks the secrets.

A full journal is more memory than a processor's cache holds, so each object of an exchange costs time when it is freed
and when the garbage collector comes by. Therefore headers are kept as one piece of bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

from mock_server.context import Finding
from mock_server.errors import FieldError
from mock_server.layers.journal.exchange import Circumstances, Exchange, Message
from mock_server.layers.journal.masking import Header, mask_body, mask_header, mask_key, mask_keys, mask_target

MAX_HEADER_BYTES = 8_192  # of one message; the rest is dropped
_MAX_METHOD, _MAX_TARGET = 16, 4_096  # characters of a method; bytes of a path, and of a query


class RawExchange(Circumstances):
    """A raw exchange. `masked`: it contains no secrets any more."""

    __slots__ = (
        "detail",
        "error",
        "findings",
        "masked",
        "path",
        "query",
        "read",
        "read_bytes",
        "request_head",
        "response_head",
        "sent",
        "sent_bytes",
    )

    path: bytes
    query: bytes
    request_head: bytes  # the headers, see `head_of`
    response_head: bytes
    read: bytes | None  # the part of the request's body that is kept
    read_bytes: int
    sent: bytes | None
    sent_bytes: int
    masked: bool
    error: str | None  # the summary of the error
    detail: str | Sequence[FieldError]
    findings: Sequence[Finding]

    def mask(self) -> None:
        """Mask all secrets, at the first call."""
        self.method = self.method[:_MAX_METHOD]
        self.path, self.query = mask_target(self.path[:_MAX_TARGET]), mask_target(self.query[:_MAX_TARGET])
        self.request_head = head_of(without_secrets(headers_in(self.request_head), self.tenant_id is not None))
        self.response_head = head_of(without_secrets(headers_in(self.response_head), False))
        self.read = mask_body(self.read) if self.read else self.read
        self.sent = mask_body(self.sent) if self.sent else self.sent
        self.masked = True

    def exchange(self) -> Exchange:
        if not self.masked:
            self.mask()
        found = Exchange()
        for name in Circumstances.__slots__:
            setattr(found, name, getattr(self, name))
        found.path, found.query = self.path.decode("latin-1"), self.query.decode("latin-1")
        found.request = Message(headers_in(self.request_head), self.read, self.read_bytes)
        found.response = Message(headers_in(self.response_head), self.sent, self.sent_bytes)
        found.origin = found.request.header("origin")
        found.findings = [*self._refusal(), *self.findings]
        found.lint = ()
        return found

    def _refusal(self) -> list[Finding]:
        if self.error is None:
            return []
        name = self.error.lower().replace(" ", "-")
        if isinstance(self.detail, str):
            return [Finding(name, None, mask_keys(self.detail.encode(errors="replace")).decode())]
        return [Finding(name, field.field, field.message) for field in self.detail]


def head_of(headers: Iterable[Header]) -> bytes:
    """Return names and values in turn, with line breaks between them, which neither can contain."""
    return b"\n".join(chain.from_iterable(headers))


def headers_in(head: bytes) -> list[Header]:
    lines = head.split(b"\n") if head else []
    return list(zip(lines[::2], lines[1::2], strict=True))


def without_secrets(headers: Sequence[Header], known: bool) -> list[Header]:
    """Return the headers that are kept, masked. `known`: an organisation has this API key, so it has the form of a
    key."""
    kept, size = [], 0
    for name, value in headers:
        size += len(name) + len(value)
        if size > MAX_HEADER_BYTES:
            break
        is_good_key = known and name == b"x-api-key"
        kept.append((name, mask_key(value) if is_good_key else mask_header(name, value)))
    return kept
