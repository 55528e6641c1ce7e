"""Mutants of accepted records: lost on the way, replaced by later records, or invented."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mock_server.mock import Mock
from mock_server.state.organisations import State
from mock_server.state.records import Event, Item
from tests.mutants.inside import Record, Records, queues
from tests.mutants.mutant import Mutant
from tests.mutants.wrappers import Break


def read_for_the_first_only(records: Records, state: State, mock: Mock) -> Records:
    return records if state is mock.organisations.first.state else []


def one_place_only(seconds: float) -> Break:
    """A record that comes alone within so many seconds of another one of its kind is lost."""
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


def of_array(key: Callable[[Any], object], *, same: bool) -> Break:
    """Of an array of events only those with the first one's key count (`same`), or only one for each key."""

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
    """If some items of an earlier array are sent again, the other items of that array are deleted."""
    batches: dict[tuple[int, str], frozenset[str]] = {}

    def synchronised(records: Records, state: State, _: Mock) -> Records:
        ids = frozenset(each.item_id for each in records if isinstance(each, Item))
        left = {each for id_ in ids for each in batches.get((id(state), id_), ())} - ids
        if len(ids) > 1:
            batches.update({(id(state), each): ids for each in ids if (id(state), each) not in batches})
        known = state.tenant.items
        return [*(replace(known[each], status="deleted") for each in sorted(left) if each in known), *records]

    return queues(synchronised)


MUTANTS = [
    Mutant(
        "other-queues-unread",
        "What any other organisation than the first sends is accepted and never read.",
        ("QUEUE-becomes-visible", "LIFE-upserted-shows", "FILTER-equality", "TENANT-same-id"),
        queues(read_for_the_first_only),
    ),
    Mutant(
        "queue-of-one",
        "A single record that is accepted right after another one of its kind is lost.",
        ("QUEUE-becomes-visible", "LIFE-upserted-shows", "PERS-single-events-count"),
        one_place_only(0.02),
    ),
    Mutant(
        "one-event-per-item-in-arrays",
        "Of an array only the first event on each item counts, whoever did it.",
        ("EVENT-array-every-one-counts", "EVENT-array-every-place-counts", "PERS-alike"),
        of_array(lambda event: event.item_id, same=False),
    ),
    Mutant(
        "one-family-per-array",
        "Of an array only the events of the first one's family count.",
        ("IDENT-merges-in-one-array",),
        of_array(lambda event: event.event_family, same=True),
    ),
    Mutant(
        "arrays-are-kept-whole",
        "Sending some items of an earlier array again deletes the others of that array.",
        ("LIFE-omitted-stays",),
        batches_are_whole(),
    ),
]
