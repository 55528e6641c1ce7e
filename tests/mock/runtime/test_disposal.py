"""The data of a removed organisation is freed in small steps, and no other data is affected."""

import asyncio
import gc
from collections import deque
from collections.abc import Sized
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from mock_server.mock import Mock
from mock_server.settings import Delay, Settings
from mock_server.state.recommender import STRATEGIES, Config, Query
from mock_server.state.recommender.scores import Journal
from mock_server.state.records import Event, Item, User
from mock_server.state.tenant import Tenant
from tests.support.control_client import SEED

WHOLE = Tenant("whole")
SEED.fill(WHOLE)
RECORDS = WHOLE.size
NOW = SEED.now
LARGE = 40
CONTAINERS = (dict, list, set, deque)
SHARED = (Item, User, Event, Config, Journal, type)  # a journal has a fixed size


def seeded_mock() -> Mock:
    return Mock(Settings(seed_orgs="all", ingest_delay=Delay(1, 1)), fill=SEED.fill)


async def ended(mock: Mock) -> None:
    await mock._disposal.finished()


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


def test_a_dropped_snapshot_is_freed_too_and_who_still_reads_it_is_not_affected() -> None:
    async def scene() -> tuple[list[int], int, int]:
        mock = seeded_mock()
        kept = mock.snapshots.keep(await mock.freeze("acme-books"))
        assert mock.drop_snapshot(kept.snapshot_id) is kept
        states = list(mock._disposal._waiting)
        before = [state.tenant.size for state in states]
        await ended(mock)
        (state,) = states
        return before, state.tenant.size, kept.organisations[0].organisation.tenant.size

    assert asyncio.run(scene()) == ([RECORDS], 0, RECORDS)


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
    assert (tenant.size, mock._disposal._task) == (RECORDS, None)


def test_the_steps_are_small() -> None:
    assert len(list(WHOLE.copy().dissolve())) > RECORDS / 100


def test_everything_that_grows_with_the_data_is_freed_in_steps() -> None:
    tenant = used_tenant()
    large = large_containers(tenant)
    assert len(large) > 20
    steps = tenant.dissolve()
    assert (tenant.size, len(tenant.recommend(Query("popular"), NOW))) == (0, 0), "no request finds half of the data"
    list(steps)
    assert [type(each) for each in large if len(each) > LARGE] == []


def used_tenant() -> Tenant:
    """Return a tenant that has made all that it makes on demand."""
    tenant = WHOLE.copy()
    for number, event in enumerate(list(tenant.events.values())[:LARGE]):
        tenant.apply_event(replace(event, event_id=f"again-{number}"))
        tenant.apply_event(
            replace(event, event_id=f"joined-{number}", event_name="identify", previous_user_id=f"anonymous-{number}")
        )
    filters: list[dict[str, Any]] = [{}, {"shop": "one"}]
    for item in list(tenant.items.values()):
        attributes = {**(item.attributes or {}), "shop": "one"}
        tenant.apply_item(replace(item, attributes=attributes))
        filters.append({"category": attributes["category"]})
    for strategy, filter_ in product(STRATEGIES, filters):
        for _ in range(2):
            tenant.recommend(Query(strategy, "u", "i", ("i",), filter_), NOW).page(0, 20)
    for number in range(2 * LARGE):
        tenant.served(f"r-{number}", "popular", ("i",), NOW)
    return tenant


def large_containers(tenant: Tenant) -> list[Sized]:
    """Return the large containers of a tenant, without those inside of records."""
    found, seen = list[Sized](), set[int]()
    queue = list(vars(tenant).values())
    while queue:
        each = queue.pop()
        own = type(each).__module__.startswith("mock_server.state") and not isinstance(each, SHARED)
        if id(each) in seen or not (own or isinstance(each, CONTAINERS)):
            continue
        seen.add(id(each))
        queue += gc.get_referents(each)
        if isinstance(each, CONTAINERS) and len(each) > LARGE:
            found.append(each)
    return found
