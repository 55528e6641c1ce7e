"""Further mutants of statements that hardly any other mutant breaks alone; they show only with unusual bodies and long
lists."""

from __future__ import annotations

from tests.mutants.mutant import Mutant
from tests.mutants.wrappers import Answer, Document, Request, Server, edge, edits_data, refuses
from tests.mutants.written.filters import at_most
from tests.mutants.written.key_types import accepts_wrong_type
from tests.mutants.written.unchecked import let_in_with


async def told_without_publishable(request: Request, server: Server) -> Answer:
    """RateLimit-Remaining for a secret key ignores the requests with the publishable key."""
    answer = await server.answer(request)
    organisation, remaining = server.organisation(request), answer.header("ratelimit-remaining")
    if organisation and remaining:
        spent = ("spent", organisation.publishable_key)
        if request.key == organisation.publishable_key:
            server.turn(spent)
        else:
            answer.set_header("ratelimit-remaining", int(remaining) + server.memory.get(spent, 0))
    return answer


def of_another_century(request: Request, _: Server) -> bool:
    dates = [record.get("created_at") for record in request.records]
    return any(isinstance(each, str) and not each.startswith("20") for each in dates)


def long_and_filtered(request: Request, _: Server) -> bool:
    limit = request.value("limit")
    asked = request.operation == "recommend" and type(limit) in (int, float)
    return asked and limit > 50 and bool(request.value("filters"))


def odd_names(request: Request, _: Server) -> bool:
    names = [record.get("event_name") for record in request.records]
    return any(isinstance(each, str) and not each.replace("_", "").isalpha() for each in names)


def many_records(request: Request, _: Server) -> bool:
    return len(request.records) > 3


def dated_alone(request: Request, _: Server) -> bool:
    return any("created_at" in record and "attributes" not in record for record in request.records)


def empty_attributes(request: Request, _: Server) -> bool:
    return any(record.get("attributes") == {} for record in request.records)


def one_page_only(data: Document, request: Request) -> None:
    """A filtered list ends with its first page."""
    place = data["pagination"]
    if request.value("filters"):
        place.update(total_count=min(place["limit"], place["total_count"]), has_next=False)
        if place["page"] > 1:
            data.update(results=[], recommended_items=[])


MUTANTS = [
    Mutant(
        "secret-keys-are-not-told-of-the-page",
        "What a secret key is told to remain leaves out the requests with the publishable key.",
        ("RATE-shared-by-keys",),
        edge(told_without_publishable),
    ),
    Mutant(
        "publishable-key-upserts-users-of-another-century",
        "A publishable key may upsert users that were created in another century.",
        ("AUTH-publishable-on-upsert", "GEN-swapped-keys-403"),
        accepts_wrong_type("users", condition=of_another_century),
    ),
    Mutant(
        "tampered-key-upserts-users-of-another-century",
        "A key with one wrong character may upsert users that were created in another century.",
        ("AUTH-tampered-key", "GEN-tampered-keys-401"),
        let_in_with(("users",), of_another_century),
    ),
    Mutant(
        "secret-key-sends-odd-names",
        "A secret key may send events whose name has other characters than letters and underscores.",
        ("AUTH-secret-on-publishable", "GEN-swapped-keys-403"),
        accepts_wrong_type("events", condition=odd_names),
    ),
    Mutant(
        "secret-key-sends-more-than-three-events",
        "A secret key may send more than three events at once.",
        ("AUTH-secret-on-publishable", "AUTH-refused-events-do-not-count", "GEN-swapped-keys-403"),
        accepts_wrong_type("events", condition=many_records),
    ),
    Mutant(
        "publishable-key-upserts-dated-items-without-attributes",
        "A publishable key may upsert items with a date and no attributes.",
        ("AUTH-publishable-on-upsert", "GEN-swapped-keys-403"),
        accepts_wrong_type("items", condition=dated_alone),
    ),
    Mutant(
        "empty-contexts-refused",
        "An event whose context is empty is refused.",
        ("EVENT-optional-fields", "VALID-accepted", "GEN-valid-accepted"),
        refuses("events", lambda record: record.get("context") == {}),
    ),
    Mutant(
        "user-attributes-of-one-letter-refused",
        "A user with an attribute whose name is one letter is refused.",
        ("USER-accepts-optional", "GEN-valid-accepted"),
        refuses("users", lambda record: any(len(name) == 1 for name in record.get("attributes") or {})),
    ),
    Mutant(
        "tampered-key-gets-long-filtered-lists",
        "A key with one wrong character may ask for more than fifty results when it filters them.",
        ("AUTH-tampered-key", "GEN-tampered-keys-401"),
        let_in_with(("recommend",), long_and_filtered),
    ),
    Mutant(
        "tampered-key-upserts-users-with-empty-attributes",
        "A key with one wrong character may upsert users whose attributes are empty.",
        ("AUTH-tampered-key", "GEN-tampered-keys-401"),
        let_in_with(("users",), empty_attributes),
    ),
    Mutant(
        "filtered-lists-have-one-page",
        "A filtered list ends with its first page.",
        ("FILTER-complete", "PAGE-total-reached"),
        edits_data(one_page_only),
    ),
    Mutant(
        "three-matches-but-by-category",
        "A filter finds no more than three matches unless it is on `category`.",
        ("FILTER-complete",),
        at_most(3, lambda filters: bool(filters) and "category" not in filters),
    ),
]
