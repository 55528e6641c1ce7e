"""Loads a state file's organisations into a mock that has just started and serves no requests yet."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from fixtures.spec import KeyType
from mock_server.runtime.durable.store import StateFileError, Store
from mock_server.runtime.durable.written import attribution_of, put_facts, put_random, records_of
from mock_server.runtime.ingest import Batch
from mock_server.runtime.snapshots import applying
from mock_server.state.clock import Clock, Pace
from mock_server.state.organisations import Organisation, Organisations, State
from mock_server.state.snapshots.snapshot import Part
from mock_server.state.tenant import Tenant

_ROWS_BEFORE_CLEANING = 20_000  # rows that may be added one by one before the file is rewritten

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Loaded:
    """What was loaded. `places`: positions of the organisations. `waiting`: records not visible yet. `lifetimes`:
    seconds left."""

    places: dict[str, int] = field(default_factory=dict)
    waiting: list[Batch] = field(default_factory=list)
    lifetimes: dict[str, float] = field(default_factory=dict)
    rows: int = 0
    events: int = 0

    @property
    def needs_cleaning(self) -> bool:
        return self.rows > _ROWS_BEFORE_CLEANING


def load(
    store: Store,
    clock: Clock,
    organisations: Organisations,
    parts: Mapping[str, Part],
    make_tenant: Callable[[str], Tenant],
) -> Loaded:
    """Replace the existing organisations by those in the file. Raises StateFileError for content that no mock wrote."""
    try:
        return _load(store, clock, organisations, parts, make_tenant)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        reason = f"{type(error).__name__}: {error}".splitlines()[0][:200]
        raise StateFileError(f"{store.path}: is damaged: {reason}") from None


def _load(
    store: Store,
    clock: Clock,
    organisations: Organisations,
    parts: Mapping[str, Part],
    make_tenant: Callable[[str], Tenant],
) -> Loaded:
    found = {name: orjson.loads(data) for name, data in store.read("SELECT name, data FROM part")}
    clock.put_back(Pace(*found.pop("clock")))
    version, numbers, gauss = found.pop("random")
    organisations.rng.setstate((version, tuple(numbers), gauss))
    for tenant_id in [each.tenant_id for each in organisations]:
        organisations.remove(tenant_id)
    for name, part in parts.items():
        if name in found:
            part.thaw(found[name])
    loaded, states = Loaded(), dict[str, State]()
    shift = clock.monotonic() - clock.now()
    rows = store.read("SELECT tenant_id, place, made, live FROM organisation ORDER BY place")
    for tenant_id, place, made, live in list(rows):
        facts = orjson.loads(live)
        if (expires_at := facts["expires_at"]) is not None:
            if expires_at <= time.time():
                continue
            loaded.lifetimes[tenant_id] = expires_at - time.time()
        state = State(make_tenant(tenant_id), "")
        put_facts(facts, state, shift)
        for name, block in list(store.read("SELECT name, block FROM random WHERE tenant_id = ?", tenant_id)):
            put_random(getattr(state, name), block, facts["drawn"] if name == "ids" else 0)
        organisations.insert(_organisation(tenant_id, orjson.loads(made), state))
        loaded.places[tenant_id] = place
        states[tenant_id] = state
    _fill(store, states, shift, clock.monotonic(), loaded)
    loaded.events = sum(len(state.tenant.events) for state in states.values())
    return loaded


def _organisation(tenant_id: str, made: dict[str, Any], state: State) -> Organisation:
    keys: dict[KeyType, str] = {"publishable": made["publishable_key"]}
    organisation = Organisation(tenant_id, keys, state, made["seeded"])
    organisation.secret_digest = bytes.fromhex(made["secret_digest"])
    if made["development"]:
        organisation.use_development_keys()
    return organisation


def _fill(store: Store, states: Mapping[str, State], shift: float, now: float, loaded: Loaded) -> None:
    """Apply the records in the order in which they were accepted, except those of uploads that were not read to their
    end."""
    sql = (
        "SELECT number, tenant_id, kind, due, data FROM log"
        " WHERE upload_id IS NULL OR upload_id IN (SELECT upload_id FROM upload) ORDER BY number"
    )
    for number, tenant_id, kind, due, data in store.read(sql):
        loaded.rows += 1
        if (state := states.get(tenant_id)) is None:
            continue  # its lifetime has ended
        tenant = state.tenant
        if kind == "attribution":
            tenant.attribution = attribution_of(data)
        elif kind == "served":
            for recommendation_id, strategy, item_ids, at in orjson.loads(data):
                tenant.attribution.serve(recommendation_id, strategy, tuple(item_ids), at)
        else:
            records = records_of(kind, data)
            apply = applying(tenant, records[0])
            if due is not None and due + shift > now:
                loaded.waiting.append(Batch(due + shift, number, state, apply, records))
                continue
            for record in records:
                apply(record)
