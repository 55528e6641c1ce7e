"""What is said to a request whose API key is missing, unknown or of the wrong type."""

from __future__ import annotations

from fixtures.spec import KeyType
from mock_server.errors import Forbidden, Unauthorized
from mock_server.state.keys import PREFIXES


def unauthorised(value: bytes | None, has_authorization: bool) -> Unauthorized:
    """401 for a missing or unknown key; the message says what to do and never repeats the key."""
    if value is None and has_authorization:
        return Unauthorized("send the key in the X-API-KEY header, with no Bearer prefix, not in Authorization")
    if not value:
        return Unauthorized("send your API key in the X-API-KEY header")
    if value[:7].lower() == b"bearer ":
        return Unauthorized("send the raw key in X-API-KEY, with no Bearer prefix")
    if b"," in value:
        return Unauthorized("X-API-KEY must hold exactly one key")
    if not value.startswith(tuple(prefix.encode() for prefix in PREFIXES.values())):
        return Unauthorized("this is no lehnz key: publishable keys start with lehnz_pk_, secret keys with lehnz_sk_")
    return Unauthorized("no organisation has this key; the mock prints the keys that it knows when it starts")


def forbidden(used: KeyType, path: str) -> Forbidden:
    """403 for the wrong type of key."""
    if used == "publishable":
        return Forbidden(f"publishable key used on {path}: use your lehnz_sk_ key, on a server")
    return Forbidden(f"secret key used on {path}: use your lehnz_pk_ key; the secret key belongs on your server only")
