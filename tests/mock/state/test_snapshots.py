"""Snapshots: the same requests after a restore get the same answers, in this run of the mock and in another."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from fixtures.bodies import event_body, identify_body
from tests.support.control_client import SEED, Served
from tests.support.snapshot_calls import file_of, restore, restore_file, snapshot

Make = Callable[..., Served]


EVENTS = "/v1/ingest/events/ingest"


FIRST = "glow-beauty-ng"


def shopper(served: Served, number: int, key: str | None = None) -> list[Any]:
    """Send one shopper's requests and return the answers with their ids, without values that depend on speed."""
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


def counts(served: Served, tenant_id: str = FIRST) -> Any:
    return served.control(f"/organisations/{tenant_id}")["counts"]


@pytest.fixture
def shop(make_served: Make) -> Served:
    """A seeded shop with some events, and with queued data under random delays."""
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


def test_a_file_restores_the_same_state_in_another_run_of_the_mock(shop: Served, make_served: Make) -> None:
    text = file_of(shop, snapshot(shop, name="before the sale"))
    other = make_served(ingest_delay="0-3")
    other.control("/clock/advance", {"seconds": 5000})
    other.recommend()
    restored = restore_file(other, text)
    assert (restored["snapshot_id"], restored["name"], restored["tenant_ids"]) == (
        None,
        "before the sale",
        [FIRST, "acme-books"],
    )
    assert other.control("/organisations") == shop.control("/organisations")
    assert other.control("/clock") == shop.control("/clock")
    for number in (1, 2):
        assert shopper(other, number) == shopper(shop, number)
        other.control("/clock/advance", {"seconds": 3})
        shop.control("/clock/advance", {"seconds": 3})
    assert other.control("/organisations") == shop.control("/organisations")


def test_a_file_is_the_same_after_reading_and_writing_it(shop: Served, make_served: Make) -> None:
    text = file_of(shop, snapshot(shop))
    other = make_served(ingest_delay="0-3")
    restore_file(other, text)
    first, second = (json.loads(each) for each in (text, file_of(other, snapshot(other))))
    for document in (first, second):
        document.pop("parts")
        document["clock"].pop()  # its distance from the machine's time
    assert first == second


def test_one_organisation_can_be_restored_without_changing_the_others(shop: Served) -> None:
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


def test_a_restored_window_has_its_remaining_time(make_served: Make) -> None:
    served = make_served(rate_limit="1/900s")
    served.recommend()
    served.control("/clock/advance", {"seconds": 400})
    taken = snapshot(served, tenant_id=FIRST)
    served.control("/clock/advance", {"seconds": 5000})
    served.recommend()
    restore(served, taken)
    assert served.recommend().headers["retry-after"] == "500"


def test_an_organisations_own_limit_and_lifetime_are_restored(served: Served) -> None:
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
    assert (
        after["secret_key"] != before["secret_key"]
    )  # the file contains no keys, and the organisation had been removed
    assert served.mock.organisations.first.tenant_id == FIRST


def test_organisations_that_a_restore_brings_back_have_their_keys(served: Served) -> None:
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


def test_faults_continue_with_their_restored_counts(served: Served) -> None:
    served.control("/faults", {"name": "twice", "kind": "status", "status": 500, "times": 2})
    assert served.recommend().status_code == 500
    taken = snapshot(served)
    for _ in range(2):
        restore(served, taken)
        assert [served.recommend().status_code for _ in range(2)] == [500, 200]


def test_a_restore_removes_later_exchanges_from_the_journal(served: Served) -> None:
    served.recommend()
    taken = snapshot(served)
    served.recommend()
    assert len(served.control("/journal")["exchanges"]) == 2
    restore(served, taken)
    assert len(served.control("/journal")["exchanges"]) == 1


def test_snapshots_can_be_listed_and_deleted(served: Served) -> None:
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


def test_the_number_of_snapshots_is_limited(served: Served) -> None:
    served.mock.snapshots.most = 2
    snapshot(served), snapshot(served)
    status, reason = served.refused("/snapshots", {})
    assert status == 409
    assert "delete some" in reason


def test_a_reset_of_everything_to_the_start_puts_the_clock_back(shop: Served) -> None:
    shop.control("/clock/scale", {"scale": 2})
    shop.control("/reset", {"all": True, "to": "seeded"})
    assert shop.control("/clock")["scale"] == 2
    shop.control("/reset", {"all": True})
    assert shop.control("/clock") == {"now": "2026-06-01T12:00:00Z", "virtual": True, "scale": 0}
    first = shopper(shop, 1)
    shop.control("/reset", {"all": True})
    assert shopper(shop, 1) == first
