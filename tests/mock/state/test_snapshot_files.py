"""Snapshot files: broken or wrongly edited files are refused, and nothing of them is restored."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.control_client import CHANGE, Served
from tests.support.snapshot_calls import FILE, file_of, restore_file, snapshot


def edited(text: bytes, change: Callable[[Any], object]) -> bytes:
    document = json.loads(text)
    change(document)
    return json.dumps(document).encode()


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = {"a": value}
    return value


def first_item(file: Any) -> Any:
    return file["organisations"][0]["items"][0]


ACCOUNT = {"account_id": "a", "email": "ada@example.com", "name": "Ada", "password_hash": "$argon2x", "created_at": 0}


EVENT = {
    "event_id": "e",
    "user_id": "u",
    "event_family": "system",
    "event_name": "view",
    "at": 1.0,
    "arrival": 1.0,
}


TEAM = {
    "tenant_id": "acme-books",
    "name": "Acme",
    "created_at": 0,
    "members": {"nobody": {"account_id": "nobody", "role": "OWNER", "added_at": 0}},
}


BROKEN: list[tuple[str, Callable[[bytes], bytes], str]] = [
    ("cut off", lambda text: text[: len(text) // 2], "not JSON"),
    ("no JSON", lambda _: b"PK\x03\x04", "not JSON"),
    ("not UTF-8", lambda text: text.replace(b"prod_1", b"prod_\xff", 1), "not JSON"),
    ("NaN", lambda text: text.replace(b'"ahead":0.0', b'"ahead":NaN', 1), "NaN is not a JSON number"),
    (
        "too large a number",
        lambda text: text.replace(b'"ahead":0.0', b'"ahead":1e999', 1),
        "1e999 is not a JSON number",
    ),
    ("deeply nested", lambda _: b"[" * 100_000, "not JSON"),
    ("something else", lambda _: b'{"items": []}', "not a snapshot file"),
    ("a list", lambda _: b"[]", "not a snapshot file"),
    (
        "another version",
        lambda text: edited(text, lambda file: file.update(version=2)),
        "version 2; this mock reads version 1",
    ),
    ("no organisation", lambda text: edited(text, lambda file: file.update(organisations=[])), "organisations"),
    (
        "an organisation twice",
        lambda text: edited(text, lambda file: file["organisations"].append(file["organisations"][0])),
        "same tenant_id",
    ),
    ("an unknown field", lambda text: edited(text, lambda file: file.update(colour="red")), "colour"),
    ("a late clock", lambda text: edited(text, lambda file: file.update(clock=[1e15, 0, 0])), "clock: is outside"),
    ("a far clock", lambda text: edited(text, lambda file: file.update(clock=[0, 1, 1e15])), "clock: is outside"),
    ("a fast clock", lambda text: edited(text, lambda file: file.update(clock=[0, 1e9, 0])), "clock: the scale"),
    (
        "too far ahead",
        lambda text: edited(text, lambda file: file["organisations"][0].update(ahead=1e15)),
        "ahead: is outside",
    ),
    (
        "an empty event",
        lambda text: edited(text, lambda file: file["organisations"][1]["events"].append({})),
        "organisations.1.events.0",
    ),
    (
        "an invalid random state",
        lambda text: edited(text, lambda file: file["organisations"][1].update(ids=[3, [1], None])),
        "acme-books.ids",
    ),
    (
        "invalid faults",
        lambda text: edited(text, lambda file: file["parts"].update(faults={"faults": 7})),
        "parts.faults",
    ),
    (
        "a fault without a kind",
        lambda text: edited(text, lambda file: file["parts"]["faults"]["faults"].append({"fault_id": "f"})),
        "parts.faults",
    ),
    ("an invalid journal", lambda text: edited(text, lambda file: file["parts"].update(journal=[])), "parts.journal"),
    ("a late item", lambda text: edited(text, lambda file: first_item(file).update(created_at=1e308)), "is outside"),
    ("an early item", lambda text: edited(text, lambda file: first_item(file).update(arrival=-1)), "items.0.arrival"),
    (
        "a late window",
        lambda text: edited(text, lambda file: file["organisations"][0]["window"].update(started=1e300)),
        "window.started: is outside",
    ),
    (
        "an account without a hash",
        lambda text: edited(text, lambda file: file["parts"]["accounts"]["accounts"].append(ACCOUNT)),
        "the password_hash of 'ada@example.com' is not a hash",
    ),
    (
        "a member without an account",
        lambda text: edited(text, lambda file: file["parts"]["accounts"]["teams"].append(TEAM)),
        "acme-books has a member 'nobody' who has no account",
    ),
    (
        "a part with a number that is too large",
        lambda text: edited(text, lambda file: file["parts"].update(faults=2**70)),
        "parts.f",
    ),
    ("a repeated key", lambda text: text.replace(b'"ahead":0.0', b'"ahead":0.0,"ahead":1.0', 1), "stands twice"),
    (
        "a fraction",
        lambda text: edited(text, lambda file: file["organisations"][0]["window"].update(used=1.5)),
        "used",
    ),
    (
        "a negative number",
        lambda text: edited(text, lambda file: file["organisations"][0]["window"].update(used=-1)),
        "used",
    ),
    (
        "deep attributes",
        lambda text: edited(text, lambda file: first_item(file).update(attributes=nested(300))),
        "deep",
    ),
    ("half a surrogate", lambda text: text.replace(b'"prod_1"', b'"prod_\\ud800"', 1), "surrogates not allowed"),
    ("half a surrogate as a name", lambda text: text.replace(b'"ahead"', b'"\\udfff"', 1), "surrogates not allowed"),
    (
        "a huge limit",
        lambda text: edited(text, lambda file: file["organisations"][0]["window"].update(limit=2**70)),
        "window.limit",
    ),
    (
        "too long a lifetime",
        lambda text: edited(text, lambda file: file["organisations"][0].update(expires_in=1e300)),
        "expires",
    ),
    (
        "a negative count",
        lambda text: edited(
            text, lambda file: file["organisations"][0]["attribution"]["funnels"].update(popular={"clicks": -1})
        ),
        "funnels.popular: counts must be from 0",
    ),
    (
        "broken details",
        lambda text: edited(text, lambda file: file["organisations"][0]["events"].append({**EVENT, "details": "{"})),
        "events.0.details: must be a JSON object as text",
    ),
    ("an unknown part", lambda text: edited(text, lambda file: file["parts"].update(weather="fine")), "parts.weather"),
]


@pytest.mark.parametrize(("change", "reason"), [each[1:] for each in BROKEN], ids=[each[0] for each in BROKEN])
def test_an_invalid_file_is_refused_and_nothing_is_restored(
    served: Served, change: Callable[[bytes], bytes], reason: str
) -> None:
    served.upsert("prod_1")
    served.control("/flush", {"all": True})
    text = file_of(served, snapshot(served))
    served.control("/faults", {"name": "mine", "kind": "latency", "seconds": 0})
    served.control("/clock/advance", {"seconds": 5})
    served.recommend()
    kept = ("/organisations", "/clock", "/faults", "/journal")
    before = [served.control(path) for path in kept]
    answer = served.call("POST", "/_mock/snapshots/file", content=change(text), headers=CHANGE | FILE)
    assert answer.status_code == 400
    assert reason in answer.json()["message"]
    assert [served.control(path) for path in kept] == before
    restore_file(served, text)
