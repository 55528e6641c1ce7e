"""Key pairs that members generate: the publishable key stays visible, of the secret one only its digest is kept."""

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
    """Times are seconds since the epoch; `revoked_at` is None while the keys are good."""

    key_id: str
    publishable_key: str
    secret_hint: str  # its beginning and its end
    secret_digest: str  # in hexadecimal
    created_at: float
    created_by: str | None  # account_id
    revoked_at: float | None = None

    def digests(self) -> Iterator[tuple[bytes, KeyType]]:
        yield digest_of(self.publishable_key), "publishable"
        yield bytes.fromhex(self.secret_digest), "secret"


class Generated(NamedTuple):
    """The secret key is in here and nowhere else."""

    pair: KeyPair
    secret_key: str


def generate(rng: Random, account_id: str, now: float) -> Generated:
    """A new pair, with 128 bits of chance in each key."""
    publishable, secret = (f"{PREFIXES[kind]}{rng.getrandbits(128):032x}" for kind in ("publishable", "secret"))
    pair = KeyPair(unique_uuid(rng), publishable, masked(secret), digest_of(secret).hex(), now, account_id)
    return Generated(pair, secret)
