"""No request, refusal, event, reset, restore or removed organisation leaves a reference cycle. So memory is freed at
once, and the garbage collector, which stops everything else while it runs, has nothing to find."""

import gc
from collections import Counter
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any

import pytest

from fixtures.bodies import event_body, identify_body, item_body, recommend_body, user_body
from mock_server.state.recommender import STRATEGIES
from tests.support.control_client import SEED
from tests.support.garbage import garbage_of
from tests.support.mock_client import EVENTS, ITEMS, RECOMMEND, USERS, Answer, Client, make_client

Send = Callable[[Client], Answer]
NOTHING: Counter[str] = Counter()
NUMBERS = count()
USER = next(iter(SEED.world.users))["user_id"]
ITEM = next(iter(SEED.world.items))["item_id"]


def ask(strategy: str, mock: Client) -> Answer:
    return mock.post(RECOMMEND, {"strategy": strategy, "user_id": USER, "context_item_id": ITEM, "limit": 20})


REQUESTS: dict[str, Send] = {
    **{f"list of {strategy}": partial(ask, strategy) for strategy in STRATEGIES},
    "filtered list": lambda mock: mock.post(RECOMMEND, recommend_body("popular") | {"filters": {"status": "active"}}),
    "second page": lambda mock: mock.post(RECOMMEND, {"strategy": "similar", "context_item_id": ITEM, "page": 2}),
    "item": lambda mock: mock.post(ITEMS, item_body(ITEM)),
    "user": lambda mock: mock.post(USERS, user_body(USER)),
    "event": lambda mock: mock.post(EVENTS, event_body("purchase", USER, ITEM) | {"event_id": f"e{next(NUMBERS)}"}),
    "events that join two persons": lambda mock: mock.post(
        EVENTS,
        [
            event_body("view", f"anonymous-{next(NUMBERS)}", ITEM),
            identify_body(USER, previous_user_id=f"anonymous-{next(NUMBERS) - 1}"),
        ],
    ),
}
REFUSALS: dict[str, tuple[int, Send]] = {
    "no such path": (404, lambda mock: mock.post("/v1/nothing", {})),
    "another method": (405, lambda mock: mock.get(RECOMMEND)),
    "no key": (401, lambda mock: mock.post(RECOMMEND, {}, None)),
    "the wrong type of key": (403, lambda mock: mock.post(ITEMS, item_body(ITEM), "wrong")),
    "not JSON": (400, lambda mock: mock.post(RECOMMEND, b"{")),
    "not valid": (400, lambda mock: mock.post(RECOMMEND, {"limit": -1})),
    "a missing input": (422, lambda mock: mock.post(RECOMMEND, {"strategy": "similar"})),
    "a filter that is none": (400, lambda mock: mock.post(RECOMMEND, {"strategy": "popular", "filters": {"a": []}})),
    "too large": (413, lambda mock: mock.post(EVENTS, b"x", headers=[("content-length", "99999999")])),
    "another media type": (415, lambda mock: mock.post(RECOMMEND, b"{}", headers=[("content-type", "text/plain")])),
}


@pytest.fixture
def mock() -> Any:
    client = make_client(checked=False, fill=SEED.fill, rate_limit="1000000/1h")
    yield client
    client.close()


def test_a_cycle_is_found_if_there_is_one() -> None:
    class Ring:
        def __init__(self) -> None:
            self.me = self

    assert garbage_of(Ring)["test_a_cycle_is_found_if_there_is_one.<locals>.Ring"] == 1


@pytest.mark.parametrize("kind", REQUESTS)
def test_no_request_leaves_a_cycle(mock: Client, kind: str) -> None:
    def act() -> None:
        answer = REQUESTS[kind](mock)
        assert answer.status in (200, 202), answer.body

    assert garbage_of(act) == NOTHING


@pytest.mark.parametrize("kind", REFUSALS)
def test_no_refusal_leaves_a_cycle(mock: Client, kind: str) -> None:
    status, send = REFUSALS[kind]

    def act() -> None:
        answer = send(mock)
        assert answer.status == status, answer.body

    assert garbage_of(act) == NOTHING


def test_no_refusal_by_the_limit_leaves_a_cycle() -> None:
    mock = make_client(checked=False, rate_limit="1/1h")
    assert garbage_of(lambda: mock.post(RECOMMEND, recommend_body("popular"))) == NOTHING
    assert mock.post(RECOMMEND, recommend_body("popular")).status == 429
    mock.close()


def use(mock: Client) -> None:
    """Make the organisation build its shelves, indexes, histories and cached lists."""
    for kind in REQUESTS:
        REQUESTS[kind](mock)
    mock.flush()


@pytest.mark.parametrize("which", ["one organisation", "all"])
def test_no_reset_leaves_a_cycle(mock: Client, which: str) -> None:
    def act() -> None:
        use(mock)
        mock.mock.reset(mock.first.tenant_id if which == "one organisation" else None)

    assert garbage_of(act) == NOTHING


def test_no_removed_organisation_leaves_a_cycle(mock: Client) -> None:
    def act() -> None:
        added = mock.mock.add_organisation(seeded=True)
        for strategy in STRATEGIES:
            body = {"strategy": strategy, "user_id": USER, "context_item_id": ITEM, "filters": {"status": "active"}}
            assert mock.post(RECOMMEND, body, added.publishable_key).status == 200
        mock.post(EVENTS, event_body("purchase", USER, ITEM), added.publishable_key)
        mock.mock.remove_organisation(added.tenant_id)

    assert garbage_of(act) == NOTHING


@pytest.mark.parametrize("which", ["one organisation", "all"])
def test_no_restore_leaves_a_cycle(mock: Client, which: str) -> None:
    use(mock)
    tenant_id = mock.first.tenant_id if which == "one organisation" else None
    snapshot = mock.run(mock.mock.freeze(tenant_id))

    def act() -> None:
        use(mock)
        mock.run(mock.mock.restore(snapshot))

    assert garbage_of(act, frozen=True) == NOTHING


def test_no_dropped_snapshot_leaves_a_cycle(mock: Client) -> None:
    use(mock)
    assert garbage_of(lambda: mock.run(mock.mock.freeze()), frozen=True) == NOTHING


def test_a_frozen_cycle_is_found_if_there_is_one() -> None:
    def act() -> None:
        ring: list[object] = []
        ring.append(ring)
        gc.freeze()

    assert garbage_of(act, frozen=True)["list"] == 1
