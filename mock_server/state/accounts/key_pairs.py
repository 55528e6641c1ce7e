"""Key pairs that members generate. The publishable key stays visible; of the secret key only a digest is kept."""

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
    """A key pair. Times are seconds since the epoch; `revoked_at` is None while the pair is valid."""

    key_id: str
    publishable_key: str
    secret_hint: str  # the first and last characters of the secret key
    secret_digest: str  # in hexadecimal
    created_at: float
    created_by: str | None  # an account_id
    revoked_at: float | None = None

    def digests(self) -> Iterator[tuple[bytes, KeyType]]:
        yield digest_of(self.publishable_key), "publishable"
        yield bytes.fromhex(self.secret_digest), "secret"


class Generated(NamedTuple):
    """A new pair with its secret key, which is stored nowhere else."""

    pair: KeyPair
    secret_key: str


def generate(rng: Random, account_id: str, now: float) -> Generated:
    """Generate a pair, with 128 random bits in each key."""
    publishable, secret = (f"{PREFIXES[kind]}{rng.getrandbits(128):032x}" for kind in ("publishable", "secret"))
    pair = KeyPair(unique_uuid(rng), publishable, masked(secret), digest_of(secret).hex(), now, account_id)
    return Generated(pair, secret)
