"""Items: which bodies are accepted and which are refused."""

import json
from collections.abc import Iterator
from typing import Any

from contracts.checks.common import (
    NO_STATUS,
    NULLS,
    UNKNOWN,
    expect_accepted,
    expect_no_crash,
    expect_refused,
    expect_refused_values,
    expect_refused_without,
    valid_body,
)
from contracts.exchange import REFUSED
from contracts.run.probe import Probe, lacking
from contracts.run.registry import check
from fixtures.bodies import full_item_body, item_body


@check("ITEM-accepts-required")
def accepts_required(probe: Probe) -> None:
    expect_accepted(probe, probe.operations.items, item_body(probe.name("item")), "required fields only")


@check("ITEM-accepts-optional")
def accepts_optional(probe: Probe) -> None:
    items = probe.operations.items
    full = full_item_body(probe.name("item"))
    expect_accepted(probe, items, full, "every documented field")
    for field in ("attributes", "created_at"):
        expect_accepted(probe, items, {**lacking(full, field), "item_id": probe.name("item")}, f"without {field}")


@check("ITEM-accepts-status")
def accepts_status(probe: Probe) -> None:
    for status in ("active", "inactive", "deleted"):
        body = item_body(probe.name("item"), status=status)
        expect_accepted(probe, probe.operations.items, body, f"status {status}")


@check("ITEM-accepts-any-type")
def accepts_any_type(probe: Probe) -> Iterator[None]:
    """Check any type for a new item, and for a known item that had another type; its other fields may change too."""
    items, types = probe.operations.items, ("product", "article", "video", "gift-card")
    known = [item_body(probe.name("item"), item_type=item_type) for item_type in types]
    known = known[1:3] if probe.plan.one_organisation else known
    for body in known:
        expect_accepted(probe, items, body, f"item_type {body['item_type']}")
    yield
    for body, item_type in zip(known, (*types[2:], *types[:2]), strict=False):
        case = f"item_type {item_type} of what was {body['item_type']}"
        expect_accepted(probe, items, {**body, "item_type": item_type}, case)
    for field, values in ({} if probe.costly_items else _changes()).items():
        for value in values[: 1 if probe.plan.one_organisation else None]:
            probe.send(items, {**known[-1], field: value}, valid=True)


def _changes() -> dict[str, list[Any]]:
    """Return by field a sequence of values, each of another kind than the previous one."""
    attributes = [{"price": 12, "sale": True}, {"price": {"eur": 12}, "sale": []}]
    return {"attributes": attributes, "created_at": ["2026-02-01T00:00:00Z", "2025-02-01T00:00:00Z"]}


@check("ITEM-free-form-attributes")
def free_form_attributes(probe: Probe) -> None:
    items = probe.operations.items
    attributes = {"title": "Boots", "price": 89.5, "in_stock": True, "tags": ["a", "b"], "size": {"eu": 43}, "note": ""}
    expect_accepted(probe, items, item_body(probe.number(), attributes=attributes), "attributes of every JSON type")
    others = {
        "no attributes": {},
        "one attribute": {"colour": "red"},
        "odd names": {"Größe (cm)": 43, "on-sale now?": True, "sold": False, "rating": 0, "change": -0.5, "tags": []},
        "usual names, other types": {
            "price": "19.99",
            "title": 7,
            "category": ["shoes"],
            "brand": {"en": {"long": {}}},
        },
    }
    once = probe.name("item")
    for case, given in others.items():
        item_id = once if probe.plan.one_organisation else probe.name("item")
        expect_accepted(probe, items, item_body(item_id, attributes=given), case)
    for case, given in list(NULLS.items())[: 1 if probe.plan.one_organisation else None]:
        exchange = probe.send(items, item_body(probe.name("item"), attributes=given))
        expect_no_crash(probe, exchange, f"attributes: {case}")


@check("ITEM-requires-item-id")
def requires_item_id(probe: Probe) -> None:
    expect_refused_without(probe, probe.operations.items, "item_id", probe.item(), full_item_body(probe.name("item")))


@check("ITEM-requires-item-type")
def requires_item_type(probe: Probe) -> None:
    full = full_item_body(probe.name("item"))
    expect_refused_without(probe, probe.operations.items, "item_type", item_body(probe.name("item")), full)
    known = probe.item()
    probe.send(probe.operations.items, known)
    expect_refused(probe, probe.operations.items, lacking(known, "item_type"), "without item_type, known id")


@check("ITEM-requires-status")
def requires_status(probe: Probe) -> None:
    expect_refused(probe, probe.operations.items, lacking(probe.item(), "status"), "without status")


@check("ITEM-status-enum")
def status_enum(probe: Probe) -> None:
    full = full_item_body(probe.name("item"))
    expect_refused_values(probe, probe.operations.items, "status", NO_STATUS, item_body(probe.name("item")), full)


@check("ITEM-field-types")
def field_types(probe: Probe) -> None:
    wrong = {"item_id": 42, "item_type": ["product"], "status": True, "attributes": "red"}
    for field, value in wrong.items():
        expect_refused(probe, probe.operations.items, {**probe.item(), field: value}, f"{field} of a wrong type")
    more = {"item_id": {"id": "a"}, "item_type": 7, "attributes": ["red"], "created_at": ["2026-01-15"]}
    for field, value in {} if probe.plan.one_organisation else more.items():
        body = {**full_item_body(probe.name("item")), field: value}
        expect_refused(probe, probe.operations.items, body, f"{field} of another wrong type")


@check("ITEM-created-at-is-a-date")
def created_at_is_a_date(probe: Probe) -> None:
    body = {**probe.item(), "created_at": "not a date"}
    expect_refused(probe, probe.operations.items, body, "created_at that is no date")


@check("ITEM-unknown-fields")
def unknown_fields(probe: Probe) -> None:
    body = {**probe.item(), **UNKNOWN}
    expect_accepted(probe, probe.operations.items, body, "fields that are not documented")


@check("ITEM-text")
def text(probe: Probe) -> None:
    items = probe.operations.items
    expect_accepted(probe, items, item_body(probe.name("item-\U0001f97e-靴")), "an id with plane-1 characters")
    long = item_body(probe.name("item"), attributes={"title": "Boot \U0001f97e " * 142})
    expect_accepted(probe, items, long, "a text of 1,000 characters")


@check("ITEM-array")
def array(probe: Probe) -> None:
    expect_accepted(probe, probe.operations.items, [probe.item(), probe.item()], "an array of two")


@check("ITEM-body-is-an-object")
def body_is_an_object(probe: Probe) -> None:
    bare = {"a text": b'"item"', "null": b"null", "a number": b"42"}
    for n, operation in enumerate(probe.operations.all()):
        for name in [list(bare)[n % 3]] if probe.plan.one_organisation else bare:
            exchange = probe.send(operation, content=bare[name])
            probe.expect_status(exchange, REFUSED, f"body is {name}")


@check("ITEM-malformed-json")
def malformed_json(probe: Probe) -> None:
    for operation in probe.operations.all():
        whole = json.dumps(valid_body(probe, operation)).encode()
        exchange = probe.send(operation, content=whole[:-1], understood=False)
        probe.expect_status(exchange, REFUSED, "truncated JSON")
        if probe.plan.quick:
            continue
        exchange = probe.send(operation, content=whole + b" ]", understood=False)
        probe.expect_status(exchange, REFUSED, "more after the JSON")
        exchange = probe.send(operation, content=b"", understood=False)
        if expect_no_crash(probe, exchange, "no body"):
            probe.expect(
                not exchange.ok or operation.operation_id == "recommend",
                "no body",
                "a refusal",
                f"status {exchange.status}",
                exchange,
            )
