"""The errors for a missing or unknown API key, and for a key of the wrong type."""

from __future__ import annotations

from collections.abc import Iterable

from fixtures.spec import KeyType
from fixtures.unset import is_unset
from mock_server.errors import Forbidden, Unauthorized
from mock_server.state.keys import PREFIXES

_PREFIXES = tuple(prefix.encode() for prefix in PREFIXES.values())
_QUOTES = b"\"'`"


def misplaced(headers: Iterable[tuple[bytes, bytes]], query: bytes) -> str | None:
    """Return where else a key was sent that belongs into X-API-KEY; None if there is none."""
    for name, value in headers:
        if name == b"cookie" and any(prefix in value for prefix in _PREFIXES):
            return "a cookie"
        if name not in (b"x-api-key", b"authorization", b"cookie") and value.strip(_QUOTES).startswith(_PREFIXES):
            return f"the header {name.decode('latin-1')[:40]!r}"
    return "the query" if any(prefix in query for prefix in _PREFIXES) else None


def unauthorised(value: bytes | None, has_authorization: bool, elsewhere: str | None = None) -> Unauthorized:
    """Return the 401 for a missing or unknown key. The message says what to do and never repeats the key. `elsewhere`:
    where a key was sent instead."""
    if not value and elsewhere:
        return Unauthorized(f"send the key in the X-API-KEY header, not in {elsewhere}")
    if value is None and has_authorization:
        return Unauthorized("send the key in the X-API-KEY header, with no Bearer prefix, not in Authorization")
    if not value:
        return Unauthorized("send your API key in the X-API-KEY header")
    if value[:7].lower() == b"bearer ":
        return Unauthorized("send the raw key in X-API-KEY, with no Bearer prefix")
    if value[:1] in (b'"', b"'", b"`") and value.strip(_QUOTES).startswith(_PREFIXES):
        return Unauthorized("send the raw key in X-API-KEY, without quotes around it")
    if is_unset(value.decode("latin-1")):
        shown = value.decode("latin-1")[:40]
        return Unauthorized(f"X-API-KEY is {shown!r}: the variable that should hold the key is not set")
    if b"," in value:
        return Unauthorized("X-API-KEY must hold exactly one key")
    if not value.startswith(_PREFIXES):
        return Unauthorized(
            "this is not a lehnz key: publishable keys start with lehnz_pk_, secret keys with lehnz_sk_"
        )
    return Unauthorized("no organisation has this key; the mock prints the valid keys when it starts")


def forbidden(used: KeyType, path: str) -> Forbidden:
    """Return the 403 for a key of the wrong type."""
    if used == "publishable":
        return Forbidden(f"publishable key used on {path}: use your lehnz_sk_ key, on a server")
    return Forbidden(f"secret key used on {path}: use your lehnz_pk_ key; the secret key belongs on your server only")
