"""What a run knows of its users' histories, once that is certain."""

import math

import pytest

from contracts.run.history import Histories
from fixtures.bodies import event_body, identify_body, user_body

SETTLE = 10.0
EARLY, LATE = 5.0, 50.0  # seconds: when the queue may still be at work, and when it is done


def lived(*users: str) -> Histories:
    """Each of them viewed one item twice at second 0."""
    made = Histories()
    for user in users:
        for _ in range(2):
            made.took_place("main", event_body("view", user, "item"), 0, 0.1)
    return made


def deeds(histories: Histories, user: str, at: float = LATE, organisation: str = "main") -> dict[str, int] | None:
    found = histories.of(organisation, user, at, at + 0.1, SETTLE)
    return None if found is None else {f"{name} {item}": times for (name, item), times in found}


def test_a_history_is_certain_once_it_has_settled() -> None:
    assert (deeds(lived("a"), "a", EARLY), deeds(lived("a"), "a", LATE)) == (None, {"view item": 2})


def test_who_did_nothing_has_an_empty_history_at_once() -> None:
    assert deeds(lived("a"), "b", EARLY) == {}
    assert deeds(lived("a"), "a", LATE, "other") == {}


def test_an_event_that_was_never_answered_leaves_it_open() -> None:
    histories = lived("a")
    histories.took_place("main", event_body("view", "a", "item"), 20, math.inf)
    assert deeds(histories, "a") is None


def test_the_later_is_not_part_of_an_earlier_answer() -> None:
    histories = lived("a")
    histories.took_place("main", event_body("click", "a", "item"), 60, 60.1)
    assert deeds(histories, "a", 50) == {"view item": 2}


def test_an_identify_joins_what_was_there_before_it() -> None:
    histories = lived("before")
    histories.took_place("main", event_body("click", "real", "item"), 1, 1.1)
    histories.took_place("main", identify_body("real", "before"), 20, 20.1)
    assert deeds(histories, "real") == {"view item": 2, "click item": 1}
    assert histories.is_identified("main", "real")
    assert deeds(histories, "before") is None, "what an identified id shows is open (R27)"


@pytest.mark.parametrize("case", ["too late", "a chain", "of two"])
def test_what_an_identify_brings_is_open_where_the_documents_leave_it_open(case: str) -> None:
    histories = lived("before")
    histories.took_place("main", identify_body("real", "before"), 20, 20.1)
    if case == "too late":
        histories.took_place("main", event_body("view", "before", "item"), 21, 21.1)
    elif case == "a chain":
        histories.took_place("main", identify_body("before", "first"), 10, 10.1)
    else:
        histories.took_place("main", identify_body("another", "before"), 21, 21.1)
    assert deeds(histories, "real") is None


@pytest.mark.parametrize("case", ["refused beside", "inactive", "sent twice"])
def test_it_is_open_what_counts_of_a_user(case: str) -> None:
    histories = lived("a")
    if case == "refused beside":
        histories.refused("main", event_body("view", "a", "item"))
    elif case == "inactive":
        histories.upserted("main", user_body("a", status="inactive"), 20)
    else:
        for _ in range(2):
            histories.took_place("main", event_body("view", "a", "item", event_id="e"), 1, 1.1)
    assert deeds(histories, "a") is None


def test_a_user_who_leaves_later_was_known_before() -> None:
    histories = lived("a")
    histories.upserted("main", user_body("a", status="deleted"), 60)
    assert (deeds(histories, "a", 50), deeds(histories, "a", 70)) == ({"view item": 2}, None)


def test_only_attributes_make_a_profile() -> None:
    histories = lived("a")
    histories.upserted("main", user_body("a"), 0)
    assert not histories.has_profile("main", "a")
    histories.upserted("main", user_body("a", attributes={"plan": "plus"}), 0)
    assert histories.has_profile("main", "a")


def test_it_is_known_in_which_organisations_a_user_did_something() -> None:
    assert (lived("a").owners_of("a"), lived("a").owners_of("b")) == ({"main"}, set())
