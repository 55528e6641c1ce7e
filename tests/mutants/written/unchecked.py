"""Mutants with checks that something switches off: bodies and keys in unusual form are not checked."""

from __future__ import annotations

from collections.abc import Callable

from tests.mutants.mutant import Mutant
from tests.mutants.wrappers import (
    Answer,
    Break,
    Condition,
    Document,
    Request,
    Server,
    Test,
    chain,
    edge,
    edits_data,
    passes,
    repairs,
)
from tests.mutants.written.exhausted import exempt
from tests.mutants.written.keys import lets_in, matching

FIELDS = {
    "items": {"item_id", "item_type", "status", "attributes", "created_at"},
    "users": {"user_id", "status", "created_at", "attributes"},
}
STATUSES = ("active", "inactive", "deleted")
FAMILIES = ("exposure", "engagement", "conversion", "system")
REQUIRED = {
    "items": {"item_id": "made-up", "item_type": "product", "status": "active"},
    "users": {"user_id": "made-up", "status": "active", "created_at": "2026-01-01T00:00:00Z"},
    "events": {"user_id": "made-up", "event_family": "engagement", "event_name": "view"},
}
ENUMS = {"status": STATUSES, "event_family": FAMILIES}


def unchecked(operation: str, test: Test) -> Break:
    """Records for which the test holds may lack required fields, and may have any value in an enum field."""

    def repair(record: Document) -> None:
        if not test(record):
            return
        for name, value in REQUIRED[operation].items():
            record.setdefault(name, value)
            if name in ENUMS and record[name] not in ENUMS[name]:
                record[name] = value

    return repairs(operation, repair)


def is_odd(text: object) -> bool:
    return isinstance(text, str) and not text.isascii()


def has(name: str) -> Condition:
    return lambda request, _: any(record.get(name) is not None for record in request.records)


def one_character_off(given: str, known: str) -> bool:
    return len(given) == len(known) and sum(a != b for a, b in zip(given, known, strict=True)) == 1


def let_in_with(operations: tuple[str, ...], condition: Condition) -> Break:
    """A key with one wrong character opens these operations where the condition holds."""
    return lets_in(matching(one_character_off), lambda r, s: r.operation in operations and condition(r, s))


async def lists_after_an_echo(request: Request, server: Server) -> Answer:
    """A list for a user who sent back a served recommendation_id has no pagination."""
    if request.operation == "events" and server.is_valid(request):
        served = server.tenant(request).attribution.served
        echoed = [each["user_id"] for each in request.records if each.get("recommendation_id")]
        known = any(served(each["recommendation_id"]) for each in request.records if each.get("recommendation_id"))
        server.memory.update(dict.fromkeys(echoed if known else ()))
    answer = await server.answer(request)
    if request.operation == "recommend" and answer.status == 200 and request.value("user_id") in server.memory:
        document = answer.json
        document["data"].pop("pagination")
        answer.json = document
    return answer


def served_ids(request: Request, server: Server) -> bool:
    served = server.tenant(request).attribution.served
    ids = [each.get("recommendation_id") for each in request.records]
    return request.operation == "events" and any(isinstance(each, str) and served(each) is not None for each in ids)


async def answered_with_200(request: Request, server: Server) -> Answer:
    answer = await server.answer(request)
    answer.status = 200 if answer.status == 202 else answer.status
    return answer


def similar_to(test: Callable[[str], bool]) -> Condition:
    def asked(request: Request, server: Server) -> bool:
        item = server.tenant(request).items.get(str(request.value("context_item_id")))
        return request.operation == "recommend" and item is not None and test(item.item_type)

    return asked


MUTANTS = [
    Mutant(
        "unknown-fields-end-the-checks",
        "A field that no document names makes an item or a user good, whatever else is wrong with it.",
        (
            "GEN-invalid-refused",
            "ITEM-requires-item-id",
            "ITEM-requires-item-type",
            "ITEM-status-enum",
            "USER-requires-user-id",
            "USER-requires-status",
            "USER-requires-created-at",
            "USER-status-enum",
        ),
        chain(*(unchecked(each, lambda r, known=FIELDS[each]: bool(r.keys() - known)) for each in FIELDS)),  # type: ignore[misc]
    ),
    Mutant(
        "users-with-attributes-unchecked",
        "A user with attributes lacks nothing, and any status will do.",
        (
            "GEN-invalid-refused",
            "USER-requires-user-id",
            "USER-requires-status",
            "USER-requires-created-at",
            "USER-status-enum",
        ),
        unchecked("users", lambda record: isinstance(record.get("attributes"), dict)),
    ),
    Mutant(
        "events-in-context-unchecked",
        "An event with a context lacks nothing, and any family will do.",
        (
            "GEN-invalid-refused",
            "EVENT-requires-user-id",
            "EVENT-requires-family",
            "EVENT-requires-name",
            "EVENT-family-enum",
        ),
        unchecked("events", lambda record: isinstance(record.get("context"), dict)),
    ),
    Mutant(
        "dated-items-unchecked",
        "An item with created_at lacks nothing, and any status will do.",
        ("GEN-invalid-refused", "ITEM-requires-item-id", "ITEM-requires-item-type", "ITEM-status-enum"),
        unchecked("items", lambda record: isinstance(record.get("created_at"), str)),
    ),
    Mutant(
        "lists-after-an-echo-lack-pagination",
        "A list for a user who echoed a recommendation_id has no pagination.",
        ("REC-keys", "REC-pagination-types"),
        edge(lists_after_an_echo),
    ),
    Mutant(
        "echoes-of-served-ids-answer-200",
        "An event that echoes a recommendation_id which was served is answered with 200.",
        ("INGEST-202", "ATTR-echo-accepted"),
        passes(served_ids, answered_with_200),
    ),
    Mutant(
        "lists-beside-other-types-have-text-scores",
        "Beside an item that is no product, scores are texts.",
        ("RANK-score-number",),
        edits_data(
            lambda data, _: [result.update(score=str(result["score"])) for result in data["results"]],
            similar_to(lambda item_type: item_type != "product"),
        ),
    ),
    Mutant(
        "users-with-attributes-pass-when-exhausted",
        "Users that have attributes pass although the limit is used up.",
        ("LIMIT-429-on-every-route", "LIMIT-then-429", "GEN-burnt-keys-429"),
        exempt(lambda request, server: request.operation == "users" and has("attributes")(request, server)),
        exhaust=True,
    ),
]
