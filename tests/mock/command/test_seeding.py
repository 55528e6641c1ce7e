"""Seed data is applied directly to an organisation, without queue and limits, at the right times, and repeatably."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from fixtures.bodies import event_body, item_body, user_body
from fixtures.folder import write_folder
from fixtures.world import NOW, build_world
from mock_server.command.seeding import Seed, read_seed
from mock_server.mock import Mock
from mock_server.settings import Settings
from mock_server.state.recommender import Query
from mock_server.state.tenant import Tenant
from tests.support.shipped import SPEC

FIXED = NOW.timestamp()
LATER = FIXED + 200 * 86_400


def filled(now: float | None = None, **options: Any) -> Tenant:
    tenant = Tenant("shop")
    read_seed(Settings(**options), SPEC, now).fill(tenant)
    return tenant


def ends(tenant: Tenant) -> float:
    return max(event.at for event in tenant.events.values())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_folder(build_world("small", seed=7), tmp_path)
    return tmp_path


def test_by_default_only_the_first_organisation_has_seed_data() -> None:
    mock = Mock(Settings(clock="virtual", orgs=3), SPEC, fill=read_seed(Settings(), SPEC, None).fill)
    sizes = [(len(each.tenant.items), len(each.tenant.users), len(each.tenant.events)) for each in mock.organisations]
    assert sizes == [(50, 40, 2000), (0, 0, 0), (0, 0, 0)]


def test_every_organisation_can_be_filled() -> None:
    settings = Settings(clock="virtual", seed_orgs="all")
    mock = Mock(settings, SPEC, fill=read_seed(settings, SPEC, None).fill)
    assert [len(each.tenant.items) for each in mock.organisations] == [50, 50]
    assert [len(mock.add_organisation().tenant.items)] == [50]


def test_seeding_uses_neither_queue_nor_quota_and_counts_in_no_statistic() -> None:
    mock = Mock(Settings(clock="virtual"), SPEC, fill=read_seed(Settings(), SPEC, None).fill)
    first = mock.organisations.first
    assert len(mock.ingest) == 0
    assert first.state.window.used == 0
    assert first.tenant.attribution.funnels == {}


def test_the_same_seed_gives_the_same_answers_and_another_seed_others() -> None:
    def answers(seed: int) -> list[tuple[str, float]]:
        query = Query("personalized", user_id="user_1")
        return [(each.item_id, each.score) for each in filled(seed=seed).recommend(query, FIXED)[:20]]

    assert answers(1) == answers(1)
    assert answers(1) != answers(2)


def test_under_a_virtual_clock_the_events_end_at_a_fixed_time() -> None:
    assert 0 < FIXED - ends(filled(now=None)) < 86_400


def test_under_a_real_clock_the_last_event_is_recent() -> None:
    assert 0 < LATER - ends(filled(now=LATER)) < 86_400


def test_the_shop_is_the_same_every_day() -> None:
    def answer(now: float) -> list[tuple[str, float]]:
        ranking = filled(now=now).recommend(Query("personalized", user_id="user_1"), now)
        return [(each.item_id, round(each.score, 6)) for each in ranking[:50]]

    assert answer(LATER) == answer(LATER + 12_345.678) == answer(FIXED)


def test_all_dates_of_a_folder_are_shifted_to_the_present(folder: Path) -> None:
    fixed, moved = filled(seed_data=str(folder)), filled(now=LATER, seed_data=str(folder))
    shift = ends(moved) - ends(fixed)
    assert 0 < LATER - ends(moved) < 86_400
    assert [event.at for event in moved.events.values()] == [event.at + shift for event in fixed.events.values()]
    assert [event.arrival - event.at for event in moved.events.values()] == [
        event.arrival - event.at for event in fixed.events.values()
    ]
    for name in ("items", "users"):
        before, after = getattr(fixed, name), getattr(moved, name)
        assert [each.created_at for each in after.values()] == [each.created_at + shift for each in before.values()]


def test_under_a_virtual_clock_a_folder_keeps_its_dates_unless_they_are_in_the_future(tmp_path: Path) -> None:
    def write(year: int) -> None:
        event = event_body("view", "ada", "mug", event_timestamp=f"{year}-05-01T00:00:00Z")
        for name, records in {"items": [item_body("mug")], "users": [user_body("ada")], "events": [event]}.items():
            (tmp_path / f"{name}.json").write_bytes(orjson.dumps(records))

    write(2025)
    assert FIXED - ends(filled(seed_data=str(tmp_path))) > 86_400 * 300
    write(2029)
    assert 0 < FIXED - ends(filled(seed_data=str(tmp_path))) < 86_400


def test_events_of_a_folder_need_neither_an_id_nor_a_time(tmp_path: Path) -> None:
    (tmp_path / "items.json").write_bytes(orjson.dumps([item_body("mug")]))
    (tmp_path / "events.json").write_bytes(orjson.dumps([event_body("view", "ada", "mug")] * 3))
    tenant = filled(seed_data=str(tmp_path))
    assert [event.at for event in tenant.events.values()] == [FIXED] * 3


def test_users_and_events_are_generated_for_the_users_own_catalogue(tmp_path: Path) -> None:
    path = tmp_path / "items.json"
    path.write_bytes(orjson.dumps([item_body("mug"), item_body("pot")]))
    tenant = filled(seed_data=str(path))
    assert set(tenant.items) == {"mug", "pot"}
    assert {event.item_id for event in tenant.events.values()} <= {"mug", "pot", None}
    assert len(tenant.events) == 2000


def test_organisations_share_only_the_immutable_records() -> None:
    seed = Seed("small", build_world("small", seed=42))
    one, other = Tenant("one"), Tenant("other")
    seed.fill(one)
    seed.fill(other)
    assert one.users["user_1"] is other.users["user_1"]
    one.upsert_items([item_body("new")], FIXED)
    assert "new" not in other.items
