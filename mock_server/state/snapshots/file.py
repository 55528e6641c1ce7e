"""A snapshot as a file, for another run of the mock: one JSON object with a version.

It contains the records as they were sent; reading the file applies them again in the same order. It contains no keys:
organisations with development keys get these again; others keep the keys that they have in the mock that reads the
file, or get new ones. Windows of addresses are left out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from random import Random
from typing import Any, Literal

import orjson
from pydantic import TypeAdapter

from fixtures.spec import KeyType, RateLimit
from mock_server.state.attribution import Attribution, Served
from mock_server.state.clock import END_OF_CALENDAR, FASTEST, LAST_MOMENT
from mock_server.state.organisations import Organisation, State
from mock_server.state.rate_limit import Window
from mock_server.state.records import Event, Item, User
from mock_server.state.snapshots.parsed import FILE, PIECE, RECORDS, SnapshotError, parsed
from mock_server.state.snapshots.schema import (
    FORMAT,
    VERSION,
    Dice,
    WrittenAttribution,
    WrittenOrganisation,
    WrittenServed,
    WrittenSnapshot,
    WrittenWaiting,
    WrittenWindow,
)
from mock_server.state.snapshots.snapshot import Frozen, Snapshot, Waiting, pack, unpacked
from mock_server.state.tenant import Tenant

FURTHEST = 7_000 * 365 * 86_400.0  # seconds; a clock may be ahead at most this far
_MOST = 1e15  # the largest valid count

Record = Item | User | Event
MakeTenant = Callable[[str], Tenant]
Keys = Callable[[str, bool], Mapping[KeyType, str]]  # takes the tenant_id, and whether it has development keys


_ORGANISATION = TypeAdapter(WrittenOrganisation)


def write(snapshot: Snapshot) -> bytes:
    """Serialise the snapshot in pieces, because this runs in a thread and other threads must get their turn."""
    return b"".join(_pieces(snapshot))


def _pieces(snapshot: Snapshot) -> Iterator[bytes]:
    head = WrittenSnapshot.model_construct(
        format=FORMAT,
        version=VERSION,
        name=snapshot.name,
        tenant_id=snapshot.tenant_id,
        at=snapshot.at,
        clock=snapshot.pace,
        dice=snapshot.dice,
    )
    yield FILE.dump_json(head, exclude={"parts", "organisations"}).removesuffix(b"}")
    yield b',"parts":{'
    for number, (name, packed) in enumerate(snapshot.parts.items()):
        yield b"%b%b:%b" % (b"," if number else b"", orjson.dumps(name), unpacked(packed))
    yield b'},"organisations":['
    for number, each in enumerate(snapshot.organisations):
        yield b"," if number else b""
        yield from _organisation(_written(each))
    yield b"]}"


def _organisation(written: WrittenOrganisation) -> Iterator[bytes]:
    yield _ORGANISATION.dump_json(written, exclude=set(RECORDS)).removesuffix(b"}")
    for kind, adapter in RECORDS.items():
        yield b',"%b":[' % kind.encode()
        records = getattr(written, kind)
        for start in range(0, len(records), PIECE):
            yield b"," if start else b""
            yield adapter.dump_json(records[start : start + PIECE])[1:-1]
        yield b"]"
    yield b"}"


def read(text: bytes, make_tenant: MakeTenant, keys: Keys) -> Snapshot:
    """Parse a file. Raises SnapshotError for one that `write` did not make, or that has another version."""
    file = parsed(text)
    if file.tenant_id is not None and [each.tenant_id for each in file.organisations] != [file.tenant_id]:
        raise SnapshotError("tenant_id: must be the only organisation of the file, or null")
    if len({each.tenant_id for each in file.organisations}) < len(file.organisations):
        raise SnapshotError("organisations: two have the same tenant_id")
    _dice(file.dice, "dice")
    _check_clock(file)
    return Snapshot(
        at=file.at,
        organisations=[_made(each, make_tenant, keys) for each in file.organisations],
        parts={name: _packed(name, each) for name, each in file.parts.items()},
        pace=file.clock,
        dice=file.dice,
        tenant_id=file.tenant_id,
        name=file.name,
    )


def _packed(name: str, part: Any) -> bytes:
    try:
        return pack(part)
    except TypeError as error:  # numbers and texts that JSON allows but orjson can't write
        raise SnapshotError(f"parts.{name}: can't be read ({error})") from None


def _check_clock(file: WrittenSnapshot) -> None:
    """Refuse times outside the calendar, which would make later responses fail."""
    if not 0 <= file.clock.now < LAST_MOMENT or abs(file.clock.ahead) > FURTHEST:
        raise SnapshotError("clock: is outside the calendar")
    if not 0 <= file.clock.scale <= FASTEST:
        raise SnapshotError(f"clock: the scale must be from 0 to {FASTEST:g}")
    for each in file.organisations:
        if not 0 <= each.ahead < min(FURTHEST, LAST_MOMENT - file.clock.now):
            raise SnapshotError(f"{each.tenant_id}.ahead: is outside the calendar")
        _check_records(each)


def _check_records(each: WrittenOrganisation) -> None:
    """Refuse times outside the calendar in the records."""
    place = each.tenant_id
    for name, records in (("items", each.items), ("users", each.users), ("events", each.events)):
        for number, record in enumerate(records):
            for field in ("created_at", "arrival", "at"):
                moment = getattr(record, field, None)
                if moment is not None and not 0 <= moment < END_OF_CALENDAR:
                    raise SnapshotError(f"{place}.{name}.{number}.{field}: is outside the calendar")
    for number, event in enumerate(each.events):
        if event.details and not _is_object(event.details):
            raise SnapshotError(f"{place}.events.{number}.details: must be a JSON object as text")
    for strategy, funnel in each.attribution.funnels.items():
        if any(not 0 <= count < _MOST for count in asdict(funnel).values()):
            raise SnapshotError(f"{place}.attribution.funnels.{strategy}: counts must be from 0")
    for number, served in enumerate(each.attribution.served):
        if not 0 <= served.at < END_OF_CALENDAR:
            raise SnapshotError(f"{place}.attribution.served.{number}.at: is outside the calendar")
    moments = {"due": each.due, "window.started": each.window.started}
    moments |= {"window.exhausted_until": each.window.exhausted_until}
    moments |= {f"waiting.{number}.due": waiting.due for number, waiting in enumerate(each.waiting)}
    for field, seconds in moments.items():
        if seconds is not None and abs(seconds) > FURTHEST:
            raise SnapshotError(f"{place}.{field}: is outside the calendar")
    for number, waiting in enumerate(each.waiting):
        kinds = [kind for kind in (waiting.items, waiting.users, waiting.events) if kind]
        if len(kinds) > 1:
            raise SnapshotError(f"{place}.waiting.{number}: holds records of several kinds")


def _is_object(text: bytes) -> bool:
    try:
        return isinstance(orjson.loads(text), dict)
    except orjson.JSONDecodeError:
        return False


def _written(frozen: Frozen) -> WrittenOrganisation:
    organisation, state = frozen.organisation, frozen.organisation.state
    tenant, window, served = state.tenant, state.window, state.tenant.attribution
    return WrittenOrganisation.model_construct(
        tenant_id=organisation.tenant_id,
        keys=_keys_kind(organisation),
        seeded=organisation.seeded,
        expires_in=frozen.expires_in,
        ids=state.ids.getstate(),
        delays=state.delays.getstate(),
        due=state.due,
        ahead=state.ahead,
        told=sorted(state.logged),
        window=WrittenWindow(
            started=_finite(window.started),
            exhausted_until=_finite(window.exhausted_until),
            used=window.used,
            limit=window.rule.limit if window.rule else None,
            window_seconds=window.rule.window_seconds if window.rule else None,
            enforced=window.enforced,
        ),
        waiting=[_waiting(each) for each in frozen.waiting],
        items=[replace(item, metadata_json=b"") for item in tenant.items.values()],  # derived from the attributes
        users=list(tenant.users.values()),
        events=list(tenant.events.values()),
        attribution=WrittenAttribution(
            served=[
                WrittenServed(
                    recommendation_id=number, strategy=each.strategy, item_ids=list(each.item_ids), at=each.at
                )
                for number, each in served.remembered()
            ],
            funnels=served.funnels,
            forgotten=served.forgotten,
        ),
    )


def _made(file: WrittenOrganisation, make_tenant: MakeTenant, keys: Keys) -> Frozen:
    tenant = make_tenant(file.tenant_id)
    for item in file.items:
        tenant.apply_item(item)
    for user in file.users:
        tenant.apply_user(user)
    tenant.apply_events(file.events)
    tenant.attribution = _attribution(file.attribution)
    state = State(tenant, "")
    state.window = _window(file.window)
    state.ids.setstate(_dice(file.ids, f"{file.tenant_id}.ids"))
    state.delays.setstate(_dice(file.delays, f"{file.tenant_id}.delays"))
    state.due, state.ahead, state.logged = file.due, file.ahead, set(file.told)
    own = {} if file.keys == "none" else keys(file.tenant_id, file.keys == "development")
    organisation = Organisation(file.tenant_id, own, state, file.seeded)
    waiting = [Waiting(each.due, [*each.items, *each.users, *each.events]) for each in file.waiting]
    return Frozen(organisation, waiting, file.expires_in)


def _keys_kind(organisation: Organisation) -> Literal["development", "made", "none"]:
    if organisation.has_development_keys:
        return "development"
    return "made" if organisation.secret_key else "none"


def _window(file: WrittenWindow) -> Window:
    window = Window()
    window.used, window.enforced = file.used, file.enforced
    window.started = -math.inf if file.started is None else file.started
    window.exhausted_until = -math.inf if file.exhausted_until is None else file.exhausted_until
    if file.limit is not None and file.window_seconds is not None:
        window.rule = RateLimit(limit=file.limit, window_seconds=file.window_seconds)
    return window


def _attribution(file: WrittenAttribution) -> Attribution:
    attribution = Attribution()
    for each in file.served:
        attribution.remember(each.recommendation_id, Served(each.strategy, tuple(each.item_ids), each.at))
    attribution.funnels, attribution.forgotten = file.funnels, file.forgotten
    return attribution


def _waiting(waiting: Waiting) -> WrittenWaiting:
    written, records = WrittenWaiting(due=waiting.due), waiting.records
    written.items = [each for each in records if isinstance(each, Item)]
    written.users = [each for each in records if isinstance(each, User)]
    written.events = [each for each in records if isinstance(each, Event)]
    return written


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None


def _dice(state: Dice, place: str) -> Dice:
    try:
        Random().setstate(state)  # noqa: S311 - only to check the state
    except (ValueError, TypeError, OverflowError) as error:
        raise SnapshotError(f"{place}: {error}") from None
    return state
