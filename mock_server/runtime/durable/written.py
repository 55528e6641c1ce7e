"""Converts records and organisations to and from the format of the state file."""

from __future__ import annotations

import json
import math
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields
from random import Random
from typing import Any

import orjson

from fixtures.bodies import unique_uuid
from fixtures.spec import RateLimit
from mock_server.state.attribution import Attribution, Funnel, Served
from mock_server.state.keys import digest_of
from mock_server.state.organisations import Organisation, State
from mock_server.state.rate_limit import Window
from mock_server.state.records import Event, Item, User
from mock_server.state.tenant import Tenant

Record = Item | User | Event
Row = tuple[str, str, float | None, str | None, bytes]  # tenant_id, kind, due, upload_id, data

ADD_LOG = "INSERT INTO log (tenant_id, kind, due, upload_id, data) VALUES (?, ?, ?, ?, ?)"
_KINDS: dict[type[Record], str] = {Item: "items", User: "users", Event: "events"}
_FIELDS = {kind: tuple(each.name for each in fields(kind) if each.name != "metadata_json") for kind in _KINDS}
_AT_ONCE = 500  # records per row when a whole organisation is written
NO_DUE = None
_PLAIN = b" "  # prefix of rows that only Python's own JSON reader can read


def row_of(tenant_id: str, records: Sequence[Record], due: float | None, upload_id: str | None = None) -> Row:
    """Return a row of records of one kind that were accepted together."""
    kind = type(records[0])
    names = _FIELDS[kind]
    data = [[_value(record, name) for name in names] for record in records]
    return tenant_id, _KINDS[kind], due, upload_id, _json(data)


def records_of(kind: str, data: bytes) -> list[Record]:
    """Return the records of a row. Raises ValueError or TypeError for data that `row_of` did not write."""
    rows = json.loads(data) if data.startswith(_PLAIN) else orjson.loads(data)
    if kind == "items":
        return [Item(*row) for row in rows]
    if kind == "users":
        return [User(*row) for row in rows]
    for row in rows:
        row[-1] = row[-1].encode()  # the details of an event
    return [Event(*row) for row in rows]


def rows_of(tenant_id: str, tenant: Tenant) -> Iterator[Row]:
    """Yield the rows of all data of an organisation."""
    for records in (tenant.items.values(), tenant.users.values(), tenant.events.values()):
        whole: list[Record] = list(records)
        for start in range(0, len(whole), _AT_ONCE):
            yield row_of(tenant_id, whole[start : start + _AT_ONCE], NO_DUE)
    attribution = tenant.attribution
    written = {
        "served": [[number, each.strategy, each.item_ids, each.at] for number, each in attribution.remembered()],
        "funnels": {name: asdict(funnel) for name, funnel in attribution.funnels.items()},
        "forgotten": attribution.forgotten,
    }
    yield tenant_id, "attribution", NO_DUE, None, orjson.dumps(written)


def served_row(tenant_id: str, served: Sequence[tuple[str, Served]]) -> Row:
    """Return a row of recommendations that were served, by their ids."""
    return tenant_id, "served", NO_DUE, None, orjson.dumps([[number, *each] for number, each in served])


def attribution_of(data: bytes) -> Attribution:
    written, attribution = orjson.loads(data), Attribution()
    for number, strategy, item_ids, at in written["served"]:
        attribution.remember(number, Served(strategy, tuple(item_ids), at))
    attribution.funnels = {name: Funnel(**each) for name, each in written["funnels"].items()}
    attribution.forgotten = written["forgotten"]
    return attribution


def made_facts(organisation: Organisation) -> bytes:
    """Serialise the facts that never change. Of the secret key only its digest is among them."""
    own = organisation.secret_key
    return orjson.dumps(
        {
            "publishable_key": organisation.publishable_key,
            "secret_digest": (digest_of(own) if own else organisation.secret_digest).hex(),
            "development": organisation.has_development_keys,
            "seeded": organisation.seeded,
        }
    )


def live_facts(state: State, shift: float, expires_at: float | None, drawn: int) -> bytes:
    """Serialise the facts that change with requests. `shift`: from the monotonic clock to the mock's time."""
    window = state.window
    return orjson.dumps(
        {
            "expires_at": expires_at,
            "due": state.due + shift,
            "ahead": state.ahead,
            "told": sorted(state.logged),
            "drawn": drawn,  # ids drawn since the generator's state was written
            "started": _moment(window.started, shift),
            "exhausted_until": _moment(window.exhausted_until, shift),
            "used": window.used,
            "limit": [window.rule.limit, window.rule.window_seconds] if window.rule else None,
            "enforced": window.enforced,
        }
    )


def put_facts(facts: dict[str, Any], state: State, shift: float) -> None:
    """Restore `live_facts`. `shift`: from the mock's time to the monotonic clock."""
    state.due, state.ahead, state.logged = facts["due"] + shift, facts["ahead"], set(facts["told"])
    window = Window()
    window.started = -math.inf if facts["started"] is None else facts["started"] + shift
    window.exhausted_until = -math.inf if facts["exhausted_until"] is None else facts["exhausted_until"] + shift
    window.used, window.enforced = facts["used"], facts["enforced"]
    if facts["limit"] is not None:
        window.rule = RateLimit(limit=facts["limit"][0], window_seconds=facts["limit"][1])
    state.window = window


def block_of(random: Random) -> bytes:
    """Serialise a generator's state."""
    return array("I", random.getstate()[1]).tobytes()


def put_random(random: Random, block: bytes, drawn: int) -> None:
    """Restore a generator's state. `drawn`: ids drawn since it was written."""
    numbers = array("I")
    numbers.frombytes(block)
    random.setstate((3, tuple(numbers), None))
    for _ in range(drawn):
        unique_uuid(random)


def _moment(seconds: float, shift: float) -> float | None:
    return seconds + shift if math.isfinite(seconds) else None


def _value(record: Record, name: str) -> Any:
    value = getattr(record, name)
    return value.decode() if isinstance(value, bytes) else value


def _json(data: Any) -> bytes:
    try:
        return orjson.dumps(data)
    except (TypeError, ValueError):  # orjson can't write integers over 64 bits and lone surrogates, see records.py
        return _PLAIN + json.dumps(data).encode()
