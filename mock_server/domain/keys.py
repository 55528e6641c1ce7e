"""Who sends a request: API keys are found by digest and compared in constant time, and never shown in full."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, NamedTuple

from fixtures.spec import KeyType
from mock_server.errors import Forbidden, Unauthorized

if TYPE_CHECKING:
    from mock_server.domain.organisations import Organisation

PREFIXES: dict[KeyType, str] = {"publishable": "lehnz_pk_", "secret": "lehnz_sk_"}


class Caller(NamedTuple):
    organisation: Organisation
    key_type: KeyType


class KeyRing:
    """Every valid key. A look-up touches only digests, so its time tells nothing about the keys."""

    def __init__(self) -> None:
        self._keys: dict[bytes, tuple[bytes, Caller]] = {}

    def add(self, key: str, caller: Caller) -> None:
        self._keys[hashlib.sha256(key.encode()).digest()] = (key.encode(), caller)

    def remove(self, key: str) -> None:
        self._keys.pop(hashlib.sha256(key.encode()).digest(), None)

    def find(self, value: bytes) -> Caller | None:
        found = self._keys.get(hashlib.sha256(value).digest())
        return found[1] if found and hmac.compare_digest(found[0], value) else None


def masked(key: str) -> str:
    """Enough of a key to recognise it: `lehnz_sk_...c0de`."""
    return f"{key[:9]}...{key[-4:]}"


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


def allows(used: KeyType, needed: KeyType, policy: str) -> bool:
    """R3: exactly the type that the operation names, or `superset`: a secret key may do everything."""
    return used == needed or (policy == "superset" and used == "secret")
