"""The data of a removed organisation is freed in small steps, and no other data is affected."""

import asyncio

import pytest

from mock_server.mock import Mock
from mock_server.runtime import disposal
from mock_server.settings import Delay, Settings
from mock_server.state.records import Event
from mock_server.state.tenant import Tenant
from tests.support.control_client import SEED

WHOLE = Tenant("whole")
SEED.fill(WHOLE)
RECORDS = WHOLE.size


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disposal, "_FEW", 100)


def seeded_mock() -> Mock:
    return Mock(Settings(seed_orgs="all", ingest_delay=Delay(1, 1)), fill=SEED.fill)


async def ended(mock: Mock) -> None:
    await asyncio.gather(*mock._disposal._tasks)


@pytest.mark.parametrize("way", ["removed", "reset", "restored", "filled anew"])
def test_the_records_of_a_removed_organisation_are_freed(way: str) -> None:
    async def scene() -> tuple[int, int, int]:
        mock = seeded_mock()
        organisation = mock.organisations["acme-books"]
        snapshot = await mock.freeze("acme-books")
        old = organisation.state.tenant
        before = old.size
        if way == "removed":
            mock.remove_organisation("acme-books")
        elif way == "reset":
            mock.reset("acme-books")
        elif way == "restored":
            await mock.restore(snapshot)
        else:
            mock.seed("acme-books", "")
        await ended(mock)
        return before, old.size, mock.organisations.first.state.tenant.size

    assert asyncio.run(scene()) == (RECORDS, 0, RECORDS)


def test_a_snapshot_of_a_removed_organisation_keeps_its_data() -> None:
    async def scene() -> int:
        mock = seeded_mock()
        snapshot = await mock.freeze("acme-books")
        mock.remove_organisation("acme-books")
        await ended(mock)
        await mock.restore(snapshot)
        tenant = mock.organisations["acme-books"].tenant
        assert tenant.recommender.people
        return tenant.size

    assert asyncio.run(scene()) == RECORDS


def test_a_batch_that_has_started_is_applied_before_the_data_is_freed() -> None:
    """A batch that has started is applied completely before the organisation's data is freed."""

    async def scene() -> list[int]:
        mock, seen, began = seeded_mock(), list[int](), asyncio.Event()
        state = mock.organisations["acme-books"].state

        def apply(_: Event) -> None:
            seen.append(state.tenant.size)
            began.set()
            mock.ingest._slices._until = 0.0  # end the time slice

        await mock.ingest.put(state, apply, list(state.tenant.events.values())[:5])
        flushed = asyncio.ensure_future(mock.ingest.flush())
        await began.wait()
        mock.remove_organisation("acme-books")
        await flushed
        await ended(mock)
        assert state.tenant.size == 0
        return seen

    assert asyncio.run(scene()) == [RECORDS] * 5


def test_without_an_event_loop_the_data_is_freed_at_once() -> None:
    mock = seeded_mock()
    tenant = mock.organisations["acme-books"].tenant
    mock.remove_organisation("acme-books")
    assert (tenant.size, mock._disposal._tasks) == (RECORDS, set())


def test_the_steps_are_small() -> None:
    assert len(list(WHOLE.copy().dissolve())) > RECORDS / 100
