"""Ready-made request bodies keep to the contract."""

from random import Random
from typing import Any
from uuid import UUID

import jsonschema_rs
import pytest

from fixtures import bodies
from tests.shipped import SPEC

RNG = Random(7)


def assert_valid(schema_name: str, body: Any) -> None:
    schema = SPEC.standalone({"$ref": f"#/components/schemas/{schema_name}"})
    jsonschema_rs.validator_for(schema, validate_formats=True, ignore_unknown_formats=False).validate(body)


@pytest.mark.parametrize(
    ("schema_name", "body"),
    [
        ("Item", bodies.item_body("i")),
        ("Item", bodies.full_item_body("i")),
        ("User", bodies.user_body("u")),
        ("User", bodies.full_user_body("u")),
        ("Event", bodies.event_body("search", "u")),
        ("Event", bodies.identify_body("u", "anonymous")),
        ("RecommendRequest", bodies.recommend_body(user_id="u")),
        ("RecommendRequest", bodies.full_recommend_body("similar", "u", "i")),
        *(("Event", bodies.full_event_body(name, "u", "i", RNG)) for name in ("view", "purchase", "wishlist")),
    ],
)
def test_a_body_keeps_to_the_contract(schema_name: str, body: dict[str, Any]) -> None:
    assert_valid(schema_name, body)


@pytest.mark.parametrize(
    ("schema_name", "body"),
    [
        ("Item", bodies.full_item_body("i")),
        ("User", bodies.full_user_body("u")),
        ("RecommendRequest", bodies.full_recommend_body("similar", "u", "i")),
    ],
)
def test_a_full_body_has_every_documented_field(schema_name: str, body: dict[str, Any]) -> None:
    assert set(body) == set(SPEC.document["components"]["schemas"][schema_name]["properties"])


def test_a_full_event_has_every_documented_field_that_fits_any_event() -> None:
    documented = set(SPEC.document["components"]["schemas"]["Event"]["properties"])
    assert set(bodies.full_event_body("view", "u", "i", RNG)) == documented - {"previous_user_id", "recommendation_id"}


def test_the_standard_names_and_families_are_those_of_the_contract() -> None:
    event_name = SPEC.document["components"]["schemas"]["Event"]["properties"]["event_name"]
    assert dict(bodies.STANDARD_FAMILIES) == event_name["x-standard-events"]


def test_given_fields_replace_and_add() -> None:
    assert bodies.item_body("i", status="inactive", attributes={"price": 3})["status"] == "inactive"
    assert bodies.full_user_body("u", attributes={})["attributes"] == {}
    assert bodies.event_body("wishlist", "u", event_family="exposure")["event_family"] == "exposure"


def test_ids_are_unique_and_repeat_with_the_seed() -> None:
    ids = [bodies.unique_id("item", rng) for rng in [Random(1)] for _ in range(1000)]
    assert len(set(ids)) == 1000
    assert bodies.unique_id("item", Random(1)) == ids[0]


def test_a_unique_uuid_is_a_version_4_uuid() -> None:
    made = [bodies.unique_uuid(RNG) for _ in range(200)]
    assert {(UUID(text).version, str(UUID(text)) == text) for text in made} == {(4, True)}
    assert len(set(made)) == 200
