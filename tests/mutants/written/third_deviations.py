"""The deviations of the mutants in held_out_third.py, written from the catalogue's sentences without looking at a
check."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mock_server.mock import Mock
from mock_server.state.organisations import State
from mock_server.state.recommender.filters import matches, parse_filters
from mock_server.state.records import Event, Item, User
from mock_server.state.tenant import Tenant
from tests.mutants.inside import Records, queues
from tests.mutants.wrappers import INGESTION, Answer, Break, Document, Request, Server, chain, edge
from tests.mutants.written.identity import forget, identifies, on_identify
from tests.mutants.written.life_cycle import append
from tests.mutants.written.recommendations import USER_BASED, strategy
from tests.mutants.written.strategies import unknown_strategy

BEYOND_32_BITS = 2**31
KINDS: dict[str, type] = {"items": Item, "users": User, "events": Event}


async def middle_of_keys_ignored(request: Request, server: Server) -> Answer:
    """Keys are compared only by their kind, their length and their last eight characters."""
    given = request.key or ""
    for organisation in server.mock.organisations:
        for key in (organisation.publishable_key, organisation.secret_key):
            if len(given) == len(key) and (given[:9], given[-8:]) == (key[:9], key[-8:]):
                request.key = key
    return await server.answer(request)


async def nothing_new(request: Request, server: Server) -> Answer:
    """If every event is a repeated one, the answer has no data, because nothing was done."""
    answer = await server.answer(request)
    if request.operation == "events" and answer.status == 202:
        seen = server.memory.setdefault(server.tenant(request).tenant_id, set())
        ids = [each.get("event_id") for each in request.records]
        if all(each and each in seen for each in ids):
            answer.json = answer.json | {"data": None}
        seen.update(ids)
    return answer


def has_another_type(request: Request, server: Server) -> bool:
    if request.operation != "items" or not server.is_valid(request):
        return False
    known = server.tenant(request).items
    return any(
        each["item_id"] in known and known[each["item_id"]].item_type != each["item_type"] for each in request.records
    )


def replaces_users(mock: Mock) -> None:
    """A known user's row is deleted and inserted again, which deletes everything that refers to it."""
    for organisation in mock.organisations:
        tenant = organisation.tenant

        def applied(user: User, tenant: Tenant = tenant, apply: Any = tenant.apply_user) -> None:
            if user.user_id in tenant.users:
                forget(tenant, user.user_id)
            apply(user)

        tenant.apply_user = applied  # type: ignore[method-assign]


def has_digit(record: Document) -> bool:
    return any(character.isdigit() for character in str(record.get("event_name")))


def takes_the_next_along() -> Break:
    """Records that are accepted right after a refused request of their kind are lost."""
    refused: set[tuple[int, type]] = set()

    async def noted(request: Request, server: Server) -> Answer:
        answer = await server.answer(request)
        owner = server.organisation(request)
        if owner and answer.status == 400 and request.operation in INGESTION:
            refused.add((id(owner.state), KINDS[request.operation]))
        return answer

    def kept(records: Records, state: State, _: Mock) -> Records:
        place = (id(state), type(records[0]))
        if place not in refused:
            return records
        refused.discard(place)
        return []

    return chain(queues(kept), edge(noted))


def status_alone(item: Item, known: dict[str, Item]) -> Item:
    """An upsert that changes the status changes no attribute."""
    old = known.get(item.item_id)
    return replace(item, attributes=None) if old is not None and old.status != item.status else item


async def own_history_unchecked(request: Request, server: Server) -> Answer:
    """A user's own lists show a hidden item if the user had an event with it."""
    answer = await server.answer(request)
    if answer.status != 200 or not strategy(*USER_BASED)(request, server) or request.page != 1:
        return answer
    tenant, conditions = server.tenant(request), parse_filters(request.value("filters") or {})
    touched = [event.item_id for event in tenant.events.values() if event.user_id == request.value("user_id")]
    for item_id in reversed(touched):
        item = tenant.items.get(item_id or "")
        if item is not None and not item.active and matches(item, conditions):
            document = answer.json
            append(document["data"], item.item_id, dict(item.attributes or {}))
            answer.json = document
            break
    return answer


def one_anonymous_id() -> Break:
    """A user has room for one anonymous id; a second one is not merged."""
    first: dict[tuple[int, str], str | None] = {}

    def merged(tenant: Tenant, event: Event) -> Event | None:
        known = first.setdefault((id(tenant), event.user_id), event.previous_user_id)
        return event if known == event.previous_user_id else None

    return on_identify(merged)


def identities_are_everybodys(records: Records, _: State, mock: Mock) -> Records:
    """An identify joins its two ids in every organisation."""
    for each in records:
        if isinstance(each, Event) and identifies(each):
            for organisation in mock.organisations:
                tenant = organisation.tenant
                if pair := tenant.identity.join(str(each.previous_user_id), each.user_id):
                    tenant.recommender.join(*pair)
    return records


def without_empty_metadata(result: Document) -> None:
    if not result["metadata"]:
        del result["metadata"]


async def unknown_is_personalized(request: Request, server: Server) -> Answer:
    if unknown_strategy(request, server) and request.value("user_id"):
        request.json = request.json | {"strategy": "personalized"}
    return await server.answer(request)


def bought_by_nobody(request: Request, server: Server) -> bool:
    """Hold for a request for companions of a known item that nobody bought."""
    tenant, item_id = server.tenant(request), request.value("context_item_id")
    return (
        strategy("frequently-bought-together", "frequently-consumed-together")(request, server)
        and isinstance(item_id, str)
        and item_id in tenant.items
        and not any(each.event_name == "purchase" and each.item_id == item_id for each in tenant.events.values())
    )


def has_filters(request: Request, server: Server) -> bool:
    return request.operation == "recommend" and bool(request.value("filters")) and server.is_valid(request)


async def filters_of_the_page(request: Request, server: Server) -> Answer:
    """A page is cut out of the whole list before it is filtered."""
    conditions, known = parse_filters(request.value("filters")), server.tenant(request).items
    request.json = {name: value for name, value in request.json.items() if name != "filters"}
    answer = await server.answer(request)
    if answer.status == 200:
        document = answer.json
        data = document["data"]
        data["results"] = [each for each in data["results"] if matches(known[each["item_id"]], conditions)]
        data["recommended_items"] = [each["item_id"] for each in data["results"]]
        answer.json = document
    return answer


async def names_in_lower_case(request: Request, server: Server) -> Answer:
    """Names of filters are converted to lower case, names of attributes are not."""
    request.json = request.json | {"filters": {name.lower(): value for name, value in request.json["filters"].items()}}
    return await server.answer(request)


async def next_page_of_the_whole(request: Request, server: Server) -> Answer:
    """has_next says whether the list would go on without filters."""
    whole = request.copy()
    whole.json = {name: value for name, value in request.json.items() if name != "filters"}
    answer = await server.answer(request)
    if answer.status == 200:
        document = answer.json
        unfiltered = await server.unnoticed(whole)
        document["data"]["pagination"]["has_next"] = unfiltered.json["data"]["pagination"]["has_next"]
        answer.json = document
    return answer


def scaled_by_the_page(data: Document, _: Request) -> None:
    """The best score of every page is 1."""
    best = max((result["score"] for result in data["results"]), default=1)
    for result in data["results"]:
        result["score"] /= best


async def gateway_refuses(request: Request, server: Server) -> Answer:
    """Every fifth 429 comes from a gateway in front of the service."""
    answer = await server.answer(request)
    if answer.status == 429 and request.operation and server.turn() % 5 == 0:
        answer.set_header("content-type", "text/plain")
        answer.body = b"Too Many Requests\n"
    return answer


def overflows(request: Request, _: Server) -> bool:
    page, limit = request.value("page"), request.value("limit") or 20
    whole = isinstance(page, int) and isinstance(limit, int)
    return request.operation == "recommend" and whole and page * limit >= BEYOND_32_BITS
