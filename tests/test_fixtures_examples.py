"""The documents' examples, kept word for word, against the contract and against the documents as quoted here."""

import csv
import re
from typing import Any

import pytest

from fixtures import examples
from tests.shipped import SPEC

# How the API Reference and the public pages print them.
QUOTED = {
    "items_accepted": '{"success": true, "message": "items accepted", "data": {"accepted": 1}, "error": null}',
    "users_accepted": '{"success": true, "message": "users accepted", "data": {"accepted": 1}, "error": null}',
    "events_accepted": '{"success": true, "message": "events accepted", "data": {"accepted": 1}, "error": null}',
    "recommendation": (
        '{"success": true, "message": "Success", "data": {"recommendation_id": "550e8400-e29b-41d4-a716-446655440000", '
        '"tenant_id": "glow-beauty-ng", "domain": "commerce", "strategy": "personalized", "mode": "behavioral", '
        '"results": [{"item_id": "prod_7", "score": 0.985, "reason": "behavioral_match", '
        '"metadata": {"brand": "Sony"}}], "recommended_items": ["prod_7", "prod_3", "prod_22"], '
        '"pagination": {"page": 1, "limit": 20, "total_count": 48, "has_next": true}, "latency_ms": 42.5}, '
        '"error": null}'
    ),
    "success": '{"success": true, "message": "...", "data": {}}',
    "error": '{"success": false, "message": "Human-readable error", "error": "Detail"}',
    "filters_by_category": '{"category": "shoes"}',
    "filters_by_status": '{"status": "active"}',
    "rate_limit_headers": '{"RateLimit-Limit": "1000", "RateLimit-Remaining": "312", "RateLimit-Reset": "482"}',
    "catalog": (
        '[{"item_id": "PROD-001", "item_type": "product", "status": "active", "attributes": '
        '{"name": "Wireless Headphones", "price": 149.99, "category": "Electronics", "brand": "Acoustix"}}]'
    ),
}
CATALOG_ROWS = [
    ("PROD-001", "Wireless Headphones", "149.99", "Electronics", "active"),
    ("PROD-002", "Running Shoes", "89.99", "Footwear", "active"),
    ("PROD-003", "Coffee Maker", "59.99", "Kitchen", "active"),
    ("PROD-004", "Yoga Mat", "29.99", "Fitness", "inactive"),
]


def documented_response(operation_id: str, status: str) -> Any:
    response = SPEC.operation(operation_id).responses[status]
    return response["content"]["application/json"]["examples"]["documented"]["value"]


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def test_every_golden_file_is_quoted_from_a_document() -> None:
    assert examples.names() == sorted(QUOTED)


@pytest.mark.parametrize("name", sorted(QUOTED))
def test_a_golden_file_says_what_the_document_says(name: str) -> None:
    assert squeezed((examples.GOLDEN / f"{name}.json").read_text(encoding="utf-8")) == squeezed(QUOTED[name])


@pytest.mark.parametrize(
    ("name", "operation_id", "status"),
    [
        ("items_accepted", "upsertItems", "202"),
        ("users_accepted", "upsertUsers", "202"),
        ("events_accepted", "ingestEvents", "202"),
        ("recommendation", "recommend", "200"),
    ],
)
def test_the_contract_gives_the_documented_response_as_its_example(name: str, operation_id: str, status: str) -> None:
    assert documented_response(operation_id, status) == examples.example(name)


def test_the_contract_gives_the_documented_error_with_the_data_of_reading_r12() -> None:
    for status in ("400", "401", "403", "422", "429", "500"):
        assert documented_response("recommend", status) == {**examples.example("error"), "data": None}


def test_the_contract_gives_the_documented_headers_as_their_examples() -> None:
    headers = SPEC.document["components"]["headers"]
    for name, value in examples.example("rate_limit_headers").items():
        assert headers[name]["example"] == int(value)


def test_the_contract_gives_the_documented_filter_as_its_example() -> None:
    filters = SPEC.document["components"]["schemas"]["RecommendRequest"]["properties"]["filters"]
    assert examples.example("filters_by_category") in filters["examples"]


def test_the_catalogue_files_hold_the_documented_rows() -> None:
    with examples.CATALOG_CSV_FIRST_EDITION.open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    assert header == ["item_id", "name", "price", "category", "status"]
    assert [tuple(row) for row in rows] == CATALOG_ROWS
    with examples.CATALOG_CSV.open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    assert header == ["item_id", "item_type", "name", "price", "category", "status"]
    assert [tuple(row) for row in rows] == [(row[0], "product", *row[1:]) for row in CATALOG_ROWS]


def test_the_contract_shows_the_documented_catalogue_as_upserts() -> None:
    schema_examples = SPEC.document["components"]["requestBodies"]["Items"]["content"]["application/json"]["examples"]
    shown = [
        (item["item_id"], *map(str, item["attributes"].values()), item["status"])
        for item in schema_examples["items"]["value"]
    ]
    assert shown == CATALOG_ROWS
    first = examples.example("catalog")[0]
    assert {key: schema_examples["item"]["value"][key] for key in first} == first


def test_an_example_is_the_callers_own_copy() -> None:
    examples.example("error").clear()
    assert examples.example("error")["message"] == "Human-readable error"
