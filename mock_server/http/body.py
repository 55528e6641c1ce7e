"""Reads the bodies of the API, accounts, control plane and proxy: within a limit of bytes, and as strict JSON within a
limit of depth. Nothing else reads a body."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Awaitable
from typing import Any

import orjson
from starlette.types import Message, Receive

from mock_server.context import Headers
from mock_server.errors import BadRequest, UnsupportedMediaType
from mock_server.http.encoding import Decoder, decoded, too_large

_SPACED = (b" :", b"\n:", b"\t:", b"\r:")


class Disconnected(Exception):
    """The client closed the connection before its body was complete."""


def read_body(receive: Receive, headers: Headers, limit: int) -> Awaitable[bytes]:
    """Return the whole body, with its Content-Encoding removed. Raises ContentTooLarge as soon as the encoded or the
    decoded body exceeds `limit` bytes, UnsupportedMediaType for an encoding other than gzip and deflate, and
    Disconnected."""
    return _read(receive, headers, limit, headers.get(b"content-encoding"))


def read_raw(receive: Receive, headers: Headers, limit: int) -> Awaitable[bytes]:
    """Return the whole body, still encoded. Raises ContentTooLarge if it exceeds `limit` bytes, and Disconnected."""
    return _read(receive, headers, limit, None)


async def _read(receive: Receive, headers: Headers, limit: int, encoding: bytes | None) -> bytes:
    check_length(headers, limit)
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body"):
        body: bytes = message.get("body", b"")
        if len(body) > limit:
            raise too_large(limit)
    else:
        body = await _joined(message, receive, limit)
    return decoded(body, encoding, limit) if encoding and body else body


async def _joined(message: Message, receive: Receive, limit: int) -> bytes:
    """Read the rest of a body that comes in pieces, of which `message` is the first, and return the whole."""
    parts, size = [], 0
    while message["type"] == "http.request":
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > limit:
            raise too_large(limit)
        if not message.get("more_body"):
            return b"".join(parts)
        message = await receive()
    raise Disconnected


async def body_pieces(receive: Receive, headers: Headers, limit: int) -> AsyncGenerator[bytes, None]:
    """Yield the body in pieces, with the same limits and errors as `read_body`."""
    check_length(headers, limit)
    encoding = headers.get(b"content-encoding", b"identity")
    decoder = Decoder(encoding, limit) if encoding.strip().lower() not in (b"", b"identity") else None
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise Disconnected
        piece, more = message.get("body", b""), message.get("more_body", False)
        size += len(piece)
        if size > limit:
            raise too_large(limit)
        yield decoder.feed(piece) if decoder else piece
    if decoder:
        decoder.end()


def check_length(headers: Headers, limit: int) -> None:
    """Check Content-Length before the body is read. Raises ContentTooLarge if it exceeds the limit."""
    length = headers.get(b"content-length")
    if length is not None and length.isdigit() and int(length[:20]) > limit:
        raise too_large(limit)


def check_content_type(value: bytes | None) -> None:
    """Accept JSON with any parameters, or no Content-Type (R13). Raises UnsupportedMediaType."""
    if value is None or value == b"application/json":
        return
    if value.partition(b";")[0].strip().lower() != b"application/json":
        raise UnsupportedMediaType("send the body as Content-Type: application/json")


def parse_json(body: bytes, max_depth: int) -> Any:
    """Parse a body. Raises BadRequest if it is not JSON or not UTF-8, repeats a key (R54), or nests too deep."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _malformed(body, error) from None
    if type(document) is dict and body.count(b"{") == 1 and b"[" not in body:
        keys, depth = len(document), 1  # fast path for most requests
    else:
        keys, depth = _measure(document, max_depth)
    if depth > max_depth:
        raise BadRequest(f"the JSON is nested more than {max_depth} levels deep")
    # If keys are repeated, the document has fewer keys than the text. Counting `":` gives the text's number of keys, or
    # more (a string may contain `":`), unless white space precedes a colon. Only if the counts differ, the text is
    # parsed again. If the text has as many colons as keys, every colon follows a quotation mark.
    if body.count(b'":') != keys or (body.count(b":") != keys and any(each in body for each in _SPACED)):
        json.loads(body, object_pairs_hook=_unique, parse_int=float)
    return document


def _measure(document: Any, max_depth: int) -> tuple[int, int]:
    """Return (number of keys, levels of nesting). Stops one level beyond the limit."""
    level = [document] if type(document) in (dict, list) else []
    keys = depth = 0
    while level and depth <= max_depth:
        depth += 1
        below = []
        for node in level:
            is_object = type(node) is dict
            keys += len(node) if is_object else 0
            for child in node.values() if is_object else node:
                if type(child) is dict or type(child) is list:
                    below.append(child)
        level = below
    return keys, depth


def _unique(pairs: list[tuple[str, Any]]) -> None:
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            raise BadRequest(f"the key {json.dumps(key[:64])} is repeated in one object")
        seen.add(key)


def _malformed(body: bytes, error: orjson.JSONDecodeError) -> BadRequest:
    if not body.strip():
        return BadRequest("the body is empty; send JSON")
    try:
        body.decode()
    except UnicodeDecodeError as undecodable:
        return BadRequest(f"the body is not UTF-8 at byte {undecodable.start}")
    return BadRequest(f"the body is not JSON: {error.msg} (line {error.lineno}, column {error.colno})")
