"""Generated worlds: exact, repeatable, valid by the contract, and shaped like a real shop."""

import hashlib
import os
import random
import subprocess
import sys
import tracemalloc
import xml.etree.ElementTree as ET
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import unquote

import jsonschema_rs
import orjson
import pytest

from fixtures.bodies import Body, item_body
from fixtures.dice import dice, epoch_seconds
from fixtures.shelf import Shelf
from fixtures.world import NOW, SIZES, Size, World, build_world, empty_world
from tests.shipped import SPEC

SMALL_DIGEST = "a4f34ccd726faa0f9f8f185600b4d6e34b7d66c1657aa7d85558ca0871a68278"


@pytest.fixture(scope="module")
def small() -> World:
    return build_world("small", seed=42)


@pytest.fixture(scope="module")
def medium() -> World:
    return build_world("medium", seed=42)


@pytest.fixture(scope="module")
def medium_events(medium: World) -> list[Body]:
    return list(medium.events())


def everything(world: World) -> Iterable[Body]:
    yield from world.items
    yield from world.users
    yield from world.events()


def digest(world: World) -> str:
    return hashlib.sha256(b"\n".join(map(orjson.dumps, everything(world)))).hexdigest()


def sessions(events: Iterable[Body]) -> dict[str, list[Body]]:
    by_session: dict[str, list[Body]] = defaultdict(list)
    for event in events:
        by_session[event["context"]["session_id"]].append(event)
    return by_session


def orders(events: Iterable[Body]) -> dict[str, list[str]]:
    by_order: dict[str, list[str]] = defaultdict(list)
    for event in events:
        if event["event_name"] == "purchase":
            by_order[event["metadata"]["order_id"]].append(event["item_id"])
    return by_order


@pytest.mark.parametrize("size", ["small", "medium"])
def test_counts_are_exact(size: str, request: pytest.FixtureRequest) -> None:
    world: World = request.getfixturevalue(size)
    scale = SIZES[size]
    assert sum(1 for _ in world.items) == len(world.items) == scale.items
    assert sum(1 for _ in world.users) == len(world.users) == scale.users
    assert sum(1 for _ in world.events()) == len(world.event_stream) == scale.events


@pytest.mark.parametrize("events", [0, 1, 2, 3, 17, 100])
def test_any_number_of_events_is_exact(events: int) -> None:
    assert len(list(build_world(Size(items=9, users=3, events=events, days=2), seed=1).events())) == events


def test_the_large_size_is_what_the_documents_say() -> None:
    large = SIZES["large"]
    assert (large.items, large.users, large.events) == (100_000, 20_000, 1_000_000)


def test_every_record_keeps_to_the_contract(medium: World, medium_events: list[Body]) -> None:
    records: tuple[tuple[str, Iterable[Body]], ...] = (
        ("Item", medium.items),
        ("User", medium.users),
        ("Event", medium_events),
    )
    for name, bodies in records:
        schema = SPEC.standalone({"$ref": f"#/components/schemas/{name}"})
        validator = jsonschema_rs.validator_for(schema, validate_formats=True, ignore_unknown_formats=False)
        for body in bodies:
            validator.validate(body)


def test_the_same_seed_gives_the_same_bytes_in_any_process(small: World) -> None:
    code = "from tests.test_fixtures_world import digest, build_world; print(digest(build_world('small', 42)))"
    environment = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": str(SPEC.path.parents[1]), "TZ": "Asia/Tokyo"}
    answer = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert digest(small) == answer.stdout.strip()


def test_the_small_world_of_seed_42_is_the_one_that_everybody_knows(small: World) -> None:
    assert digest(small) == SMALL_DIGEST  # changes with the generator and with Faker's names: say so in the changelog


def test_another_seed_gives_another_world(small: World) -> None:
    other = build_world("small", seed=43)
    assert list(other.items) != list(small.items)
    assert list(other.users) != list(small.users)
    assert {e["event_id"] for e in other.events()}.isdisjoint(e["event_id"] for e in small.events())


def test_iterating_twice_gives_the_same_records(small: World) -> None:
    assert list(small.items) == list(small.items)
    assert list(small.users) == list(small.users)
    assert list(small.events()) == list(small.events())


def test_shared_randomness_is_left_alone() -> None:
    before = random.getstate()
    list(everything(build_world(Size(10, 5, 50, 3), seed=3)))
    assert random.getstate() == before


def test_events_are_in_time_order_and_end_shortly_before_now(small: World, medium_events: list[Body]) -> None:
    for events in (list(small.events()), medium_events):
        times = [event["event_timestamp"] for event in events]
        assert times == sorted(times)
        ends = datetime.fromisoformat(times[-1])
        assert NOW - timedelta(hours=6) < ends < NOW
    assert small.now == NOW


def test_the_story_can_end_at_another_moment() -> None:
    now = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
    world = build_world("small", 42, now=now)
    last = datetime.fromisoformat(list(world.events())[-1]["event_timestamp"])
    assert now - timedelta(hours=6) < last < now
    assert max(item["created_at"] for item in world.items) < "2030-01-02T03:04:05Z"


def test_event_ids_are_unique(medium_events: list[Body]) -> None:
    assert len({event["event_id"] for event in medium_events}) == len(medium_events)


def test_no_recommendation_is_invented(medium_events: list[Body]) -> None:
    assert not any("recommendation_id" in event for event in medium_events)


def test_nothing_happens_to_an_item_before_it_exists(medium: World, medium_events: list[Body]) -> None:
    created = {item["item_id"]: item["created_at"] for item in medium.items}
    named = [event for event in medium_events if "item_id" in event]
    assert all(created[event["item_id"]] <= event["event_timestamp"] for event in named)
    assert any(created[event["item_id"]] > "2026-05-18" for event in named)


def test_a_session_belongs_to_one_shopper_and_has_no_long_pause(medium_events: list[Body]) -> None:
    real_id = {e["previous_user_id"]: e["user_id"] for e in medium_events if e["event_name"] == "identify"}
    for session in sessions(medium_events).values():
        assert len({real_id.get(event["user_id"], event["user_id"]) for event in session}) == 1
        assert len({(event["context"]["device"], event["context"]["locale"]) for event in session}) == 1
        times = [epoch_seconds(event["event_timestamp"]) or 0.0 for event in session]
        assert all(later - earlier < 30 * 60 for earlier, later in pairwise(times))


def test_a_shopper_is_in_one_session_at_a_time(medium_events: list[Body]) -> None:
    last_session: dict[str, tuple[str, str]] = {}
    for event in medium_events:
        session, moment = event["context"]["session_id"], event["event_timestamp"]
        earlier_session, earlier = last_session.get(event["user_id"], (session, moment))
        if earlier_session != session:
            assert (epoch_seconds(moment) or 0) - (epoch_seconds(earlier) or 0) >= 30 * 60
        last_session[event["user_id"]] = (session, moment)


def test_a_shopper_who_signs_in_does_so_once_and_for_good(medium: World, medium_events: list[Body]) -> None:
    signed_up = {user["user_id"]: user["created_at"] for user in medium.users}
    identified: dict[str, str] = {}
    real: set[str] = set()
    anonymous: set[str] = set()
    for event in medium_events:
        who = event["user_id"]
        if event["event_name"] == "identify":
            assert who in signed_up
            assert who not in real
            assert event["previous_user_id"] in anonymous
            assert signed_up[who] <= event["event_timestamp"]
            identified[event["previous_user_id"]] = who
        assert who not in identified
        (real if who in signed_up else anonymous).add(who)
    assert len(identified) == len(set(identified.values()))
    assert len(identified) > SIZES["medium"].users / 5
    assert len(anonymous - set(identified)) > 100


def test_popularity_has_a_long_tail(medium: World, medium_events: list[Body]) -> None:
    counts = sorted(Counter(event["item_id"] for event in medium_events if "item_id" in event).values(), reverse=True)
    total = sum(counts)
    assert sum(counts[: len(medium.items) // 10]) > 0.4 * total
    assert sum(counts[len(medium.items) // 2 :]) < 0.2 * total
    assert len(counts) > 0.9 * len(medium.items)


def test_shoppers_have_tastes(medium: World, medium_events: list[Body]) -> None:
    category = {item["item_id"]: item["attributes"]["category"] for item in medium.items}
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for event in medium_events:
        if event["event_name"] in {"view", "click"} and event["user_id"].startswith("user_"):
            seen[event["user_id"]][category[event["item_id"]]] += 1
    regulars = [counter for counter in seen.values() if counter.total() >= 50]
    assert len(regulars) > 100
    shares = [sum(n for _, n in counter.most_common(4)) / counter.total() for counter in regulars]
    assert sum(shares) / len(shares) > 0.75  # two favourite categories and what complements them; by chance: 0.5


def test_big_spenders_pay_more_for_the_same_kind_of_thing(medium: World, medium_events: list[Body]) -> None:
    segment = {user["user_id"]: user["attributes"]["segment"] for user in medium.users}
    category = {item["item_id"]: item["attributes"]["category"] for item in medium.items}
    paid: dict[tuple[str, str], list[float]] = defaultdict(list)
    for event in medium_events:
        if event["event_name"] == "purchase" and event["user_id"] in segment:
            paid[segment[event["user_id"]], category[event["item_id"]]].append(event["metadata"]["price"])
    mean = {key: sum(prices) / len(prices) for key, prices in paid.items()}
    dearer = [mean["vip", name] > mean["bargain-hunter", name] for name in set(category.values())]
    assert sum(dearer) >= 6  # of 8


def test_baskets_belong_together(medium: World, medium_events: list[Body]) -> None:
    shelf = Shelf(medium.items, dice(42, "shelf"))
    number = {item_id: place for place, item_id in enumerate(shelf.item_ids)}
    pairs = [items[:2] for items in orders(medium_events).values() if len(items) > 1]
    at = NOW.timestamp()
    companions = sum(shelf.companion(number[first], at) == number[second] for first, second in pairs)
    complements = sum(
        shelf.complement(shelf.category_of(number[first])) == shelf.category_of(number[second])
        for first, second in pairs
    )
    assert len(pairs) > 500
    assert companions > 0.5 * len(pairs)  # by chance: 1 in 1,000
    assert complements > 0.85 * len(pairs)


def test_a_purchase_was_in_the_cart_and_says_what_it_cost(medium: World, medium_events: list[Body]) -> None:
    price = {item["item_id"]: item["attributes"]["price"] for item in medium.items}
    for session in sessions(medium_events).values():
        carted: dict[str, Any] = {}
        for event in session:
            if event["event_name"] == "add_to_cart":
                carted[event["item_id"]] = event["metadata"]
            if event["event_name"] == "purchase":
                bought = event["metadata"]
                assert {"price": bought["price"], "quantity": bought["quantity"]} == carted[event["item_id"]]
                assert bought["price"] == price[event["item_id"]]
                assert bought["order_id"]


def test_some_carts_are_abandoned_and_some_are_bought_later(medium_events: list[Body]) -> None:
    open_carts: dict[str, set[str]] = defaultdict(set)
    abandoned = resumed = 0
    for session in sessions(medium_events).values():
        carted = {event["item_id"] for event in session if event["event_name"] == "add_to_cart"}
        bought = {event["item_id"] for event in session if event["event_name"] == "purchase"}
        who = session[-1]["user_id"]
        resumed += bool(bought & open_carts[who])
        abandoned += bool(carted - bought)
        open_carts[who] = (open_carts[who] | carted) - bought
    assert abandoned > 500
    assert resumed > 200


def test_the_documented_filter_finds_items(small: World) -> None:
    shoes = [item for item in small.items if item["attributes"]["category"] == "shoes"]
    assert len(shoes) >= 5
    assert "prod_7" in {item["item_id"] for item in small.items}


def test_some_items_and_users_are_inactive(small: World) -> None:
    assert Counter(item["status"] for item in small.items) == {"active": 48, "inactive": 2}
    assert Counter(user["status"] for user in small.users) == {"active": 38, "inactive": 2}


def test_a_picture_is_an_svg_that_needs_no_server(small: World) -> None:
    for item in small.items:
        kind, _, svg = item["attributes"]["image_url"].partition(",")
        assert kind == "data:image/svg+xml"
        assert not set(svg) & set('<>"# \\')
        assert ET.fromstring(unquote(svg)).tag.endswith("svg")  # noqa: S314 - our own text


def test_events_need_no_more_memory_when_there_are_more_of_them() -> None:
    def peak(events: int) -> int:
        stream = build_world(Size(items=200, users=50, events=events, days=30), seed=5).events()
        next(stream)
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        for _ in stream:
            pass
        return tracemalloc.get_traced_memory()[1] - before

    tracemalloc.start()
    try:
        peak(500)  # pays for caches
        few, many = peak(2_000), peak(16_000)
    finally:
        tracemalloc.stop()
    assert many < few + 400_000  # 14,000 events are about 14 MB


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_tiny_catalogue_is_enough(count: int) -> None:
    items = [item_body(f"i{number}", attributes={"category": "all"}) for number in range(count)]
    world = build_world("small", 1, items=items)
    assert {event["item_id"] for event in world.events() if "item_id" in event} == {f"i{n}" for n in range(count)}
    assert len(list(world.events())) == 2_000


def test_deleted_items_stay_on_no_shelf() -> None:
    items = [item_body("gone", status="deleted"), item_body("there", attributes=None)]
    assert {e["item_id"] for e in build_world("small", 1, items=items).events() if "item_id" in e} == {"there"}


def test_what_cannot_be_built_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown size 'huge': use small, medium, large"):
        build_world("huge", 1)
    with pytest.raises(ValueError, match="no item that isn't deleted"):
        build_world("small", 1, items=[item_body("gone", status="deleted")])


def test_an_empty_world_is_empty() -> None:
    assert list(everything(empty_world())) == []


@pytest.mark.parametrize("count", [2, 3, 7])
def test_nobody_buys_more_than_half_of_a_small_catalogue(count: int) -> None:
    items = [item_body(f"own_{number}") for number in range(count)]
    bought: dict[str, set[str]] = {}
    for event in build_world("small", 42, items=items).events():
        if event["event_name"] == "purchase":
            bought.setdefault(event["user_id"], set()).add(event["item_id"])
    assert bought
    assert max(map(len, bought.values())) <= count / 2
