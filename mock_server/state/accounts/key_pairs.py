"""Key pairs that members generate: the publishable key stays visible; of the secret key only a digest is kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from fixtures.bodies import unique_uuid
from fixtures.spec import KeyType
from mock_server.state.keys import PREFIXES, digest_of, masked


@dataclass(frozen=True, slots=True)
class KeyPair:
    """Times are seconds since the epoch; `revoked_at` is None while the pair is valid."""

    key_id: str
    publishable_key: str
    secret_hint: str  # its first and last characters
    secret_digest: str  # in hexadecimal
    created_at: float
    created_by: str | None  # account_id
    revoked_at: float | None = None

    def digests(self) -> Iterator[tuple[bytes, KeyType]]:
        yield digest_of(self.publishable_key), "publishable"
        yield bytes.fromhex(self.secret_digest), "secret"


class Generated(NamedTuple):
    """The only place that holds the secret key."""

    pair: KeyPair
    secret_key: str


def generate(rng: Random, account_id: str, now: float) -> Generated:
    """A new pair, with 128 random bits in each key."""
    publishable, secret = (f"{PREFIXES[kind]}{rng.getrandbits(128):032x}" for kind in ("publishable", "secret"))
    pair = KeyPair(unique_uuid(rng), publishable, masked(secret), digest_of(secret).hex(), now, account_id)
    return Generated(pair, secret)
