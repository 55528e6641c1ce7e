"""The organisations of the mock, each with a key pair, data and one rate limit window."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from random import Random
from typing import Literal, NamedTuple

from fixtures.bodies import unique_uuid
from fixtures.spec import KeyType
from mock_server.settings import Shard
from mock_server.state.keys import PREFIXES, KeyRing, digest_of
from mock_server.state.rate_limit import Window
from mock_server.state.tenant import Tenant

DOMAIN = "commerce"
_WELL_KNOWN = ("glow-beauty-ng", "acme-books")

WHOLE = Shard()
MakeTenant = Callable[[str, bool], Tenant]  # takes the tenant_id, and whether to include the seed data


class State:
    """The part of an organisation that a reset replaces. Its randomness depends only on the seed and the organisation,
    not on other traffic."""

    __slots__ = ("ahead", "delays", "drawn", "due", "ids", "logged", "tenant", "window")

    def __init__(self, tenant: Tenant, seed: str) -> None:
        self.tenant = tenant
        self.window = Window()
        self.ids = Random(f"{seed}:ids")  # noqa: S311 - repeatable on purpose
        self.delays = Random(f"{seed}:delays")  # noqa: S311 - repeatable on purpose
        self.drawn = 0  # number of ids drawn so far
        self.due = 0.0  # when the record that was accepted last becomes visible
        self.ahead = 0.0  # seconds by which this organisation's time is ahead of the clock
        self.logged: set[str] = set()  # messages that were already logged

    def new_id(self) -> str:
        """Generate an id for a recommendation, or for an event that has none."""
        self.drawn += 1
        return unique_uuid(self.ids)

    def copy(self, later: float = 0.0) -> State:
        """Return an independent copy, including the random generators. All its times are moved by `later` seconds."""
        twin = State(self.tenant.copy(), "")
        twin.window = self.window.copy(later)
        twin.ids.setstate(self.ids.getstate())
        twin.delays.setstate(self.delays.getstate())
        twin.due, twin.ahead = self.due + later, self.ahead
        twin.logged = self.logged.copy()
        return twin

    def move_ahead(self, seconds: float) -> None:
        """Let time pass for this organisation only. The caller moves the organisation's queue."""
        self.ahead += seconds
        self.window = self.window.copy(-seconds)
        self.due -= seconds


class Organisation:
    """An organisation. `tenant_id` and keys never change; a reset replaces `state`. `seeded`: it was made with seed
    data.

    `publishable_key` and `secret_key` are the pair that the mock made. They are empty if an account made the
    organisation: then only digests of its pairs are kept."""

    __slots__ = ("domain", "publishable_key", "secret_digest", "secret_key", "seeded", "state", "tenant_id")

    def __init__(self, tenant_id: str, keys: Mapping[KeyType, str], state: State, seeded: bool = False) -> None:
        self.tenant_id = tenant_id
        self.domain = DOMAIN
        self.publishable_key = keys.get("publishable", "")
        self.secret_key = keys.get("secret", "")
        self.secret_digest = b""  # set if a state file held only the digest of the secret key
        self.state = state
        self.seeded = seeded

    @property
    def tenant(self) -> Tenant:
        return self.state.tenant

    def copy(self, later: float = 0.0) -> Organisation:
        """Return the same organisation with a copy of its state, whose times are moved by `later` seconds."""
        keys: dict[KeyType, str] = {"publishable": self.publishable_key, "secret": self.secret_key}
        twin = Organisation(self.tenant_id, keys, self.state.copy(later), self.seeded)
        twin.secret_digest = self.secret_digest
        return twin

    def use_development_keys(self) -> None:
        """Use the development keys, which are the same for this id on every machine."""
        self.publishable_key = development_key("publishable", self.tenant_id)
        self.secret_key = development_key("secret", self.tenant_id)

    @property
    def has_development_keys(self) -> bool:
        return self.secret_key == development_key("secret", self.tenant_id)


class Caller(NamedTuple):
    """The organisation whose key a request has, and the key's type."""

    organisation: Organisation
    key_type: KeyType


class Organisations:
    """All organisations, in order. The first `count` have well-known development keys, later ones get random keys made
    from the seed.

    `seeded`: which of the first ones get the seed data; later ones get it on request, or always if all of the first do.
    `generated`: returns digests of the key pairs that an organisation's members made. `shard`: which of the first ones
    this process serves; of the others it knows only ids and keys."""

    def __init__(
        self,
        count: int,
        seed: int,
        make_tenant: MakeTenant,
        seeded: Literal["first", "all"] = "first",
        generated: Callable[[str], Iterable[tuple[bytes, KeyType]]] = lambda _: (),
        shard: Shard = WHOLE,
    ) -> None:
        self.keys: KeyRing[Caller] = KeyRing()
        self.rng = Random(f"{seed}:organisations")  # noqa: S311 - keys of a mock, repeatable on purpose
        self._seed = seed
        self._make_tenant = make_tenant
        self._all_seeded = seeded == "all"
        self._generated = generated
        self._count, self._shard = count, shard
        self._well_known = [well_known_id(number) for number in range(1, count + 1) if shard.has(number)]
        self._all: dict[str, Organisation] = {}
        self.complete()

    def __iter__(self) -> Iterator[Organisation]:
        return iter(self._all.values())

    def __len__(self) -> int:
        return len(self._all)

    def __contains__(self, tenant_id: str) -> bool:
        return tenant_id in self._all

    def __getitem__(self, tenant_id: str) -> Organisation:
        """Return the organisation with this id. Raises KeyError."""
        return self._all[tenant_id]

    @property
    def first(self) -> Organisation:
        return next(iter(self))

    def complete(self) -> None:
        """Restore those of the first organisations that were removed, at their positions and with their keys."""
        found = {name: self._all.pop(name) for name in self._well_known if name in self._all}
        later, self._all = self._all, {}
        for name in self._well_known:
            self.insert(found[name]) if name in found else self.add(name)
        self._all.update(later)

    def add(
        self, tenant_id: str | None = None, seeded: bool | None = None, keys: Mapping[KeyType, str] | None = None
    ) -> Organisation:
        """Add an organisation. One of the first that was removed gets its development keys again; any other gets new
        keys, or `keys`, which may be empty. `seeded=None`: with the seed data if that is the default. Raises ValueError
        for an id in use."""
        if tenant_id is None:
            numbers = (n for n in range(max(len(self), self._count) + 1, 10**9) if self._shard.has(n))
            tenant_id = next(name for n in numbers if (name := well_known_id(n)) not in self._all)
        if tenant_id in self._all:
            raise ValueError(f"the organisation {tenant_id!r} already exists")
        if (elsewhere := self.shard_of(tenant_id)) not in (None, self._shard.number):
            raise ValueError(f"the organisation {tenant_id!r} is on shard {elsewhere}/{self._shard.count}")
        if seeded is None:
            seeded = self._all_seeded or tenant_id == well_known_id(1)
        state = self._new_state(tenant_id, seeded)
        return self.insert(Organisation(tenant_id, self._keys_of(tenant_id) if keys is None else keys, state, seeded))

    def shard_of(self, tenant_id: str) -> int | None:
        """Return the number of the process that serves this organisation, if it is one of the first; else None."""
        return next((self._shard.of(n) for n in range(1, self._count + 1) if well_known_id(n) == tenant_id), None)

    def keys_everywhere(self) -> Iterator[tuple[str, str, str]]:
        """Yield (tenant_id, publishable key, secret key) of all organisations here, and of the first ones that other
        processes serve."""
        own = {each.tenant_id: (each.publishable_key, each.secret_key) for each in self}
        for name in (well_known_id(n) for n in range(1, self._count + 1) if not self._shard.has(n)):
            own[name] = (development_key("publishable", name), development_key("secret", name))
        order = {well_known_id(n): n for n in range(1, self._count + 1)}
        for name in sorted(own, key=lambda name: order.get(name, self._count + 1)):
            yield name, *own[name]

    def insert(self, organisation: Organisation) -> Organisation:
        """Add an organisation, replacing one with the same id."""
        self.keys.forget(organisation.tenant_id)
        self._all[organisation.tenant_id] = organisation
        secret = digest_of(organisation.secret_key) if organisation.secret_key else organisation.secret_digest
        if secret:
            self.admit(organisation, digest_of(organisation.publishable_key), "publishable")
            self.admit(organisation, secret, "secret")
        for digest, key_type in self._generated(organisation.tenant_id):
            self.admit(organisation, digest, key_type)
        return organisation

    def admit(self, organisation: Organisation, digest: bytes, key_type: KeyType) -> None:
        """Accept the key with this digest for the organisation."""
        self.keys.add(digest, organisation.tenant_id, Caller(organisation, key_type))

    def remove(self, tenant_id: str) -> State:
        """Remove an organisation and its keys. Returns its last state. Raises KeyError."""
        organisation = self._all.pop(tenant_id)
        self.keys.forget(tenant_id)
        return organisation.state

    def reset(self, tenant_id: str, seeded: bool | None = None) -> State:
        """Return an organisation to its initial state, or to one with or without seed data: with a full window and the
        same random sequence. Returns the replaced state. Raises KeyError."""
        organisation = self._all[tenant_id]
        old = organisation.state
        organisation.state = self._new_state(tenant_id, organisation.seeded if seeded is None else seeded)
        return old

    def keys_for(self, tenant_id: str, development: bool) -> Mapping[KeyType, str]:
        """Return keys for an organisation of another mock: those that it has here, else its development keys, else new
        ones."""
        if known := self._all.get(tenant_id):
            return {"publishable": known.publishable_key, "secret": known.secret_key}
        return self._keys_of(tenant_id, development)

    def _keys_of(self, tenant_id: str, development: bool = False) -> Mapping[KeyType, str]:
        if development or tenant_id in self._well_known:
            return {key_type: development_key(key_type, tenant_id) for key_type in PREFIXES}
        keys: dict[KeyType, str] = {}
        for key_type, prefix in PREFIXES.items():
            chance = f"{self.rng.getrandbits(128):032x}"
            if self._shard.count > 1:  # a proxy before the processes finds the shard by the key's last digits
                chance = f"{chance[:-2]}{self._shard.number:02}"
            keys[key_type] = prefix + chance
        return keys

    def _new_state(self, tenant_id: str, seeded: bool) -> State:
        return State(self._make_tenant(tenant_id, seeded), f"{self._seed}:{tenant_id}")


def well_known_id(number: int) -> str:
    """Return the n-th well-known id: glow-beauty-ng, acme-books, org-003, org-004, ..."""
    return _WELL_KNOWN[number - 1] if number <= len(_WELL_KNOWN) else f"org-{number:03}"


def development_key(key_type: KeyType, tenant_id: str) -> str:
    """Return a key that is the same on every machine, so that it can be kept in an .env file. It is valid on a mock
    only."""
    digest = hashlib.sha256(f"lehnz-dev:{key_type}:{tenant_id}".encode()).hexdigest()[:24]
    return f"{PREFIXES[key_type]}dev_{tenant_id.replace('-', '_')}_{digest}"
