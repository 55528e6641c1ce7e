"""Faults of the items upsert: what it takes and what it refuses."""

from __future__ import annotations

from tests.mutants.fault import Fault
from tests.mutants.wrappers import (
    Answer,
    Break,
    Document,
    Request,
    Server,
    crashes,
    edge,
    edits,
    fills,
    passes,
    refuses,
    repairs,
    sometimes,
    strings,
    tolerates,
)

STATUSES = ("active", "inactive", "deleted")
FIELDS = {"item_id", "item_type", "status", "attributes", "created_at"}


def counts_wrong(operation: str, wrong: int) -> Break:
    """One record alone is counted as another number."""
    return edits(
        lambda request, _: request.operation == operation and not request.is_array,
        lambda document, _: document["data"].update(accepted=wrong),
        202,
    )


def attributes(record: Document) -> Document:
    found = record.get("attributes")
    return found if isinstance(found, dict) else {}


def nested(record: Document) -> bool:
    return any(isinstance(value, dict | list) for value in attributes(record).values())


def values_not_text(record: Document) -> bool:
    return any(isinstance(value, int | float) for value in attributes(record).values())


def beyond_plane_0(record: Document) -> bool:
    return any(ord(character) > 0xFFFF for character in str(record.get("item_id", "")))


def bare(operation: str, status: int) -> Break:
    """A body that is a bare text or number is answered with a status."""

    async def answered(request: Request, server: Server) -> Answer:
        if status == 202:
            request.json = []
            answer = await server.refuse(request, 202)
            if answer.status == 202:
                answer.json = {"success": True, "message": "accepted", "data": {"accepted": 0}, "error": None}
            return answer
        return await server.refuse(request, status)

    return passes(
        lambda request, _: request.operation == operation and isinstance(request.json, str | int | float), answered
    )


def malformed(operation: str, status: int) -> Break:
    """Malformed JSON is answered with a status; 202 means that a record is made up."""

    async def answered(request: Request, server: Server) -> Answer:
        if status != 202:
            return await server.refuse(request, status)
        request.json = {"item_id": "made-up", "item_type": "product", "status": "inactive"}
        return await server.answer(request)

    return passes(
        lambda request, _: request.operation == operation and bool(request.body) and is_broken(request), answered
    )


def is_broken(request: Request) -> bool:
    return request.json is None and request.body.strip() != b"null"


async def numbers_as_texts(request: Request, server: Server) -> Answer:
    """Numeric ids are taken for texts."""
    document = request.json
    if request.operation == "items" and isinstance(document, dict) and type(document.get("item_id")) is int:
        request.json = document | {"item_id": str(document["item_id"])}
    return await server.answer(request)


FAULTS = [
    Fault(
        "items-need-attributes",
        "An item without attributes is refused.",
        ("ITEM-accepts-required",),
        refuses("items", lambda r: not r.get("attributes")),
    ),
    Fault("items-counted-as-none", "One item is counted as 0.", ("ITEM-accepts-required",), counts_wrong("items", 0)),
    Fault("items-counted-as-two", "One item is counted as 2.", ("ITEM-accepts-required",), counts_wrong("items", 2)),
    Fault(
        "item-dates-refused",
        "An item with created_at is refused.",
        ("ITEM-accepts-optional",),
        refuses("items", lambda r: isinstance(r.get("created_at"), str)),
    ),
    Fault(
        "items-need-a-price",
        "An item whose attributes have no price is refused.",
        ("ITEM-accepts-optional", "ITEM-free-form-attributes"),
        refuses("items", lambda r: bool(attributes(r)) and "price" not in attributes(r)),
    ),
    Fault(
        "dated-items-crash",
        "An item with attributes and created_at is a server error.",
        ("ITEM-accepts-optional",),
        crashes("items", lambda r: bool(r.get("created_at") and r.get("attributes"))),
    ),
    Fault(
        "deleted-items-refused",
        "An item with status deleted is refused.",
        ("ITEM-accepts-status",),
        refuses("items", lambda r: r.get("status") == "deleted"),
    ),
    Fault(
        "inactive-items-crash",
        "An item with status inactive is a server error.",
        ("ITEM-accepts-status",),
        crashes("items", lambda r: r.get("status") == "inactive"),
    ),
    Fault(
        "items-are-products-or-articles",
        "item_type is product, article or video, anything else is refused.",
        ("ITEM-accepts-any-type",),
        refuses("items", lambda r: r.get("item_type", "product") not in ("product", "article", "video")),
    ),
    Fault(
        "item-types-are-short",
        "An item_type of more than eight letters is refused.",
        ("ITEM-accepts-any-type",),
        refuses("items", lambda r: len(str(r.get("item_type", ""))) > 8),
    ),
    Fault(
        "nested-attributes-refused",
        "Attributes that hold lists or objects are refused.",
        ("ITEM-free-form-attributes",),
        refuses("items", nested),
    ),
    Fault(
        "attributes-are-texts",
        "Attributes that are numbers or booleans are refused.",
        ("ITEM-free-form-attributes",),
        refuses("items", values_not_text),
    ),
    Fault(
        "item-id-made-up",
        "An item without item_id gets one.",
        ("ITEM-requires-item-id",),
        fills("items", item_id="made-up"),
    ),
    Fault(
        "no-item-id-is-409",
        "An item without item_id is refused with 409.",
        ("ITEM-requires-item-id",),
        refuses("items", lambda r: "item_id" not in r, 409),
    ),
    Fault(
        "item-type-defaults",
        "An item without item_type is a product.",
        ("ITEM-requires-item-type",),
        fills("items", item_type="product"),
    ),
    Fault(
        "no-item-type-crashes",
        "An item without item_type is a server error.",
        ("ITEM-requires-item-type",),
        crashes("items", lambda r: "item_type" not in r),
    ),
    Fault(
        "item-status-defaults",
        "An item without status is active.",
        ("ITEM-requires-status",),
        fills("items", status="active"),
    ),
    Fault(
        "any-item-status",
        "An unknown status of an item is taken for inactive.",
        ("ITEM-status-enum",),
        tolerates("items", "status", STATUSES.__contains__, "inactive"),
    ),
    Fault(
        "item-status-in-any-case",
        "An item's status may have capitals, or be one more word.",
        ("ITEM-status-enum", "GEN-invalid-refused"),
        sometimes(tolerates("items", "status", STATUSES.__contains__, "active"), 2),
    ),
    Fault(
        "bad-item-status-is-409",
        "An unknown status of an item is refused with 409.",
        ("ITEM-status-enum",),
        refuses("items", lambda r: r.get("status", "active") not in STATUSES, 409),
    ),
    Fault(
        "attributes-may-be-anything",
        "Attributes that are no object are taken for none.",
        ("ITEM-field-types",),
        tolerates("items", "attributes", lambda value: isinstance(value, dict | None), {}),
    ),
    Fault("numeric-item-ids", "A number is taken for an item_id.", ("ITEM-field-types",), edge(numbers_as_texts)),
    Fault(
        "any-text-is-an-item-date",
        "created_at may be any text.",
        ("ITEM-created-at-is-a-date",),
        repairs("items", lambda r: r.update(created_at="2026-01-01") if isinstance(r.get("created_at"), str) else None),
    ),
    Fault(
        "unknown-item-fields-refused",
        "A field that is not documented makes an item refused.",
        ("ITEM-unknown-fields",),
        refuses("items", lambda r: bool(r.keys() - FIELDS)),
    ),
    Fault(
        "plane-1-item-ids-refused",
        "An item_id with characters beyond plane 0 is refused.",
        ("ITEM-text",),
        refuses("items", beyond_plane_0),
    ),
    Fault(
        "long-texts-refused",
        "Attributes longer than 255 characters are refused.",
        ("ITEM-text",),
        refuses("items", lambda r: any(len(text) > 255 for text in strings(attributes(r)))),
    ),
    Fault(
        "bare-values-accepted-as-items",
        "A body that is a bare text or number is 202.",
        ("ITEM-body-is-an-object",),
        bare("items", 202),
    ),
    Fault(
        "bare-values-crash-items",
        "A body that is a bare text or number is a server error.",
        ("ITEM-body-is-an-object", "ROBUST-odd-bodies"),
        bare("items", 500),
    ),
    Fault(
        "malformed-items-accepted",
        "Malformed JSON is 202 for items.",
        ("ITEM-malformed-json",),
        malformed("items", 202),
    ),
    Fault(
        "malformed-items-are-415", "Malformed JSON is 415 for items.", ("ITEM-malformed-json",), malformed("items", 415)
    ),
    Fault(
        "long-lists-in-attributes-refused",
        "Attributes that hold an empty list or object are refused.",
        ("ITEM-free-form-attributes", "GEN-valid-accepted"),
        refuses("items", lambda r: any(value in ([], {}) for value in attributes(r).values())),
    ),
    Fault(
        "odd-attribute-names-refused",
        "Names of attributes with anything but ASCII letters, digits and _ are refused.",
        ("ITEM-free-form-attributes", "GEN-valid-accepted"),
        refuses(
            "items", lambda r: any(not name.replace("_", "a").isalnum() or not name.isascii() for name in attributes(r))
        ),
    ),
]
