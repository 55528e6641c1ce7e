"""Bring your own shop: what is inferred about a file, applying it, and undo."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.control_client import CHANGE, SEED, Served

SHOP = "glow-beauty-ng"
GERMAN = "SKU;Titel;Preis\n1;Lampe;79,28\n2;Bett;1.299,00\n3;;neun\n"
MAPPING = "item_id=SKU,title=Titel,price=Preis"


@pytest.fixture
def control() -> Iterator[Served]:
    served = Served(seed=SEED)
    yield served
    served.close()


def bring(control: Served, content: str, status: int = 200, **query: str) -> Any:
    response = control.call(
        "POST", f"/_mock/organisations/{SHOP}/import", params=query, content=content.encode(), headers=CHANGE
    )
    assert response.status_code == status, response.text
    return response.json()["data"] if status == 200 else response.json()["error"]


def test_a_file_with_other_names_is_answered_with_a_mapping(control: Served) -> None:
    concluded = bring(control, GERMAN, name='Käse "neu".csv')
    assert concluded["file"] == 'Käse "neu".csv'
    assert concluded["stopped"] == (
        "line 1: there is no column item_id among: SKU, Titel, Preis "
        "(did you mean --columns item_id=SKU,title=Titel,price=Preis?)"
    )
    assert concluded["suggested"] == {"item_id": "SKU", "title": "Titel", "price": "Preis"}
    assert concluded["columns"][2] == {"column": "Preis", "field": None, "sample": "79,28"}
    assert (concluded["taken"], concluded["applied"], concluded["undo"]) == (0, False, None)


def test_a_preview_shows_what_was_inferred_and_changes_nothing(control: Served) -> None:
    before = control.items
    concluded = bring(control, GERMAN, columns=MAPPING, name="shop.csv")
    assert concluded["summary"] == (
        "3 rows; separator ';'; Preis read as 79,28 -> 79.28; Preis: not a number, kept as text: 'neun' on line 4"
    )
    assert concluded["records"][1]["attributes"] == {"title": "Bett", "price": 1299.0}
    assert concluded["columns"][0] == {"column": "SKU", "field": "item_id", "sample": "1"}
    assert control.items == before


def test_added_items_are_visible_at_once_and_removed_by_undo(control: Served) -> None:
    before = control.items
    concluded = bring(control, GERMAN, columns=MAPPING, mode="add")
    assert concluded["applied"]
    assert control.items == before | {"1", "2", "3"}
    control.control(f"/snapshots/{concluded['undo']}/restore", {})
    assert control.items == before


def test_a_replaced_shop_has_only_the_new_items_and_generated_users_for_them(control: Served) -> None:
    concluded = bring(control, GERMAN, columns=MAPPING, mode="replace", name="shop.csv")
    assert control.items == {"1", "2", "3"}
    tenant = control.mock.organisations[SHOP].tenant
    assert (len(tenant.users), len(tenant.events)) == (40, 2000)
    assert {each["item_id"] for each in control.recommend().json()["data"]["results"]} <= {"1", "2", "3"}
    control.control(f"/snapshots/{concluded['undo']}/restore", {})
    assert "1" not in control.items


def test_users_and_events_can_be_added_too(control: Served) -> None:
    bring(control, "user_id,status,created_at\nown-1,active,2026-01-01T00:00:00Z\n", kind="users", mode="add")
    event = '{"userId": "own-1", "event": "Product Viewed", "sku": "prod_1"}\n'
    concluded = bring(control, event, kind="events", mode="add")
    tenant = control.mock.organisations[SHOP].tenant
    assert "own-1" in tenant.users
    assert [each.event_name for each in tenant.events.values() if each.user_id == "own-1"] == ["view"]
    assert concluded["notes"][-1] == "'Product Viewed' is view (1)"


def test_a_file_without_a_valid_row_changes_nothing(control: Served) -> None:
    concluded = bring(control, "item_id,status\n1,gone\n2,gone\n", mode="add")
    assert (concluded["applied"], concluded["undo"], concluded["left_out"]) == (False, None, 2)
    (group,) = concluded["errors"]
    assert (group["field"], group["count"], group["lines"]) == ("$.status", 2, [2, 3])


@pytest.mark.parametrize(
    ("content", "stopped"),
    [
        ("PK\x03\x04", "is a spreadsheet or another zip file: save the sheet as CSV (UTF-8), or unpack it"),
        ("", "is empty: the first line names the columns"),
    ],
)
def test_an_unreadable_file_is_refused_with_the_reason(control: Served, content: str, stopped: str) -> None:
    concluded = bring(control, content)
    assert (concluded["stopped"], concluded["summary"], concluded["format"]) == (stopped, stopped, None)


def test_a_known_export_is_recognised(control: Served) -> None:
    text = "Handle,Title,Vendor,Variant Price\nshirt,Shirt,Acme,25.00\n"
    assert bring(control, text)["looks_like"] == "shopify"
    assert bring(control, text, columns="shopify")["records"][0]["item_id"] == "shirt"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"columns": "SKU"}, "query.columns"),
        ({"mode": "replace", "kind": "events"}, "query.mode"),
        ({"kind": "orders"}, "$.kind"),
        ({"colums": "a=b"}, "$.colums"),
    ],
)
def test_an_invalid_query_is_refused(control: Served, query: dict[str, str], field: str) -> None:
    assert bring(control, GERMAN, 400, **query)[0]["field"] == field
