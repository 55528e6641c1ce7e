"""Decodes a body's Content-Encoding piece by piece, within a limit on the decoded size."""

from __future__ import annotations

import zlib

from mock_server.errors import BadRequest, ContentTooLarge, UnsupportedMediaType

_GZIP, _ZLIB, _RAW = 31, 15, -15  # zlib's codes for the three formats
_NAMES = {b"gzip": _GZIP, b"x-gzip": _GZIP, b"deflate": _ZLIB}
_MOST_MEMBERS = 100  # gzip members in one body; each costs a new decoder


class Decoder:
    """Decodes one body. Raises UnsupportedMediaType for an encoding that is not supported."""

    def __init__(self, encoding: bytes, limit: int) -> None:
        self._name = encoding.decode("latin-1")
        self._format = _NAMES.get(encoding.strip().lower())
        if self._format is None:
            raise UnsupportedMediaType(f"Content-Encoding {self._name[:64]!r}: send gzip, deflate or the body as it is")
        self._limit, self._left = limit, limit
        self._members = 0
        self._first = b""  # the first two bytes of a deflate body, which tell its two formats apart
        self._stream: zlib._Decompress | None = None

    def feed(self, piece: bytes) -> bytes:
        """Return the decoded bytes of the next piece. Raises ContentTooLarge, BadRequest."""
        found = []
        if self._stream is None:
            piece, self._first = self._first + piece, b""
            if len(piece) < 2:
                self._first = piece
                return b""
            self._start(piece)
        while piece and self._stream is not None:
            try:
                part = self._stream.decompress(piece, self._left + 1)
            except zlib.error:
                raise BadRequest(f"Content-Encoding is {self._name}, but the body is not {self._name}") from None
            self._left -= len(part)
            if self._left < 0:
                raise too_large(self._limit)
            found.append(part)
            piece = self._stream.unused_data
            if piece:  # another gzip member follows
                self._start(piece)
        return b"".join(found)

    def end(self) -> None:
        """Finish decoding. Raises BadRequest for a body that was cut off."""
        if self._first or (self._stream is not None and not self._stream.eof):
            raise BadRequest(f"Content-Encoding is {self._name}, but the body ends too early")

    def _start(self, piece: bytes) -> None:
        self._members += 1
        if self._members > _MOST_MEMBERS:
            raise BadRequest(f"a body may consist of at most {_MOST_MEMBERS} {self._name} members")
        is_raw = self._format == _ZLIB and not (piece[0] & 15 == 8 and int.from_bytes(piece[:2], "big") % 31 == 0)
        self._stream = zlib.decompressobj(_RAW if is_raw else self._format or _GZIP)


def decoded(body: bytes, encoding: bytes | None, limit: int) -> bytes:
    """Decode a whole body. Raises ApiError."""
    if encoding is None or encoding.strip().lower() in (b"", b"identity"):
        return body
    decoder = Decoder(encoding, limit)
    found = decoder.feed(body)
    decoder.end()
    return found


def decoded_beginning(body: bytes, encoding: bytes | None, limit: int) -> bytes:
    """Return at most `limit` decoded bytes of a body that may be cut off; empty if it can't be decoded."""
    if encoding is None or encoding.strip().lower() in (b"", b"identity"):
        return body
    form = _NAMES.get(encoding.strip().lower())
    try:
        return zlib.decompressobj(form).decompress(body, limit) if form else b""
    except zlib.error:
        return b""


def too_large(limit: int) -> ContentTooLarge:
    """Return the 413."""
    return ContentTooLarge(f"a body may have at most {limit} bytes; split the request")
