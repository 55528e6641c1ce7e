"""Who sends a request: API keys are found by digest and compared in constant time, and never shown in full."""

from __future__ import annotations

import hashlib
import hmac
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from fixtures.spec import KeyType
from mock_server.errors import Forbidden, Unauthorized

if TYPE_CHECKING:
    from mock_server.state.organisations import Organisation

PREFIXES: dict[KeyType, str] = {"publishable": "lehnz_pk_", "secret": "lehnz_sk_"}


class Caller(NamedTuple):
    organisation: Organisation
    key_type: KeyType


class KeyRing:
    """Every valid key, by its digest. A look-up touches only digests, so its time tells nothing about the keys."""

    def __init__(self) -> None:
        self._keys: dict[bytes, tuple[bytes, Caller]] = {}
        self._of: defaultdict[str, set[bytes]] = defaultdict(set)  # by tenant_id

    def add(self, digest: bytes, caller: Caller) -> None:
        self._keys[digest] = (digest, caller)
        self._of[caller.organisation.tenant_id].add(digest)

    def remove(self, digest: bytes) -> None:
        if found := self._keys.pop(digest, None):
            self._of[found[1].organisation.tenant_id].discard(digest)

    def forget(self, tenant_id: str) -> None:
        """No key of this organisation is valid any more."""
        for digest in self._of.pop(tenant_id, ()):
            self._keys.pop(digest, None)

    def find(self, value: bytes) -> Caller | None:
        digest = hashlib.sha256(value).digest()
        found = self._keys.get(digest)
        return found[1] if found and hmac.compare_digest(found[0], digest) else None


def digest_of(key: str) -> bytes:
    """What is kept of a key."""
    return hashlib.sha256(key.encode()).digest()


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
