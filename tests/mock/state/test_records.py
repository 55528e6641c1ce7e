"""Bodies become records: times, prices and ids are read from every place where clients put them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mock_server.state.records import Event, Item, User, as_price, epoch_seconds

ARRIVAL = 1_780_000_000.0


def item(**fields: Any) -> Item:
    return Item.from_body({"item_id": "i", "item_type": "product", "status": "active"} | fields, ARRIVAL)


def event(**fields: Any) -> Event:
    body = {"user_id": "u", "event_family": "conversion", "event_name": "purchase"} | fields
    return Event.from_body(body, ARRIVAL, "e")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("1970-01-02", 86_400.0),
        ("1970-01-01T01:00:00Z", 3_600.0),
        ("1970-01-01T01:00:00+01:00", 0.0),
        ("1970-01-01T00:00:00.250", 0.25),  # no zone: UTC
        (1_780_000_000, 1_780_000_000.0),
        (1_780_000_000_500, 1_780_000_000.5),  # milliseconds
        ("yesterday", None),
        ("2026-13-01", None),
        (-1, None),
        (10**400, None),
        (float("nan"), None),
        (True, None),
        (None, None),
        ({}, None),
    ],
)
def test_a_time_is_read_in_many_forms_or_ignored(value: object, seconds: float | None) -> None:
    assert epoch_seconds(value) == seconds


@pytest.mark.parametrize(
    ("value", "price"),
    [(3, 3.0), ("4.50", 4.5), (0, 0.0), (-1, None), ("free", None), ("nan", None), (True, None), (None, None)],
)
def test_a_price_is_a_number_or_a_number_as_text(value: object, price: float | None) -> None:
    assert as_price(value) == price
    assert item(attributes={"price": value}).price == price


def test_an_event_has_its_own_time_unless_that_is_unreadable_or_in_the_future() -> None:
    assert event(event_timestamp="2026-05-01T00:00:00Z").at == 1_777_593_600.0
    assert event(event_timestamp="soon").at == ARRIVAL
    assert event(event_timestamp=ARRIVAL + 1).at == ARRIVAL
    assert event().at == ARRIVAL


def test_a_session_and_an_order_are_found_in_the_event_its_metadata_or_its_context() -> None:
    assert event(session_id="s1", context={"session_id": "s2"}).session_id == "s1"
    assert event(context={"session_id": "s2"}).session_id == "s2"
    assert event(context={"session_id": 7}).session_id == "7"
    assert event(context={"session_id": ["s"]}).session_id is None
    assert event(metadata={"orderId": "o1"}).order_id == "o1"
    assert event(context="not an object").session_id is None


def test_revenue_is_price_times_quantity() -> None:
    assert event(metadata={"price": "2.50", "quantity": 2}).revenue == 5.0
    assert event(context={"value": 3}).revenue == 3.0
    assert event(price=4, qty=0.5).revenue == 2.0
    assert event(metadata={"price": "free"}).revenue == 0.0


def test_unknown_fields_are_kept_as_json() -> None:
    kept = json.loads(event(context={"device": "phone"}, colour="red", item_id="i").details)
    assert kept == {"context": {"device": "phone"}, "colour": "red"}
    assert event().details == b""
    assert json.loads(event(big=2**80).details) == {"big": 2**80}
    assert json.loads(event(odd="\ud800").details) == {"odd": "\ud800"}


def test_an_upsert_without_attributes_keeps_the_old_ones_and_replaces_the_rest() -> None:
    old = item(attributes={"price": 3}, created_at="2026-01-01").merged_over(None)
    new = item(status="inactive", attributes=None).merged_over(old)
    assert (new.attributes, new.metadata_json) == ({"price": 3}, b'{"price":3}')
    assert (new.status, new.created_at) == ("inactive", None)
    replaced = item(attributes={"brand": "B"}).merged_over(new)
    assert (replaced.attributes, replaced.metadata_json) == ({"brand": "B"}, b'{"brand":"B"}')
    assert item().merged_over(None).metadata_json == b"{}"


def test_without_created_at_an_item_is_as_old_as_its_first_arrival() -> None:
    first = item().merged_over(None)
    later = Item.from_body({"item_id": "i", "item_type": "product", "status": "active"}, ARRIVAL + 9)
    assert later.merged_over(first).created == ARRIVAL
    assert item(created_at="1970-01-02").created == 86_400.0


def test_a_users_upsert_without_attributes_keeps_the_old_ones() -> None:
    body = {"user_id": "u", "status": "active", "created_at": "2026-01-01"}
    old = User.from_body(body | {"attributes": {"plan": "pro"}}).merged_over(None)
    new = User.from_body(body | {"status": "deleted"}).merged_over(old)
    assert (new.attributes, new.active) == ({"plan": "pro"}, False)
    assert User.from_body(body).merged_over(None).attributes == {}


def test_a_filter_sees_the_records_own_fields_before_attributes_of_that_name() -> None:
    record = item(attributes={"status": "odd", "tags": ["a", "b"]})
    assert record.values("status") == ("active",)
    assert record.values("item_type") == ("product",)
    assert record.values("tags") == ("a", "b")
    assert record.values("missing") == (None,)
