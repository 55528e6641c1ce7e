"""The organisations of the mock: a key pair, data and one rate limit window each."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from random import Random

from fixtures.spec import KeyType
from mock_server.domain.keys import PREFIXES, Caller, KeyRing
from mock_server.domain.limits import Window
from mock_server.domain.tenant import Tenant

DOMAIN = "commerce"
_WELL_KNOWN = ("glow-beauty-ng", "acme-books")

MakeTenant = Callable[[str, bool, bool | None], Tenant]  # tenant_id, is it the first, with seed data (None: if usual)


class State:
    """Everything that a reset replaces. Chances depend on the seed and the organisation, never on its neighbours."""

    __slots__ = ("delays", "due", "ids", "tenant", "told", "window")

    def __init__(self, tenant: Tenant, seed: str) -> None:
        self.tenant = tenant
        self.window = Window()
        self.ids = Random(f"{seed}:ids")  # noqa: S311 - repeatable on purpose
        self.delays = Random(f"{seed}:delays")  # noqa: S311 - repeatable on purpose
        self.due = 0.0  # when the record accepted last becomes visible
        self.told: set[str] = set()  # what the log has said once


class Organisation:
    """`tenant_id` and keys stay for life; `state` is replaced by a reset."""

    __slots__ = ("domain", "publishable_key", "secret_key", "state", "tenant_id")

    def __init__(self, tenant_id: str, keys: dict[KeyType, str], state: State) -> None:
        self.tenant_id = tenant_id
        self.domain = DOMAIN
        self.publishable_key = keys["publishable"]
        self.secret_key = keys["secret"]
        self.state = state

    @property
    def tenant(self) -> Tenant:
        return self.state.tenant


class Organisations:
    """All of them, in order; the first `count` have well-known development keys, later ones random keys of the seed."""

    def __init__(self, count: int, seed: int, make_tenant: MakeTenant) -> None:
        self.keys = KeyRing()
        self._seed = seed
        self._make_tenant = make_tenant
        self._random = Random(f"{seed}:organisations")  # noqa: S311 - keys of a mock, repeatable on purpose
        self._all: dict[str, Organisation] = {}
        for number in range(1, count + 1):
            tenant_id = well_known_id(number)
            self._insert(tenant_id, {key_type: development_key(key_type, tenant_id) for key_type in PREFIXES})

    def __iter__(self) -> Iterator[Organisation]:
        return iter(self._all.values())

    def __len__(self) -> int:
        return len(self._all)

    def __getitem__(self, tenant_id: str) -> Organisation:
        """Raises KeyError."""
        return self._all[tenant_id]

    @property
    def first(self) -> Organisation:
        return next(iter(self))

    def add(self, tenant_id: str | None = None) -> Organisation:
        """A new organisation with fresh keys. Raises ValueError for an id that is taken."""
        if tenant_id is None:
            tenant_id = next(name for n in range(len(self) + 1, 10**9) if (name := well_known_id(n)) not in self._all)
        if tenant_id in self._all:
            raise ValueError(f"there is an organisation {tenant_id!r} already")
        keys = {key_type: f"{prefix}{self._random.getrandbits(128):032x}" for key_type, prefix in PREFIXES.items()}
        return self._insert(tenant_id, keys)

    def remove(self, tenant_id: str) -> None:
        """Its keys are unknown from now on. Raises KeyError."""
        organisation = self._all.pop(tenant_id)
        self.keys.remove(organisation.publishable_key)
        self.keys.remove(organisation.secret_key)

    def reset(self, tenant_id: str, seeded: bool | None = None) -> None:
        """Back to how it was made, or with or without seed data: a full window, the same chances. Raises KeyError."""
        self._all[tenant_id].state = self._new_state(tenant_id, seeded)

    def _insert(self, tenant_id: str, keys: dict[KeyType, str]) -> Organisation:
        organisation = Organisation(tenant_id, keys, self._new_state(tenant_id))
        self._all[tenant_id] = organisation
        for key_type, key in keys.items():
            self.keys.add(key, Caller(organisation, key_type))
        return organisation

    def _new_state(self, tenant_id: str, seeded: bool | None = None) -> State:
        first = not self._all or tenant_id == self.first.tenant_id
        return State(self._make_tenant(tenant_id, first, seeded), f"{self._seed}:{tenant_id}")


def well_known_id(number: int) -> str:
    """glow-beauty-ng, acme-books, org-003, org-004, ..."""
    return _WELL_KNOWN[number - 1] if number <= len(_WELL_KNOWN) else f"org-{number:03}"


def development_key(key_type: KeyType, tenant_id: str) -> str:
    """The same on every machine, so that it can stand in an .env file: it opens nothing but a mock."""
    digest = hashlib.sha256(f"lehnz-dev:{key_type}:{tenant_id}".encode()).hexdigest()[:24]
    return f"{PREFIXES[key_type]}dev_{tenant_id.replace('-', '_')}_{digest}"
