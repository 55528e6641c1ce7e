"""Mutants of isolation: the actions of one organisation show in another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mock_server.state.organisations import State
from mock_server.state.records import Event, Item
from tests.mutants.inside import Record, shares
from tests.mutants.mutant import Mutant


def of_events(test: Callable[[Event], bool]) -> Callable[[Record, State, State], bool]:
    return lambda record, _, __: isinstance(record, Event) and test(record)


def as_anybody(event: Event) -> Event:
    """The same event under another user_id, which is the same for all users."""
    return replace(event, user_id="anybody", event_id=f"{event.event_id}-elsewhere")


MUTANTS = [
    Mutant(
        "items-are-everybodys",
        "An item is stored for every organisation.",
        ("TENANT-items-isolated", "TENANT-same-id"),
        shares(lambda record, _, __: isinstance(record, Item)),
    ),
    Mutant(
        "deletions-reach-every-organisation",
        "An item that one organisation deletes is deleted in all.",
        ("TENANT-same-id",),
        shares(lambda record, _, __: isinstance(record, Item) and record.status == "deleted"),
    ),
    Mutant(
        "clicks-count-in-every-organisation",
        "A click makes its item more popular in every organisation.",
        ("TENANT-unmoved",),
        shares(of_events(lambda event: event.event_name == "click"), as_anybody),
    ),
    Mutant(
        "purchases-are-shared-by-equal-ids",
        "A purchase counts for the user with the same id in every organisation.",
        ("TENANT-own-history", "TENANT-unmoved"),
        shares(of_events(lambda event: event.event_name == "purchase")),
    ),
    Mutant(
        "users-with-an-underscore-are-everybodys",
        "The events of users whose id has an underscore count in every organisation.",
        ("TENANT-own-history", "TENANT-unmoved"),
        shares(of_events(lambda event: "a_b" in event.user_id.lower())),
    ),
    Mutant(
        "echoes-are-shared-by-equal-ids",
        "An event with a recommendation_id counts for the user with the same id in every organisation.",
        ("TENANT-own-history", "TENANT-unmoved"),
        shares(of_events(lambda event: event.recommendation_id is not None)),
    ),
]
