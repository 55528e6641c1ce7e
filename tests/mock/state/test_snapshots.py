"""Snapshots: the same requests after a restore get the same answers, in this run of the mock and in another."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from fixtures.bodies import event_body, identify_body
from tests.support.control_client import CHANGE, SEED, Served

Make = Callable[..., Served]
EVENTS = "/v1/ingest/events/ingest"
FIRST = "glow-beauty-ng"
FILE = {"Content-Type": "application/json"}


def shopper(served: Served, number: int, key: str | None = None) -> list[Any]:
    """What one shopper sends and sees, ids included; nothing that depends on how fast the mock is."""
    headers = {"X-API-KEY": key or served.mock.organisations.first.publishable_key}
    user = f"visitor-{number}"
    sent = [event_body("view", user, "prod_1"), event_body("purchase", user, "prod_2", price=10)]
    sent += [identify_body(f"anonymous-{number}", user)]
    seen = [served.call("POST", EVENTS, json=sent, headers=headers)]
    seen += [served.recommend(key, strategy=name, user_id=user) for name in ("personalized", "popular", "buy-again")]
    click = event_body("click", user, "prod_3", recommendation_id=seen[-1].json()["data"]["recommendation_id"])
    seen.append(served.call("POST", EVENTS, json=click, headers=headers))
    facts = []
    for each in seen:
        (document := each.json())["data"].pop("latency_ms", None)
        facts.append((each.status_code, document, each.headers["ratelimit-remaining"], each.headers["ratelimit-reset"]))
    return facts


def snapshot(served: Served, **body: Any) -> str:
    return str(served.control("/snapshots", body)["snapshot_id"])


def restore(served: Served, snapshot_id: str) -> Any:
    return served.control(f"/snapshots/{snapshot_id}/restore", {})


def file_of(served: Served, snapshot_id: str) -> bytes:
    answer = served.call("GET", f"/_mock/snapshots/{snapshot_id}/file")
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    return answer.content


def restore_file(served: Served, text: bytes) -> Any:
    answer = served.call("POST", "/_mock/snapshots/file", content=text, headers=CHANGE | FILE)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def counts(served: Served, tenant_id: str = FIRST) -> Any:
    return served.control(f"/organisations/{tenant_id}")["counts"]


@pytest.fixture
def shop(make_served: Make) -> Served:
    """A seeded shop in which something has happened already, and something waits: delays are drawn."""
    served = make_served(seed=SEED, ingest_delay="0-3")
    shopper(served, 0)
    served.control("/clock/advance", {"seconds": 1})
    return served


def test_after_a_restore_the_same_requests_get_the_same_answers(shop: Served) -> None:
    taken = snapshot(shop)
    before, waiting = shop.control("/organisations"), counts(shop)["waiting"]
    first = [shopper(shop, 1), shop.control("/clock/advance", {"seconds": 2}), shopper(shop, 2)]
    after = shop.control("/organisations")
    assert waiting > 0
    assert before != after
    for _ in range(2):
        assert restore(shop, taken)["tenant_ids"] == [FIRST, "acme-books"]
        assert shop.control("/organisations") == before
        assert [shopper(shop, 1), shop.control("/clock/advance", {"seconds": 2}), shopper(shop, 2)] == first
        assert shop.control("/organisations") == after


def test_a_file_brings_another_run_of_the_mock_to_the_same_moment(shop: Served, make_served: Make) -> None:
    text = file_of(shop, snapshot(shop, name="before the sale"))
    other = make_served(ingest_delay="0-3")
    other.control("/clock/advance", {"seconds": 5000})
    other.recommend()
    told = restore_file(other, text)
    assert (told["snapshot_id"], told["name"], told["tenant_ids"]) == (None, "before the sale", [FIRST, "acme-books"])
    assert other.control("/organisations") == shop.control("/organisations")
    assert other.control("/clock") == shop.control("/clock")
    for number in (1, 2):
        assert shopper(other, number) == shopper(shop, number)
        other.control("/clock/advance", {"seconds": 3})
        shop.control("/clock/advance", {"seconds": 3})
    assert other.control("/organisations") == shop.control("/organisations")


def test_a_file_that_was_read_is_written_alike(shop: Served, make_served: Make) -> None:
    text = file_of(shop, snapshot(shop))
    other = make_served(ingest_delay="0-3")
    restore_file(other, text)
    first, second = (json.loads(each) for each in (text, file_of(other, snapshot(other))))
    for document in (first, second):
        document.pop("parts")
        document["clock"].pop()  # how far it is from the machine's time
    assert first == second


def test_one_organisation_is_restored_and_the_others_go_on(shop: Served) -> None:
    taken, before = snapshot(shop, tenant_id=FIRST), counts(shop)
    shopper(shop, 1)
    acme = shop.mock.organisations["acme-books"].secret_key
    shop.upsert("theirs", acme)
    shop.control("/flush", {"all": True})
    shop.control("/clock/advance", {"seconds": 100})
    clock = shop.control("/clock")
    assert restore(shop, taken)["tenant_ids"] == [FIRST]
    assert counts(shop) == before
    assert counts(shop, "acme-books")["items"] == 1
    assert shop.control("/clock") == clock


def test_a_window_has_as_much_time_left_as_it_had(make_served: Make) -> None:
    served = make_served(rate_limit="1/900s")
    served.recommend()
    served.control("/clock/advance", {"seconds": 400})
    taken = snapshot(served, tenant_id=FIRST)
    served.control("/clock/advance", {"seconds": 5000})
    served.recommend()
    restore(served, taken)
    assert served.recommend().headers["retry-after"] == "500"


def test_limits_and_lifetimes_of_ones_own_are_restored(served: Served) -> None:
    tenant_id = served.control("/organisations", {"ttl_seconds": 600})["tenant_id"]
    served.change("PUT", f"/organisations/{tenant_id}/rate-limit", {"limit": 7})
    served.control(f"/organisations/{tenant_id}/rate-limit/exhaust", {"seconds": 30})
    before, taken = served.control(f"/organisations/{tenant_id}"), snapshot(served)
    text = file_of(served, taken)
    for restored_from in ("memory", "file"):
        served.change("DELETE", f"/organisations/{tenant_id}")
        served.control("/organisations", {"tenant_id": "later"})
        restore(served, taken) if restored_from == "memory" else restore_file(served, text)
        after = served.control(f"/organisations/{tenant_id}")
        assert 590 < after["expires_in"] <= 600
        assert after["rate_limit"] == before["rate_limit"]
        assert "later" not in served.mock.organisations
    assert after["secret_key"] != before["secret_key"]  # the file knows none, and the organisation was gone
    assert served.mock.organisations.first.tenant_id == FIRST


def test_organisations_that_come_back_have_their_keys(served: Served) -> None:
    made = served.control("/organisations", {})
    taken = snapshot(served)
    served.change("DELETE", f"/organisations/{made['tenant_id']}")
    assert served.recommend(made["publishable_key"]).status_code == 401
    restore(served, taken)
    assert served.recommend(made["publishable_key"]).status_code == 200


def test_a_file_holds_no_key(served: Served) -> None:
    keys = [served.control("/organisations", {}), served.control("/organisations/glow-beauty-ng")]
    text = file_of(served, snapshot(served)).decode()
    for each in keys:
        assert each["secret_key"] not in text
        assert each["publishable_key"] not in text


def test_faults_count_on_from_where_they_were(served: Served) -> None:
    served.control("/faults", {"name": "twice", "kind": "status", "status": 500, "times": 2})
    assert served.recommend().status_code == 500
    taken = snapshot(served)
    for _ in range(2):
        restore(served, taken)
        assert [served.recommend().status_code for _ in range(2)] == [500, 200]


def test_the_journal_forgets_what_came_after(served: Served) -> None:
    served.recommend()
    taken = snapshot(served)
    served.recommend()
    assert len(served.control("/journal")["exchanges"]) == 2
    restore(served, taken)
    assert len(served.control("/journal")["exchanges"]) == 1


def test_snapshots_are_listed_and_forgotten(served: Served) -> None:
    one, two = snapshot(served, name="one"), snapshot(served, tenant_id="acme-books")
    listed = served.control("/snapshots")["snapshots"]
    assert [(each["snapshot_id"], each["name"], each["tenant_ids"]) for each in listed] == [
        (one, "one", [FIRST, "acme-books"]),
        (two, None, ["acme-books"]),
    ]
    assert {each["at"] for each in listed} == {"2026-06-01T12:00:00Z"}
    served.change("DELETE", f"/snapshots/{one}")
    assert [each["snapshot_id"] for each in served.control("/snapshots")["snapshots"]] == [two]
    for method, path in (("POST", f"/snapshots/{one}/restore"), ("GET", f"/snapshots/{one}/file")):
        assert served.refused(path, method=method)[0] == 404
    assert served.refused("/snapshots", {"tenant_id": "nobody"})[0] == 404


def test_there_is_room_for_so_many(served: Served) -> None:
    served.mock.snapshots.most = 2
    snapshot(served), snapshot(served)
    status, reason = served.refused("/snapshots", {})
    assert status == 409
    assert "delete some" in reason


def edited(text: bytes, change: Callable[[Any], object]) -> bytes:
    document = json.loads(text)
    change(document)
    return json.dumps(document).encode()


def first_item(file: Any) -> Any:
    return file["organisations"][0]["items"][0]


ACCOUNT = {"account_id": "a", "email": "ada@example.com", "name": "Ada", "password_hash": "$argon2x", "created_at": 0}
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
    ("NaN", lambda text: text.replace(b'"ahead":0.0', b'"ahead":NaN', 1), "NaN is no JSON number"),
    ("too large a number", lambda text: text.replace(b'"ahead":0.0', b'"ahead":1e999', 1), "1e999 is no JSON number"),
    ("deep", lambda _: b"[" * 100_000, "not JSON"),
    ("something else", lambda _: b'{"items": []}', "not a snapshot file"),
    ("a list", lambda _: b"[]", "not a snapshot file"),
    (
        "another version",
        lambda text: edited(text, lambda file: file.update(version=2)),
        "version 2; this mock reads version 1",
    ),
    ("no organisation", lambda text: edited(text, lambda file: file.update(organisations=[])), "organisations"),
    (
        "twice",
        lambda text: edited(text, lambda file: file["organisations"].append(file["organisations"][0])),
        "same tenant_id",
    ),
    ("unknown", lambda text: edited(text, lambda file: file.update(colour="red")), "colour"),
    ("a late clock", lambda text: edited(text, lambda file: file.update(clock=[1e15, 0, 0])), "clock: leads out"),
    ("a far clock", lambda text: edited(text, lambda file: file.update(clock=[0, 1, 1e15])), "clock: leads out"),
    ("a fast clock", lambda text: edited(text, lambda file: file.update(clock=[0, 1e9, 0])), "clock: the scale"),
    ("far ahead", lambda text: edited(text, lambda file: file["organisations"][0].update(ahead=1e15)), "ahead: leads"),
    (
        "no event",
        lambda text: edited(text, lambda file: file["organisations"][1]["events"].append({})),
        "organisations.1.events.0",
    ),
    (
        "bad dice",
        lambda text: edited(text, lambda file: file["organisations"][1].update(ids=[3, [1], None])),
        "acme-books.ids",
    ),
    ("bad faults", lambda text: edited(text, lambda file: file["parts"].update(faults={"faults": 7})), "parts.faults"),
    (
        "a fault of no kind",
        lambda text: edited(text, lambda file: file["parts"]["faults"]["faults"].append({"fault_id": "f"})),
        "parts.faults",
    ),
    ("bad journal", lambda text: edited(text, lambda file: file["parts"].update(journal=[])), "parts.journal"),
    ("a late item", lambda text: edited(text, lambda file: first_item(file).update(created_at=1e308)), "leads out"),
    ("an early item", lambda text: edited(text, lambda file: first_item(file).update(arrival=-1)), "items.0.arrival"),
    (
        "a late window",
        lambda text: edited(text, lambda file: file["organisations"][0]["window"].update(started=1e300)),
        "window.started: leads out",
    ),
    (
        "an account without a hash",
        lambda text: edited(text, lambda file: file["parts"]["accounts"]["accounts"].append(ACCOUNT)),
        "the password_hash of 'ada@example.com' is none",
    ),
    (
        "a member without an account",
        lambda text: edited(text, lambda file: file["parts"]["accounts"]["teams"].append(TEAM)),
        "acme-books has a member 'nobody' who has no account",
    ),
    (
        "a part with an odd number",
        lambda text: edited(text, lambda file: file["parts"].update(faults=2**70)),
        "parts.f",
    ),
    ("unknown part", lambda text: edited(text, lambda file: file["parts"].update(weather="fine")), "parts.weather"),
]


@pytest.mark.parametrize(("change", "reason"), [each[1:] for each in BROKEN], ids=[each[0] for each in BROKEN])
def test_a_file_that_cant_be_read_is_refused_and_nothing_is_restored(
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


def test_a_reset_of_everything_to_the_start_puts_the_clock_back(shop: Served) -> None:
    shop.control("/clock/scale", {"scale": 2})
    shop.control("/reset", {"all": True, "to": "seeded"})
    assert shop.control("/clock")["scale"] == 2
    shop.control("/reset", {"all": True})
    assert shop.control("/clock") == {"now": "2026-06-01T12:00:00Z", "virtual": True, "scale": 0}
    first = shopper(shop, 1)
    shop.control("/reset", {"all": True})
    assert shopper(shop, 1) == first
