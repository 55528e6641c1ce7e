"""API keys: looked up by digest, compared in constant time, never shown in full."""

from __future__ import annotations

import hashlib
import hmac
from collections import defaultdict
from typing import Generic, TypeVar

from fixtures.spec import KeyType

PREFIXES: dict[KeyType, str] = {"publishable": "lehnz_pk_", "secret": "lehnz_sk_"}
Holder = TypeVar("Holder")


class KeyRing(Generic[Holder]):
    """Every valid key, by its digest. A look-up compares digests only, so its duration reveals nothing about keys."""

    def __init__(self) -> None:
        self._keys: dict[bytes, tuple[bytes, str, Holder]] = {}  # digest, tenant_id, holder
        self._of: defaultdict[str, set[bytes]] = defaultdict(set)  # by tenant_id

    def add(self, digest: bytes, tenant_id: str, holder: Holder) -> None:
        self._keys[digest] = (digest, tenant_id, holder)
        self._of[tenant_id].add(digest)

    def remove(self, digest: bytes) -> None:
        if found := self._keys.pop(digest, None):
            self._of[found[1]].discard(digest)

    def forget(self, tenant_id: str) -> None:
        """Remove all keys of an organisation."""
        for digest in self._of.pop(tenant_id, ()):
            self._keys.pop(digest, None)

    def find(self, value: bytes) -> Holder | None:
        """Return the holder of a key; None for an unknown key."""
        digest = hashlib.sha256(value).digest()
        found = self._keys.get(digest)
        return found[2] if found and hmac.compare_digest(found[0], digest) else None


def digest_of(key: str) -> bytes:
    """Return the digest by which a key is stored."""
    return hashlib.sha256(key.encode()).digest()


def masked(key: str) -> str:
    """Shorten a key to a recognisable part: `lehnz_sk_...c0de`."""
    return f"{key[:9]}...{key[-4:]}"


def allows(used: KeyType, needed: KeyType, policy: str) -> bool:
    """Return whether a key of type `used` may do what needs `needed` (R3): the types must be equal, but with the policy
    `superset` a secret key may do everything."""
    return used == needed or (policy == "superset" and used == "secret")
