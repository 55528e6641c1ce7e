"""--state FILE: after a kill exactly the acknowledged data is there."""

import asyncio
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fixtures.bodies import event_body, item_body, user_body
from fixtures.world import build_world
from mock_server.command.seeding import Seed
from tests.support.account_client import Person
from tests.support.kept import Kept
from tests.support.mock_client import EVENTS, ITEMS, RECOMMEND, USERS
from tests.support.upload_form import form

LAMP = item_body("lamp", attributes={"title": "Lamp", "big": 2**70, "price": 9.5}, created_at="2026-01-01T00:00:00Z")
CLICK = event_body("click", "u1", "lamp", context={"session_id": "s"}, metadata={"price": 3})


@pytest.fixture
def opened() -> Iterator[list[Kept]]:
    found: list[Kept] = []
    yield found
    for each in found:
        each.stop()


@pytest.fixture
def kept(tmp_path: Path, opened: list[Kept]) -> Kept:
    opened.append(Kept(tmp_path / "state.db"))
    return opened[-1]


def after_kill(kept: Kept, opened: list[Kept], tmp_path: Path, **settings: Any) -> Kept:
    opened.append(kept.killed(tmp_path / f"run-{len(opened)}", **settings))
    return opened[-1]


def test_records_of_every_kind_are_unchanged_after_a_kill(kept: Kept, opened: list[Kept], tmp_path: Path) -> None:
    assert kept.post(ITEMS, [LAMP, item_body("bed")]).status == 202
    assert kept.post(USERS, user_body("u1", attributes={"plan": "a"})).status == 202
    assert kept.post(EVENTS, [CLICK, event_body("view", "anon", "bed")]).status == 202
    assert kept.post(EVENTS, event_body("identify", "u1", previous_user_id="anon")).status == 202
    assert kept.post(ITEMS, item_body("lamp", status="inactive")).status == 202
    again = after_kill(kept, opened, tmp_path)
    one, other = kept.mock.organisations.first.tenant, again.mock.organisations.first.tenant
    assert (other.items, other.users, other.events) == (one.items, one.users, one.events)
    assert other.identity.person("anon") == other.identity.person("u1")
    assert other.items["lamp"].attributes == LAMP["attributes"]


def test_rate_limit_window_served_ids_and_random_state_continue_after_a_kill(
    kept: Kept, opened: list[Kept], tmp_path: Path
) -> None:
    kept.post(ITEMS, LAMP)
    for _ in range(3):
        served = kept.post(RECOMMEND, {"strategy": "popular"})
    again = after_kill(kept, opened, tmp_path)
    number = served.data["recommendation_id"]
    again.post(EVENTS, CLICK | {"recommendation_id": number})
    kept.post(EVENTS, CLICK | {"recommendation_id": number})
    funnels = [each.mock.organisations.first.tenant.attribution.funnels["popular"] for each in (kept, again)]
    assert funnels[0] == funnels[1]
    assert (funnels[1].recommendations, funnels[1].clicks) == (3, 1)
    one, other = (each.post(RECOMMEND, {"strategy": "popular"}) for each in (kept, again))
    assert one.data["recommendation_id"] == other.data["recommendation_id"]
    assert one.headers["ratelimit-remaining"] == other.headers["ratelimit-remaining"] == "994"


def test_the_random_state_continues_after_more_than_a_block_of_draws(
    kept: Kept, opened: list[Kept], tmp_path: Path
) -> None:
    kept.post(EVENTS, [event_body("view", "u1")] * 400)
    again = after_kill(kept, opened, tmp_path)
    ids = [each.post(RECOMMEND, {"strategy": "popular"}).data["recommendation_id"] for each in (kept, again)]
    assert ids[0] == ids[1]


def test_queued_data_becomes_visible_on_time_after_a_kill(tmp_path: Path, opened: list[Kept]) -> None:
    kept = Kept(tmp_path / "state.db", ingest_delay=10)
    opened.append(kept)
    kept.post(ITEMS, LAMP)
    again = after_kill(kept, opened, tmp_path, ingest_delay=10)
    assert (len(again.mock.ingest), list(again.mock.organisations.first.tenant.items)) == (1, [])
    again.advance(10)
    assert list(again.mock.organisations.first.tenant.items) == ["lamp"]


def test_organisations_their_keys_and_the_clock_are_kept(kept: Kept, opened: list[Kept], tmp_path: Path) -> None:
    made = kept.control("/organisations", {"tenant_id": "made"})
    kept.control("/organisations/acme-books", method="DELETE")
    kept.control("/clock/advance", {"seconds": 3600})
    kept.control("/faults", {"kind": "status", "status": 500, "tenant_id": "glow-beauty-ng"})
    kept.control("/organisations/made/rate-limit/exhaust", {"seconds": 100})
    assert kept.post(ITEMS, LAMP, made["secret_key"]).status == 429
    again = after_kill(kept, opened, tmp_path)
    assert [each.tenant_id for each in again.mock.organisations] == ["glow-beauty-ng", "made"]
    assert again.mock.clock.now() == kept.mock.clock.now()
    assert again.post(ITEMS, LAMP).status == 500
    assert again.post(ITEMS, LAMP, made["secret_key"]).status == 429
    assert again.post(ITEMS, LAMP, "lehnz_sk_" + "0" * 32).status == 401
    again.advance(100)
    assert again.post(ITEMS, LAMP, made["secret_key"]).status == 202
    assert made["secret_key"].encode() not in kept.path.read_bytes()
    assert made["secret_key"].encode() not in kept.path.with_name("state.db-wal").read_bytes()


def test_accounts_their_organisations_and_key_pairs_are_kept(kept: Kept, opened: list[Kept], tmp_path: Path) -> None:
    ada = Person(kept, "ada")
    tenant_id = ada.post("/organisations", {"name": "Shop"}).data["tenant_id"]
    pair = ada.post(f"/organisations/{tenant_id}/keys").data
    assert kept.post(ITEMS, LAMP, pair["secret_key"]).status == 202
    again = after_kill(kept, opened, tmp_path)
    assert again.post(ITEMS, item_body("bed"), pair["secret_key"]).status == 202
    assert sorted(again.mock.organisations[tenant_id].tenant.items) == ["bed", "lamp"]
    assert [member.role for member in again.mock.directory.team(tenant_id).members.values()] == ["OWNER"]


def test_bearer_tokens_stay_valid_until_they_expire(kept: Kept, opened: list[Kept], tmp_path: Path) -> None:
    ada = Person(kept, "ada")
    again = after_kill(kept, opened, tmp_path)
    headers = [("authorization", f"Bearer {ada.token}")]
    assert again.send("GET", "/account", None, None, headers=headers).data["account_id"] == ada.account_id
    third = after_kill(again, opened, tmp_path)
    assert third.send("GET", "/account", None, None, headers=headers).status == 200
    for content in (again.path.read_bytes(), again.path.with_name("state.db-wal").read_bytes()):
        assert ada.token.encode() not in content
        assert ada.token.rpartition(".")[2].encode() not in content
    third.control("/clock/advance", {"seconds": 100_000})
    expired = third.send("GET", "/account", None, None, headers=headers)
    assert (expired.status, "has expired" in expired.json["error"]) == (401, True)
    again.control("/reset", {"all": True})
    fourth = after_kill(again, opened, tmp_path)
    refused = fourth.send("GET", "/account", None, None, headers=headers)
    assert (refused.status, "did not issue" in refused.json["error"]) == (401, True)


def test_resets_seeds_and_restores_are_kept(tmp_path: Path, opened: list[Kept]) -> None:
    seed = Seed("small", build_world("small", seed=1))
    kept = Kept(tmp_path / "state.db", seed)
    opened.append(kept)
    snapshot = kept.control("/snapshots", {"tenant_id": "glow-beauty-ng"})["snapshot_id"]
    kept.control("/reset", {"tenant_id": "glow-beauty-ng", "to": "empty"})
    kept.post(ITEMS, LAMP)
    again = after_kill(kept, opened, tmp_path)
    assert list(again.mock.organisations.first.tenant.items) == ["lamp"]
    kept.control(f"/snapshots/{snapshot}/restore", {})
    kept.post(ITEMS, LAMP)
    third = after_kill(kept, opened, tmp_path)
    assert len(third.mock.organisations.first.tenant.items) == 51
    assert len(third.mock.organisations.first.tenant.events) == 2000


def test_an_upload_that_was_not_read_completely_adds_no_records(tmp_path: Path, opened: list[Kept]) -> None:
    kept = Kept(tmp_path / "state.db")
    opened.append(kept)
    ada = Person(kept, "ada")
    tenant_id = ada.post("/organisations", {"name": "Shop"}).data["tenant_id"]
    rows = "".join(f"i{number},product,active\n" for number in range(20_000))
    headers = [("content-type", "multipart/form-data; boundary=shop-boundary")]
    body = form(f"item_id,item_type,status\n{rows}")
    started = ada.post(f"/organisations/{tenant_id}/uploads?kind=items", body, headers=headers)
    assert started.status == 202
    upload = kept.mock.uploads.get(tenant_id, started.data["upload_id"])
    assert upload is not None

    async def some() -> None:
        for _ in range(10_000):
            if upload.accepted:
                break
            await asyncio.sleep(0.001)
        assert kept.mock.keeper is not None
        kept.mock.keeper.touch_everything()
        await kept.mock.keeper.settle()

    kept.run(some())
    assert not upload.is_finished
    half = after_kill(kept, opened, tmp_path)
    assert len(half.mock.organisations[tenant_id].tenant.items) == 0
    (listed,) = half.mock.uploads.of(tenant_id)
    assert (listed.upload_id, listed.status, listed.accepted) == (upload.upload_id, "failed", 0)
    assert "nothing of it was taken" in listed.errors[-1].message
    kept.flush()
    ada.get(f"/organisations/{tenant_id}/uploads")
    whole = after_kill(kept, opened, tmp_path)
    assert len(whole.mock.organisations[tenant_id].tenant.items) == 20_000
    assert whole.mock.uploads.of(tenant_id) == [upload]
    assert (upload.status, upload.accepted) == ("completed", 20_000)


def test_a_normal_stop_leaves_one_file_that_can_be_continued(tmp_path: Path, opened: list[Kept]) -> None:
    kept = Kept(tmp_path / "state.db")
    kept.post(ITEMS, LAMP)
    kept.stop()
    assert [path.name for path in tmp_path.iterdir()] == ["state.db"]
    opened.append(Kept(tmp_path / "state.db"))
    assert list(opened[-1].mock.organisations.first.tenant.items) == ["lamp"]


def test_a_request_that_cannot_be_written_gets_no_success(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    assert kept.mock.keeper is not None
    monkeypatch.setattr(kept.mock.keeper._store, "write", full)
    refused = kept.post(ITEMS, LAMP)
    assert refused.status == 500
    assert "the state file can't be written: database or disk is full" in refused.json["error"]
    monkeypatch.undo()
    assert kept.post(ITEMS, item_body("bed")).status == 202
