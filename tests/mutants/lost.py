"""Faults of what was accepted: lost on its way, driven out by what came later, or made of nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mock_server.mock import Mock
from mock_server.state.organisations import State
from mock_server.state.records import Event, Item
from tests.mutants.fault import Fault
from tests.mutants.inside import Record, Records, queues
from tests.mutants.life_cycle import append
from tests.mutants.wrappers import Answer, Break, Document, Request, Server, edge, passes


def first_requests_lost(count: int) -> Break:
    """The queue is read from where it ended when its reader came: what was accepted before is never read."""
    seen: dict[int, int] = {}

    def read(records: Records, state: State, _: Mock) -> Records:
        seen[id(state)] = seen.get(id(state), 0) + 1
        return records if seen[id(state)] > count else []

    return queues(read)


def read_for_the_first_only(records: Records, state: State, mock: Mock) -> Records:
    return records if state is mock.organisations.first.state else []


def one_place_only(seconds: float) -> Break:
    """Records that come alone within so many seconds of others of their kind find the one place taken, and are lost."""
    taken: dict[tuple[int, type[Record]], float] = {}

    def placed(records: Records, state: State, mock: Mock) -> Records:
        if len(records) != 1:
            return records
        place, now = (id(state), type(records[0])), mock.clock.monotonic()
        if place in taken and now - taken[place] < seconds:
            return []
        taken[place] = now
        return records

    return queues(placed)


def throttled(most: int) -> Break:
    """More than so many accepted requests within a second are too many: the others are lost."""
    lately: dict[int, list[float]] = {}

    def let_through(records: Records, state: State, mock: Mock) -> Records:
        now = mock.clock.monotonic()
        recent = lately[id(state)] = [each for each in lately.get(id(state), []) if now - each < 1]
        if len(recent) >= most:
            return []
        recent.append(now)
        return records

    return queues(let_through)


def without_last_user(records: Records, _: State, __: Mock) -> Records:
    """Of an array with events of several users those of the last one are lost."""
    users = [each.user_id for each in records if isinstance(each, Event)]
    several = len(users) == len(records) and len(set(users)) > 1
    return [each for each in records if not several or getattr(each, "user_id", None) != users[-1]]


def of_array(key: Callable[[Any], object], *, same: bool) -> Break:
    """Of an array of events those count that have the key of the first one (`same`), or only one for each key."""

    def kept(records: Records, _: State, __: Mock) -> Records:
        if not all(isinstance(each, Event) for each in records):
            return records
        if same:
            return [each for each in records if key(each) == key(records[0])]
        return list({key(each): each for each in reversed(records)}.values())[::-1]

    return queues(kept)


def at_most(count: int) -> Break:
    """There is room for so many active items: a new one drives out the oldest."""

    def limited(records: Records, state: State, _: Mock) -> Records:
        known = state.tenant.items
        new = {each.item_id for each in records if isinstance(each, Item) and each.item_id not in known}
        active = [item for item in known.values() if item.active]
        too_many = max(0, len(active) + len(new) - count) if new else 0
        return [*(replace(item, status="deleted") for item in active[:too_many]), *records]

    return queues(limited)


def batches_are_whole() -> Break:
    """Sending some items of an earlier array again deletes those of that array that are not sent."""
    batches: dict[tuple[int, str], frozenset[str]] = {}

    def synchronised(records: Records, state: State, _: Mock) -> Records:
        ids = frozenset(each.item_id for each in records if isinstance(each, Item))
        left = {each for id_ in ids for each in batches.get((id(state), id_), ())} - ids
        if len(ids) > 1:
            batches.update({(id(state), each): ids for each in ids if (id(state), each) not in batches})
        known = state.tenant.items
        return [*(replace(known[each], status="deleted") for each in sorted(left) if each in known), *records]

    return queues(synchronised)


async def bought_unknown_items(request: Request, server: Server) -> Answer:
    """An unknown item that somebody bought stands at the end of popular."""
    if request.operation == "events" and server.is_valid(request):
        bought = [each.get("item_id") for each in request.records if each["event_family"] == "conversion"]
        known = server.tenant(request).items
        server.memory.update((request.key, each) for each in bought if each is not None and each not in known)
    answer = await server.answer(request)
    item = server.memory.get(request.key)
    popular = request.operation == "recommend" and request.strategy == "popular" and not request.value("filters")
    if popular and answer.status == 200 and item and item not in server.tenant(request).items:
        document = answer.json
        append(document["data"], item, {})
        answer.json = document
    return answer


def touches_unknown(test: Callable[[Document], bool], *, array: bool) -> Break:
    """An event on an unknown item is a server error where the test holds."""

    def concerned(request: Request, server: Server) -> bool:
        known = server.tenant(request).items
        return (
            request.operation == "events"
            and request.is_array == array
            and any(isinstance(each.get("item_id"), str) and each["item_id"] not in known for each in request.records)
            and all(map(test, request.records))
        )

    return passes(concerned, lambda request, server: server.crash(request))


FAULTS = [
    Fault(
        "first-requests-lost",
        "The first three requests that an organisation has accepted are never read from the queue.",
        ("QUEUE-becomes-visible", "LIFE-upserted-shows"),
        first_requests_lost(3),
    ),
    Fault(
        "other-queues-unread",
        "What any other organisation than the first sends is accepted and never read.",
        ("QUEUE-becomes-visible", "LIFE-upserted-shows", "TENANT-same-id"),
        queues(read_for_the_first_only),
    ),
    Fault(
        "queue-of-one",
        "A single record that is accepted right after another one of its kind is lost.",
        ("QUEUE-becomes-visible", "LIFE-upserted-shows", "PERS-single-events-count"),
        one_place_only(0.02),
    ),
    Fault(
        "queue-is-throttled",
        "Of the requests that an organisation has accepted within a second all but the first ten are lost.",
        ("QUEUE-becomes-visible", "LIFE-upserted-shows"),
        throttled(10),
    ),
    Fault(
        "last-user-of-arrays-lost",
        "Of an array with events of several users those of the last user are lost.",
        ("EVENT-array-every-one-counts", "EVENT-array-every-place-counts"),
        queues(without_last_user),
    ),
    Fault(
        "one-event-per-item-in-arrays",
        "Of an array only the first event on each item counts, whoever did it.",
        ("EVENT-array-every-one-counts", "EVENT-array-every-place-counts"),
        of_array(lambda event: event.item_id, same=False),
    ),
    Fault(
        "one-user-per-array",
        "Of an array only the events of its first user count.",
        ("EVENT-array-every-one-counts", "EVENT-array-every-place-counts"),
        of_array(lambda event: event.user_id, same=True),
    ),
    Fault(
        "one-family-per-array",
        "Of an array only the events of the first one's family count.",
        ("EVENT-array-every-one-counts", "EVENT-array-every-place-counts", "IDENT-merges-in-one-array"),
        of_array(lambda event: event.event_family, same=True),
    ),
    Fault(
        "forty-items-at-most",
        "There is room for forty active items: a new one drives out the oldest.",
        ("LIFE-omitted-stays", "LIFE-upserted-shows"),
        at_most(40),
    ),
    Fault(
        "arrays-are-kept-whole",
        "Sending some items of an earlier array again deletes the others of that array.",
        ("LIFE-omitted-stays",),
        batches_are_whole(),
    ),
    Fault(
        "bought-unknown-items-are-popular",
        "An unknown item that somebody bought stands at the end of popular.",
        ("EVENT-unknown-item", "LIFE-only-accepted-items"),
        edge(bought_unknown_items),
    ),
    Fault(
        "purchases-of-unknown-items-crash",
        "A single conversion on an unknown item is a server error.",
        ("EVENT-unknown-item", "ROBUST-never-5xx"),
        touches_unknown(lambda record: record.get("event_family") == "conversion", array=False),
    ),
    Fault(
        "arrays-of-unknown-items-crash",
        "An array with an event on an unknown item is a server error.",
        ("EVENT-unknown-item", "ROBUST-never-5xx"),
        touches_unknown(lambda _: True, array=True),
    ),
]
