"""Requests that no client library would send. Each has a number: the same seed and number give the same bytes."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

INGEST = ("/v1/ingest/items/upsert", "/v1/ingest/users/upsert", "/v1/ingest/events/ingest")
API = (*INGEST, "/v1/recommend", "/item/prod_1")
CONTROL = ("/_mock/health", "/_mock/reset", "/_mock/flush", "/_mock/journal", "/_mock/organisations", "/_mock/clock")
OTHER = ("/auth/login", "/auth/register", "/account", "/docs", "/openapi.json", "/_mock/ui/assets/page.css", "/", "/x")
USUAL = ("GET", "POST", "POST", "POST")
METHODS = ("PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "CONNECT", "get", "")
VERSIONS = ("HTTP/1.0", "HTTP/2.0", "http/1.1", "")
BOMB = gzip.compress(bytes(20_000_000), 1)
BODIES: Sequence[object] = (
    {"strategy": "popular"},
    [{"item_id": "prod_1", "item_type": "product", "status": "active"}] * 3,
    {"user_id": "u", "event_name": "click", "event_family": "engagement"},
    {"email": "ada@shop.test", "password": "correct horse battery", "name": "Ada"},
    {"tenant_id": "acme-books"},
    {},
    [],
    None,
    "text",
    {"filters": {"a": [None, 1e300, "\u0000"]}, "strategy": "popular"},
)
VALID: Sequence[tuple[str, int, object]] = (  # path, index of the key that the operation needs, body
    (INGEST[0], 1, BODIES[1]),
    (INGEST[2], 0, BODIES[2]),
    ("/v1/recommend", 0, BODIES[0]),
    ("/_mock/reset", 0, {"tenant_id": "acme-books"}),
    ("/auth/login", 0, {"email": "ada@shop.test", "password": "correct horse battery"}),
)


@dataclass(frozen=True, slots=True)
class Case:
    """One connection. `pieces` are sent in sequence. `leaves`: the client closes without waiting for a response, with
    FIN or RST; `half_closes`: it closes its sending side and waits. `whole`: at least one response must come."""

    pieces: tuple[bytes, ...]
    leaves: str | None  # "close", "reset"
    half_closes: bool
    whole: bool


def case(seed: int, number: int, keys: Sequence[str]) -> Case:
    random = Random(f"{seed}:{number}")
    requests = [_request(random, keys) for _ in range(random.choice((1, 1, 1, 1, 2, 5)))]
    text = b"".join(requests)
    whole = True
    kind = random.random()
    if kind < 0.25:  # a byte is removed, changed or inserted
        text, whole = _damaged(random, text), False
    elif kind < 0.35:  # the end is missing
        text, whole = text[: random.randrange(len(text))], False
    elif kind < 0.40:  # not HTTP at all
        text, whole = random.randbytes(random.randrange(1, 300)), False
    leaves = random.choice(("close", "reset")) if random.random() < 0.15 else None
    return Case(_cut(random, text), leaves, random.random() < 0.15, whole and leaves is None)


def _valid(random: Random, keys: Sequence[str]) -> bytes:
    """Return a valid request; only its formatting may be unusual."""
    path, key, body = random.choice(VALID)
    content, headers = _packed(random, json.dumps(body).encode())
    headers += [("Host", "localhost"), ("X-API-KEY", keys[key]), ("X-Mock-Control", "1")]
    headers += random.choice(([], [("Connection", "Upgrade"), ("Upgrade", "h2c")], [("Expect", "100-continue")]))
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers), "", ""]
    return "\r\n".join(lines).encode() + content


def _gzip(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def _packed(random: Random, content: bytes) -> tuple[bytes, list[tuple[str, str]]]:
    if random.random() < 0.2:
        name, pack = random.choice((("gzip", _gzip), ("deflate", zlib.compress)))
        return _framed(random, pack(content), [("Content-Encoding", name)])
    return _framed(random, content, [])


def _framed(random: Random, content: bytes, headers: list[tuple[str, str]]) -> tuple[bytes, list[tuple[str, str]]]:
    if random.random() < 0.7:
        return content, [*headers, ("Content-Length", str(len(content)))]
    return b"%x\r\n%b\r\n0\r\n\r\n" % (len(content), content), [*headers, ("Transfer-Encoding", "chunked")]


def _request(random: Random, keys: Sequence[str]) -> bytes:
    if random.random() < 0.25:
        return _valid(random, keys)
    path = random.choice((*API, *API, *CONTROL, *OTHER))
    if random.random() < 0.15:
        path += random.choice(
            ("?", "/", "%", "%00", "%ff", "?limit=1e9", "?a=%zz", "?" + "x" * random.randrange(70_000))
        )
    if random.random() < 0.05:
        path = random.choice(("//", "/..", "/%2e%2e", "http://other", "*")) + path
    body, headers = _body(random)
    headers.append(("Host", random.choice(("127.0.0.1:4010", "localhost", "localhost", "", "evil.example", "a b"))))
    headers += random.sample(_headers(random, keys), random.choice((0, 0, 1, 2, 4)))
    headers += [("X-API-KEY", random.choice(keys)), ("X-Mock-Control", "1")] if random.random() < 0.7 else []
    random.shuffle(headers)
    version = random.choice(VERSIONS) if random.random() < 0.05 else "HTTP/1.1"
    method = random.choice(METHODS) if random.random() < 0.15 else random.choice(USUAL)
    lines = [f"{method} {path} {version}", *(f"{name}: {value}" for name, value in headers), "", ""]
    return "\r\n".join(lines).encode("latin-1", "replace") + body


def _headers(random: Random, keys: Sequence[str]) -> list[tuple[str, str]]:
    return [
        ("X-API-KEY", random.choice((*keys, "", "lehnz_pk_none", "\x80" * 9, "a, b"))),
        ("X-API-KEY", random.choice(keys)),
        (
            "Content-Type",
            random.choice(("application/json", "application/json", "text/plain", ";", "multipart/form-data")),
        ),
        ("X-Mock-Control", "1"),
        ("Authorization", random.choice(("Bearer x.y.z", "Bearer", "Basic YTpi", "Bearer " + "x" * 5_000))),
        ("Connection", random.choice(("Upgrade, HTTP2-Settings", "close", "keep-alive", "upgrade", ", ,"))),
        ("Upgrade", random.choice(("h2c", "websocket", "", "TLS/1.0"))),
        ("Expect", random.choice(("100-continue", "200-ok"))),
        ("Origin", random.choice(("http://localhost:5173", "null", "\x01"))),
        ("Access-Control-Request-Method", "POST"),
        ("X-Long", "x" * random.choice((10, 8_000, 70_000))),
        ("Prefer", "code=429"),
        ("Last-Event-ID", random.choice(("1", "-1", "9" * 40))),
        ("Accept", random.choice(("text/html", "*/*", ""))),
        ("Transfer-Encoding", random.choice(("gzip", "identity", "chunked, chunked"))),
    ]


def _body(random: Random) -> tuple[bytes, list[tuple[str, str]]]:
    content = b"" if random.random() < 0.2 else json.dumps(random.choice(BODIES)).encode()
    headers: list[tuple[str, str]] = []
    packing = random.random()
    if packing < 0.15:
        name, pack = random.choice((("gzip", _gzip), ("deflate", zlib.compress), ("br", bytes)))
        content = pack(content)
        headers.append(("Content-Encoding", name))
    elif packing < 0.18:
        content = BOMB
        headers.append(("Content-Encoding", "gzip"))
    framing = random.random()
    if framing < 0.7:
        headers.append(("Content-Length", str(len(content))))
    elif framing < 0.9:
        headers.append(("Transfer-Encoding", "chunked"))
        content = _chunks(random, content)
    elif framing < 0.95:
        lengths = ("-1", "1e3", "0x10", str(len(content)) + ", 5", "99999999999999999999", "")
        headers.append(("Content-Length", random.choice(lengths)))
    return content, headers


def _chunks(random: Random, content: bytes) -> bytes:
    parts = []
    while content:
        size = random.randrange(1, len(content) + 1)
        extension = random.choice((b"", b"", b";name=value", b";" + b"x" * random.choice((10, 70_000))))
        parts.append(b"%x%b\r\n%b\r\n" % (size, extension, content[:size]))
        content = content[size:]
    trailer = random.choice((b"", b"", b"X-Trailer: 1\r\n", b"X-API-KEY: x\r\n", b"X-Long: " + b"x" * 70_000 + b"\r\n"))
    return b"".join(parts) + b"0\r\n" + trailer + b"\r\n"


def _damaged(random: Random, text: bytes) -> bytes:
    at = random.randrange(len(text))
    what = random.choice((b"", b"\x00", b"\r", b"\n", b"\r\n\r\n", b":", b"\xff", random.randbytes(1)))
    return text[:at] + what + text[at + random.randrange(2) :]


def _cut(random: Random, text: bytes) -> tuple[bytes, ...]:
    places = sorted(random.randrange(len(text) + 1) for _ in range(random.choice((0, 0, 0, 1, 3))))
    return tuple(text[start:end] for start, end in zip([0, *places], [*places, len(text)], strict=True) if start < end)
