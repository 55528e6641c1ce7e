"""What the scenarios send: valid requests, the same for the same seed, with the recommendation ids that were served."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import jsonschema_rs
import pytest

from fixtures.spec import load_spec
from load import _journeys
from load._endpoints import strategies
from load._journeys import Journey, Reply, Step
from load._shop import Shop, generated_shop, shop_from_file
from tests.support.nest import ROOT

SHOP = generated_shop("small", 3)
SERVED = {
    "recommendation_id": "550e8400-e29b-41d4-a716-446655440000",
    "recommended_items": list(SHOP.items[:6]),
    "pagination": {"page": 1, "limit": 20, "total_count": 48, "has_next": True},
}
MAKERS: list[Callable[[Shop, Random], Journey]] = [
    _journeys.shopper,
    _journeys.reader,
    _journeys.event_stream,
    _journeys.catalog_sync,
]


def walk(make: Callable[[Shop, Random], Journey], seed: int, steps: int, shop: Shop = SHOP) -> Iterator[Step]:
    journey = make(shop, Random(seed))
    step = next(journey)
    for _ in range(steps):
        yield step
        served = SERVED if step.operation == "recommend" else {"accepted": 1}
        step = journey.send(Reply(200 if step.operation == "recommend" else 202, served))


@pytest.mark.parametrize("make", MAKERS)
def test_every_request_is_valid_by_the_contract(make: Callable[[Shop, Random], Journey]) -> None:
    spec = load_spec()
    validators: dict[str, Any] = {}
    for step in walk(make, seed=1, steps=300):
        if step.operation not in validators:
            schema = spec.operation(step.operation).request_schema
            assert schema is not None
            validators[step.operation] = jsonschema_rs.validator_for(spec.standalone(schema))
        validators[step.operation].validate(json.loads(step.body))


@pytest.mark.parametrize("make", MAKERS)
def test_the_same_seed_gives_the_same_traffic(make: Callable[[Shop, Random], Journey]) -> None:
    assert list(walk(make, 7, 100)) == list(walk(make, 7, 100))
    assert list(walk(make, 7, 100)) != list(walk(make, 8, 100))


@pytest.mark.parametrize("make", MAKERS)
def test_journeys_continue_after_every_kind_of_reply(make: Callable[[Shop, Random], Journey]) -> None:
    replies = [Reply(0), Reply(500), Reply(400), Reply(200, None), Reply(200, []), Reply(200, {"recommended_items": 5})]
    journey = make(SHOP, Random(2))
    next(journey)
    for number in range(200):
        journey.send(replies[number % len(replies)])


def events(steps: Iterator[Step]) -> Iterator[dict[str, Any]]:
    for step in steps:
        if step.operation == "ingestEvents":
            body = json.loads(step.body)
            yield from body if isinstance(body, list) else [body]


def test_a_shopper_echoes_the_recommendation_that_led_to_a_click_and_a_purchase() -> None:
    seen = list(events(walk(_journeys.shopper, 1, 3000)))
    clicks = [event for event in seen if event["event_name"] == "click"]
    assert clicks
    assert all(event["recommendation_id"] == SERVED["recommendation_id"] for event in clicks)
    assert all(event["item_id"] in SERVED["recommended_items"] for event in clicks)
    assert any("recommendation_id" in event for event in seen if event["event_name"] == "purchase")


def test_a_shopper_is_anonymous_until_identified_and_buys_under_the_real_id() -> None:
    anonymous: set[str] = set()
    known: set[str] = set()
    for event in events(walk(_journeys.shopper, 2, 3000)):
        if event["event_name"] == "identify":
            assert event["previous_user_id"] in anonymous
            known.add(event["user_id"])
        elif event["event_name"] == "purchase":
            assert event["user_id"] in known
        else:
            anonymous.add(event["user_id"])
    assert known <= set(SHOP.users)


def test_a_reader_uses_every_documented_strategy_and_none_of_ours() -> None:
    asked = {json.loads(step.body)["strategy"] for step in walk(_journeys.reader, 1, 60)}
    assert asked == set(strategies())
    assert "new-arrivals" not in asked


def test_catalog_sync_sends_single_items_when_arrays_are_refused() -> None:
    journey = _journeys.catalog_sync(SHOP, Random(1))
    first = next(journey)
    assert first.tentative
    assert isinstance(json.loads(first.body), list)
    sent = [journey.send(Reply(400))] + [journey.send(Reply(202, {"accepted": 1})) for _ in range(20)]
    items = [step for step in sent if step.operation == "upsertItems"]
    assert items
    assert all(isinstance(json.loads(step.body), dict) and not step.tentative for step in items)


def test_only_the_ids_of_a_given_file_are_used(tmp_path: Any) -> None:
    path = tmp_path / "ids.json"
    path.write_text(json.dumps({"items": ["a", "b"], "users": ["u"]}), encoding="utf-8")
    shop = shop_from_file(path)
    for make in MAKERS:
        for step in walk(make, 1, 40, shop):
            assert "prod_7" not in step.body.decode()


def test_user_classes_use_the_think_times_of_their_journeys() -> None:
    code = "import json, load.locustfile as f; print(json.dumps({c: getattr(f, c).think_seconds for c in " + (
        "('Shopper', 'Reader', 'EventStream', 'CatalogSync')}))"
    )
    output = subprocess.run([sys.executable, "-c", code], cwd=ROOT, text=True, capture_output=True, check=True).stdout
    declared = json.loads(output)
    for make, name in zip(MAKERS, ("Shopper", "Reader", "EventStream", "CatalogSync"), strict=True):
        steps = list(walk(make, 1, 4000))
        assert sum(step.think for step in steps) / len(steps) == pytest.approx(declared[name], rel=0.1), name
