"""Mutants of the items upsert: what it accepts and what it refuses."""

from __future__ import annotations

from tests.mutants.mutant import Mutant
from tests.mutants.wrappers import (
    Answer,
    Break,
    Document,
    Request,
    Server,
    edge,
    edits,
    fills,
    passes,
    refuses,
    repairs,
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


def bare(operation: str, status: int) -> Break:
    """A body that is only a text or a number is answered with this status."""

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
    """Malformed JSON is answered with this status; with 202, a record is invented."""

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
    """Numeric ids are accepted as texts."""
    document = request.json
    if request.operation == "items" and isinstance(document, dict) and type(document.get("item_id")) is int:
        request.json = document | {"item_id": str(document["item_id"])}
    return await server.answer(request)


MUTANTS = [
    Mutant(
        "items-need-attributes",
        "An item without attributes is refused.",
        ("ITEM-accepts-required",),
        refuses("items", lambda r: not r.get("attributes")),
    ),
    Mutant("items-counted-as-two", "One item is counted as 2.", ("ITEM-accepts-required",), counts_wrong("items", 2)),
    Mutant(
        "item-dates-refused",
        "An item with created_at is refused.",
        ("ITEM-accepts-optional",),
        refuses("items", lambda r: isinstance(r.get("created_at"), str)),
    ),
    Mutant(
        "deleted-items-refused",
        "An item with status deleted is refused.",
        ("ITEM-accepts-status",),
        refuses("items", lambda r: r.get("status") == "deleted"),
    ),
    Mutant(
        "items-are-products-or-articles",
        "item_type is product, article or video, anything else is refused.",
        ("ITEM-accepts-any-type",),
        refuses("items", lambda r: r.get("item_type", "product") not in ("product", "article", "video")),
    ),
    Mutant(
        "item-status-defaults",
        "An item without status is active.",
        ("ITEM-requires-status",),
        fills("items", status="active"),
    ),
    Mutant("numeric-item-ids", "A number is taken for an item_id.", ("ITEM-field-types",), edge(numbers_as_texts)),
    Mutant(
        "any-text-is-an-item-date",
        "created_at may be any text.",
        ("ITEM-created-at-is-a-date",),
        repairs("items", lambda r: r.update(created_at="2026-01-01") if isinstance(r.get("created_at"), str) else None),
    ),
    Mutant(
        "unknown-item-fields-refused",
        "A field that is not documented makes an item refused.",
        ("ITEM-unknown-fields",),
        refuses("items", lambda r: bool(r.keys() - FIELDS)),
    ),
    Mutant(
        "bare-values-accepted-as-items",
        "A body that is a bare text or number is 202.",
        ("ITEM-body-is-an-object",),
        bare("items", 202),
    ),
    Mutant(
        "malformed-items-are-415", "Malformed JSON is 415 for items.", ("ITEM-malformed-json",), malformed("items", 415)
    ),
    Mutant(
        "odd-attribute-names-refused",
        "Names of attributes with anything but ASCII letters, digits and _ are refused.",
        ("ITEM-free-form-attributes", "GEN-valid-accepted"),
        refuses(
            "items", lambda r: any(not name.replace("_", "a").isalnum() or not name.isascii() for name in attributes(r))
        ),
    ),
    Mutant(
        "items-of-an-array-counted-once-more",
        "data.accepted is one more than the items of an array.",
        ("INGEST-counted",),
        edits(
            lambda request, _: request.operation == "items" and request.is_array,
            lambda document, _: document["data"].update(accepted=document["data"]["accepted"] + 1),
            202,
        ),
    ),
]
