"""Statements that next to nothing breaks alone, broken in further places: what only odd bodies and long lists show."""

from __future__ import annotations

from tests.mutants.fault import Fault
from tests.mutants.filters import at_most, without_last
from tests.mutants.key_types import accepts_wrong_type
from tests.mutants.unchecked import let_in_with
from tests.mutants.wrappers import Answer, Break, Document, Request, Server, edge, edits_data, passes

STANDARD_EVENTS = {
    "view",
    "search",
    "click",
    "add_to_cart",
    "remove_from_cart",
    "checkout_start",
    "purchase",
    "identify",
}


def learns_late(every: int) -> Break:
    """A key knows of the requests with other keys as of its own last n-th request."""

    async def told(request: Request, server: Server) -> Answer:
        answer = await server.answer(request)
        limit, remaining = answer.header("ratelimit-limit"), answer.header("ratelimit-remaining")
        if server.organisation(request) and limit and remaining:
            used, own = int(limit) - int(remaining), server.turn(("own", request.key))
            if own % every == 0:
                server.memory["others", request.key] = used - own
            answer.set_header("ratelimit-remaining", int(limit) - own - server.memory.get(("others", request.key), 0))
        return answer

    return edge(told)


async def told_without_publishable(request: Request, server: Server) -> Answer:
    """What a secret key is told leaves out the requests with the publishable key."""
    answer = await server.answer(request)
    organisation, remaining = server.organisation(request), answer.header("ratelimit-remaining")
    if organisation and remaining:
        spent = ("spent", organisation.publishable_key)
        if request.key == organisation.publishable_key:
            server.turn(spent)
        else:
            answer.set_header("ratelimit-remaining", int(remaining) + server.memory.get(spent, 0))
    return answer


def own_names(request: Request, _: Server) -> bool:
    return any(record.get("event_name", "view") not in STANDARD_EVENTS for record in request.records)


def of_another_century(request: Request, _: Server) -> bool:
    dates = [record.get("created_at") for record in request.records]
    return any(isinstance(each, str) and not each.startswith("20") for each in dates)


def deep_pages(request: Request, _: Server) -> bool:
    page = request.page
    return type(page) in (int, float) and page > 10


def odd_limits(request: Request, _: Server) -> bool:
    """Limits that no menu offers."""
    limit = request.value("limit")
    return request.operation == "recommend" and type(limit) in (int, float) and limit > 10 and limit % 5 != 0


def middle_pages(request: Request, _: Server) -> bool:
    page = request.page
    return request.operation == "recommend" and type(page) in (int, float) and 2 < page < 10


def odd_names(request: Request, _: Server) -> bool:
    names = [record.get("event_name") for record in request.records]
    return any(isinstance(each, str) and not each.replace("_", "").isalpha() for each in names)


def long_and_filtered(request: Request, _: Server) -> bool:
    limit = request.value("limit")
    asked = request.operation == "recommend" and type(limit) in (int, float)
    return asked and limit > 50 and bool(request.value("filters"))


def more_than_five(request: Request, _: Server) -> bool:
    return len(request.records) > 5


def empty_attributes(request: Request, _: Server) -> bool:
    return any(record.get("attributes") == {} for record in request.records)


def one_page_only(data: Document, request: Request) -> None:
    """A filtered list ends with its first page."""
    place = data["pagination"]
    if request.value("filters"):
        place.update(total_count=min(place["limit"], place["total_count"]), has_next=False)
        if place["page"] > 1:
            data.update(results=[], recommended_items=[])


async def skips_one(request: Request, server: Server) -> Answer:
    """The later pages of a filtered list begin one match too late."""
    answer = await server.answer(request)
    if answer.status != 200 or not answer.json["data"]["results"]:
        return answer
    following = request.copy()
    following.json = request.json | {"page": request.page + 1}
    after = await server.unnoticed(following)
    document = answer.json
    data = document["data"]
    for name in ("results", "recommended_items"):
        data[name] = data[name][1:] + after.json["data"][name][:1]
    answer.json = document
    return answer


def later_filtered_pages(request: Request, server: Server) -> bool:
    filtered = request.operation == "recommend" and bool(request.value("filters"))
    return filtered and request.page != 1 and server.is_valid(request)


FAULTS = [
    Fault(
        "keys-learn-late-of-one-another",
        "A key is told of the requests with other keys only at every twentieth of its own.",
        ("RATE-shared-by-keys",),
        learns_late(20),
    ),
    Fault(
        "secret-keys-are-not-told-of-the-page",
        "What a secret key is told to remain leaves out the requests with the publishable key.",
        ("RATE-shared-by-keys",),
        edge(told_without_publishable),
    ),
    Fault(
        "publishable-key-upserts-users-of-another-century",
        "A publishable key may upsert users that were created in another century.",
        ("AUTH-publishable-on-upsert", "GEN-swapped-keys-403"),
        accepts_wrong_type("users", condition=of_another_century),
    ),
    Fault(
        "secret-key-sends-events-of-its-own",
        "A secret key may send events whose name is none of the eight.",
        ("AUTH-secret-on-publishable", "GEN-swapped-keys-403"),
        accepts_wrong_type("events", condition=own_names),
    ),
    Fault(
        "tampered-key-upserts-users-of-another-century",
        "A key with one wrong character may upsert users that were created in another century.",
        ("AUTH-tampered-key", "GEN-tampered-keys-401"),
        let_in_with(("users",), of_another_century),
    ),
    Fault(
        "tampered-key-sends-events-of-its-own",
        "A key with one wrong character may send events whose name is none of the eight.",
        ("AUTH-tampered-key", "GEN-tampered-keys-401"),
        let_in_with(("events",), own_names),
    ),
    Fault(
        "tampered-key-gets-deep-pages",
        "A key with one wrong character gets what stands behind page 10.",
        ("AUTH-tampered-key", "GEN-tampered-keys-401"),
        let_in_with(("recommend",), deep_pages),
    ),
    Fault(
        "secret-key-gets-odd-limits",
        "A secret key may ask for more than ten results when their number is no multiple of five.",
        ("AUTH-secret-on-publishable", "GEN-swapped-keys-403"),
        accepts_wrong_type("recommend", condition=odd_limits),
    ),
    Fault(
        "secret-key-sends-odd-names",
        "A secret key may send events whose name has other characters than letters and underscores.",
        ("AUTH-secret-on-publishable", "GEN-swapped-keys-403"),
        accepts_wrong_type("events", condition=odd_names),
    ),
    Fault(
        "tampered-key-gets-odd-limits",
        "A key with one wrong character gets more than ten results when their number is no multiple of five.",
        ("AUTH-tampered-key", "GEN-tampered-keys-401"),
        let_in_with(("recommend",), odd_limits),
    ),
    Fault(
        "tampered-key-sends-odd-names",
        "A key with one wrong character may send events whose name has other characters than letters and underscores.",
        ("AUTH-tampered-key", "GEN-tampered-keys-401"),
        let_in_with(("events",), odd_names),
    ),
    Fault(
        "secret-key-gets-middle-pages",
        "A secret key may ask for pages 3 to 9.",
        ("AUTH-secret-on-publishable", "GEN-swapped-keys-403"),
        accepts_wrong_type("recommend", condition=middle_pages),
    ),
    Fault(
        "tampered-key-gets-middle-pages",
        "A key with one wrong character gets pages 3 to 9.",
        ("AUTH-tampered-key", "GEN-tampered-keys-401"),
        let_in_with(("recommend",), middle_pages),
    ),
    Fault(
        "secret-key-gets-long-filtered-lists",
        "A secret key may ask for more than fifty results when it filters them.",
        ("AUTH-secret-on-publishable", "GEN-swapped-keys-403"),
        accepts_wrong_type("recommend", condition=long_and_filtered),
    ),
    Fault(
        "secret-key-sends-many-events",
        "A secret key may send more than five events at once.",
        ("AUTH-secret-on-publishable", "GEN-swapped-keys-403"),
        accepts_wrong_type("events", condition=more_than_five),
    ),
    Fault(
        "publishable-key-upserts-users-with-empty-attributes",
        "A publishable key may upsert users whose attributes are empty.",
        ("AUTH-publishable-on-upsert", "GEN-swapped-keys-403"),
        accepts_wrong_type("users", condition=empty_attributes),
    ),
    Fault(
        "tampered-key-gets-long-filtered-lists",
        "A key with one wrong character may ask for more than fifty results when it filters them.",
        ("AUTH-tampered-key", "GEN-tampered-keys-401"),
        let_in_with(("recommend",), long_and_filtered),
    ),
    Fault(
        "tampered-key-sends-many-events",
        "A key with one wrong character may send more than five events at once.",
        ("AUTH-tampered-key", "GEN-tampered-keys-401"),
        let_in_with(("events",), more_than_five),
    ),
    Fault(
        "tampered-key-upserts-users-with-empty-attributes",
        "A key with one wrong character may upsert users whose attributes are empty.",
        ("AUTH-tampered-key", "GEN-tampered-keys-401"),
        let_in_with(("users",), empty_attributes),
    ),
    Fault(
        "filtered-lists-have-one-page",
        "A filtered list ends with its first page.",
        ("FILTER-complete", "PAGE-total-reached"),
        edits_data(one_page_only),
    ),
    Fault(
        "filtered-pages-skip-one",
        "The later pages of a filtered list begin one match too late.",
        ("FILTER-complete", "PAGE-disjoint"),
        passes(later_filtered_pages, skips_one),
    ),
    Fault(
        "three-matches-of-two-filters",
        "With several filters no more than three matches are found.",
        ("FILTER-complete", "FILTER-several"),
        at_most(3, lambda filters: len(filters) > 1),
    ),
    Fault(
        "three-matches-but-by-category",
        "A filter finds no more than three matches unless it is on `category`.",
        ("FILTER-complete",),
        at_most(3, lambda filters: bool(filters) and "category" not in filters),
    ),
    Fault(
        "last-match-missing-but-by-category",
        "The match that stands last is left out of lists that are not filtered by `category`.",
        ("FILTER-equality", "FILTER-complete"),
        edits_data(lambda data, r: without_last(data, r) if "category" not in (r.value("filters") or {}) else None),
    ),
]
