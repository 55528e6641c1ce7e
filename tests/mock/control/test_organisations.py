"""Organisations and their limits over the control plane."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.control_client import CHANGE, SEED, Served

Make = Callable[..., Served]
LIMIT = "/organisations/glow-beauty-ng/rate-limit"


def test_a_new_organisation_has_its_own_keys_and_no_data(served: Served) -> None:
    made = [served.control("/organisations", {}) for _ in range(2)]
    assert [each["tenant_id"] for each in made] == ["org-003", "org-004"]
    keys = [each[name] for each in made for name in ("publishable_key", "secret_key")]
    assert len(set(keys)) == 4
    answer = served.call(
        "POST", "/v1/recommend", json={"strategy": "popular"}, headers={"X-API-KEY": made[0]["publishable_key"]}
    )
    assert answer.json()["data"]["tenant_id"] == "org-003"
    assert answer.json()["data"]["results"] == []


def test_the_name_of_an_organisation_can_be_used_only_once(served: Served) -> None:
    assert served.control("/organisations", {"tenant_id": "my-shop"})["tenant_id"] == "my-shop"
    assert served.refused("/organisations", {"tenant_id": "my-shop"})[0] == 409
    assert served.refused("/organisations", {"tenant_id": "My Shop"})[0] == 400


def test_the_keys_of_a_removed_organisation_are_unknown(served: Served) -> None:
    made = served.control("/organisations", {})
    assert served.call("DELETE", f"/_mock/organisations/{made['tenant_id']}", headers=CHANGE).status_code == 200
    gone = served.call("POST", "/v1/recommend", json={}, headers={"X-API-KEY": made["publishable_key"]})
    assert gone.status_code == 401
    assert served.refused(f"/organisations/{made['tenant_id']}", method="DELETE")[0] == 404


def test_the_list_shows_keys_contents_and_limits(make_served: Make) -> None:
    served = make_served(seed=SEED)
    served.recommend()
    served.upsert("new")
    first, second = served.control("/organisations")["organisations"]
    assert first == {
        "tenant_id": "glow-beauty-ng",
        "publishable_key": served.mock.organisations.first.publishable_key,
        "secret_key": served.mock.organisations.first.secret_key,
        "seeded": True,
        "expires_in": None,
        "counts": {"items": 50, "users": 40, "events": 2000, "waiting": 1},
        "rate_limit": {"limit": 1000, "remaining": 998, "reset": 900, "window_seconds": 900, "enforced": True},
    }
    assert (second["seeded"], second["counts"]["items"]) == (False, 0)
    assert served.control("/organisations/glow-beauty-ng") == first


def test_the_list_can_be_searched_and_limited(make_served: Make) -> None:
    served = make_served(orgs=15)

    def found(query: str) -> list[str]:
        return [each["tenant_id"] for each in served.control(f"/organisations?{query}")["organisations"]]

    assert found("q=org-01") == ["org-010", "org-011", "org-012", "org-013", "org-014", "org-015"]
    assert found("q=org-01&limit=1") == ["org-010"]
    assert len(found("")) == 15
    assert served.refused("/organisations?limit=0", method="GET")[0] == 400


def test_an_organisation_can_start_as_a_copy_of_the_seeded_shop(make_served: Make) -> None:
    served = make_served(seed=SEED, ingest_delay="0")
    made = [served.control("/organisations", {"seeded": True}) for _ in range(2)]
    answers = [served.recommend(each["publishable_key"]).json()["data"]["recommended_items"] for each in made]
    assert answers[0] == answers[1] == served.recommend().json()["data"]["recommended_items"] != []
    served.upsert("new", made[0]["secret_key"])
    counts = [served.control(f"/organisations/{each['tenant_id']}")["counts"]["items"] for each in made]
    assert counts == [51, 50]
    served.control("/reset", {"tenant_id": made[0]["tenant_id"]})
    assert served.control(f"/organisations/{made[0]['tenant_id']}")["counts"]["items"] == 50


def test_a_time_to_live_is_counted_by_the_machines_clock(served: Served) -> None:
    kept = served.control("/organisations", {"ttl_seconds": 3600})["tenant_id"]
    made = served.control("/organisations", {"ttl_seconds": 0.01})["tenant_id"]
    served.control("/clock/advance", {"seconds": 86_400})
    assert 3000 < served.control(f"/organisations/{kept}")["expires_in"] <= 3600

    served.run(asyncio.sleep(0.2))
    assert served.refused(f"/organisations/{made}", method="GET")[0] == 404
    assert kept in served.mock.organisations


@pytest.mark.parametrize("how", ["again", "reset"])
def test_a_removed_initial_organisation_returns_with_its_keys_after_a_reset(make_served: Make, how: str) -> None:
    served = make_served(seed=SEED)
    before = served.control("/organisations/glow-beauty-ng")
    served.change("DELETE", "/organisations/glow-beauty-ng")
    assert served.control("/organisations", {})["tenant_id"] == "org-003"
    if how == "again":
        served.control("/organisations", {"tenant_id": "glow-beauty-ng"})
    else:
        served.control("/reset", {"all": True, "to": "start"})
        assert served.mock.organisations.first.tenant_id == "glow-beauty-ng"
    assert served.control("/organisations/glow-beauty-ng") == before


def test_the_last_organisation_cannot_be_removed(served: Served) -> None:
    served.change("DELETE", "/organisations/acme-books")
    assert served.refused("/organisations/glow-beauty-ng", method="DELETE")[0] == 409


def test_the_limit_of_one_organisation_can_be_changed(served: Served) -> None:
    assert served.change("PUT", LIMIT, {"limit": 2})["limit"] == 2
    assert [served.recommend().status_code for _ in range(3)] == [200, 200, 429]
    changed = served.change("PUT", LIMIT, {"limit": 3, "window_seconds": 10})
    assert changed == {"limit": 3, "remaining": 1, "reset": 10, "window_seconds": 10, "enforced": True}
    assert served.change("PUT", LIMIT, {"enforced": False})["enforced"] is False
    assert [served.recommend().status_code for _ in range(5)] == [200] * 5
    other = served.mock.organisations["acme-books"].publishable_key
    assert served.recommend(other).headers["ratelimit-limit"] == "1000"
    served.control("/reset", {"tenant_id": "glow-beauty-ng"})
    assert served.recommend().headers["ratelimit-limit"] == "1000"


def test_a_quota_can_be_exhausted_for_a_time_and_refilled(served: Served) -> None:
    assert served.control(f"{LIMIT}/exhaust", {"seconds": 30})["remaining"] == 0
    refused = served.recommend()
    assert (refused.status_code, refused.headers["retry-after"], refused.headers["ratelimit-remaining"]) == (
        429,
        "30",
        "0",
    )
    served.control("/clock/advance", {"seconds": 29})
    assert served.recommend().headers["retry-after"] == "1"
    served.control("/clock/advance", {"seconds": 1})
    assert served.recommend().headers["ratelimit-remaining"] == "999"
    served.control(f"{LIMIT}/exhaust", {"seconds": 5000})
    assert served.recommend().headers["ratelimit-reset"] == "5000"
    assert served.control(f"{LIMIT}/refill", {})["remaining"] == 1000
    assert served.recommend().status_code == 200


def test_a_quota_exhausted_by_the_operator_causes_no_log_line(served: Served, caplog: pytest.LogCaptureFixture) -> None:
    served.control("/organisations/glow-beauty-ng/rate-limit/exhaust", {})
    assert served.recommend().status_code == 429
    assert caplog.records == []


def test_exhausting_without_a_time_lasts_for_the_rest_of_the_window(served: Served) -> None:
    served.recommend()
    served.control("/clock/advance", {"seconds": 600})
    assert served.control(f"{LIMIT}/exhaust", {})["reset"] == 300


def test_a_quota_can_be_exhausted_even_with_the_limit_off(make_served: Make) -> None:
    served = make_served(rate_limit="off")
    served.control(f"{LIMIT}/exhaust", {"seconds": 30})
    assert served.recommend().status_code == 429
    assert served.control("/clock/advance", {"to_reset_of": "glow-beauty-ng"})["now"] == "2026-06-01T12:00:30Z"
    assert served.recommend().status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("PUT", LIMIT, {"limit": 0}, "$.limit"),
        ("PUT", LIMIT, {"window_seconds": 0.5}, "$.window_seconds"),
        ("PUT", LIMIT, {"remaining": 5}, "$.remaining"),
        ("POST", f"{LIMIT}/exhaust", {"seconds": 0}, "$.seconds"),
        ("POST", "/organisations", {"ttl_seconds": -1}, "$.ttl_seconds"),
        ("POST", "/seed", {"tenant_id": "glow-beauty-ng", "data": "huge"}, "$.data"),
        ("POST", "/seed", {}, "$.tenant_id"),
    ],
)
def test_an_invalid_body_is_refused_naming_the_field(
    served: Served, method: str, path: str, body: Any, field: str
) -> None:
    status, reason = served.refused(path, body, method=method)
    assert status == 400
    assert field in reason


def test_an_organisation_can_be_filled_with_another_world(make_served: Make) -> None:
    served = make_served(seed=SEED)
    for body, items in (({"data": "small"}, 50), ({"data": "none"}, 0), ({}, 50)):
        served.control("/seed", {"tenant_id": "acme-books"} | body)
        assert served.control("/organisations/acme-books")["counts"]["items"] == items
    served.control("/reset", {"tenant_id": "acme-books"})
    assert served.control("/organisations/acme-books")["counts"]["items"] == 0


def test_a_flush_can_be_for_one_organisation(served: Served) -> None:
    served.upsert("mine")
    served.upsert("theirs", served.mock.organisations["acme-books"].secret_key)
    assert served.control("/flush", {"tenant_id": "acme-books"}) == {"waiting": 0}
    counts = [each["counts"] for each in served.control("/organisations")["organisations"]]
    assert [(each["items"], each["waiting"]) for each in counts] == [(0, 1), (1, 0)]


def test_removing_an_organisation_during_its_flush_is_harmless(served: Served) -> None:
    made = served.control("/organisations", {})
    served.upsert("new", made["secret_key"])

    async def both() -> list[int]:
        flush = served.send("POST", "/_mock/flush", json={"tenant_id": made["tenant_id"]}, headers=CHANGE)
        remove = served.send("DELETE", f"/_mock/organisations/{made['tenant_id']}", headers=CHANGE)
        return [answer.status_code for answer in await asyncio.gather(flush, remove)]

    assert served.run(both()) == [200, 200]
    assert served.control("/health")["waiting"] == 0


def test_sixteen_parallel_workers_do_not_affect_each_other(make_served: Make) -> None:
    served = make_served(seed=SEED, ingest_delay="0", rate_limit="20/900s")

    async def call(method: str, path: str, body: Any, **headers: str) -> Any:
        return await served.send(method, path, json=body, headers=CHANGE | headers)

    async def worker(number: int) -> None:
        made = (await call("POST", "/_mock/organisations", {"seeded": True})).json()["data"]
        tenant_id, shopper = made["tenant_id"], {"X-API-KEY": made["publishable_key"]}
        item = {"item_id": f"item-of-{number}", "item_type": "product", "status": "active"}
        for _ in range(3):
            await call("POST", "/v1/ingest/items/upsert", item, **{"X-API-KEY": made["secret_key"]})
            body = {"strategy": "new-arrivals", "limit": 100}
            shown = (await call("POST", "/v1/recommend", body, **shopper)).json()["data"]
            assert shown["tenant_id"] == tenant_id
            theirs = [each for each in shown["recommended_items"] if each.startswith("item-of-")]
            assert theirs == [f"item-of-{number}"]
            await call("POST", f"/_mock/organisations/{tenant_id}/rate-limit/exhaust", {})
            assert (await call("POST", "/v1/recommend", body, **shopper)).status_code == 429
            await call("POST", "/_mock/reset", {"tenant_id": tenant_id})
            again = (await call("POST", "/v1/recommend", body, **shopper)).json()["data"]
            assert again["pagination"]["total_count"] == shown["pagination"]["total_count"] - 1

    async def every() -> None:
        await asyncio.gather(*map(worker, range(16)))

    served.run(every())
