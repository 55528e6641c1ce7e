"""What a run knows for certain about the histories of its users; None where it is uncertain."""

import math

import pytest

from contracts.run.history import Histories
from fixtures.bodies import event_body, identify_body, user_body

SETTLE = 10.0
EARLY, LATE = 5.0, 50.0  # seconds: before and after the settle time


def lived(*users: str) -> Histories:
    """Return histories in which each user viewed one item twice at second 0."""
    made = Histories()
    for user in users:
        for _ in range(2):
            made.took_place("main", event_body("view", user, "item"), 0, 0.1)
    return made


def deeds(histories: Histories, user: str, at: float = LATE, organisation: str = "main") -> dict[str, int] | None:
    found = histories.of(organisation, user, at, at + 0.1, SETTLE)
    return None if found is None else {f"{name} {item}": times for (name, item), times in found}


def test_a_history_is_certain_after_the_settle_time() -> None:
    assert (deeds(lived("a"), "a", EARLY), deeds(lived("a"), "a", LATE)) == (None, {"view item": 2})


def test_a_user_without_events_has_an_empty_history_at_once() -> None:
    assert deeds(lived("a"), "b", EARLY) == {}
    assert deeds(lived("a"), "a", LATE, "other") == {}


def test_an_event_without_an_answer_makes_the_history_uncertain() -> None:
    histories = lived("a")
    histories.took_place("main", event_body("view", "a", "item"), 20, math.inf)
    assert deeds(histories, "a") is None


def test_a_history_begins_with_the_first_event_or_the_identify_that_joins_it() -> None:
    histories = lived("a")
    histories.took_place("main", identify_body("real", "a"), 20, 20.1)
    assert [histories.began("main", user) for user in ("a", "real", "nobody")] == [0, 20, math.inf]


def test_later_events_do_not_count_for_an_earlier_answer() -> None:
    histories = lived("a")
    histories.took_place("main", event_body("click", "a", "item"), 60, 60.1)
    assert deeds(histories, "a", 50) == {"view item": 2}


def test_an_identify_joins_earlier_events() -> None:
    histories = lived("before")
    histories.took_place("main", event_body("click", "real", "item"), 1, 1.1)
    histories.took_place("main", identify_body("real", "before"), 20, 20.1)
    assert deeds(histories, "real") == {"view item": 2, "click item": 1}
    assert histories.is_identified("main", "real")
    assert deeds(histories, "before") is None, "what an identified id shows is open (R27)"


@pytest.mark.parametrize("case", ["too late", "a chain", "of two"])
def test_a_history_is_uncertain_if_the_documents_do_not_define_what_identify_joins(case: str) -> None:
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
def test_a_history_is_uncertain_after_refusals_inactive_records_and_repeated_ids(case: str) -> None:
    histories = lived("a")
    if case == "refused beside":
        histories.refused("main", event_body("view", "a", "item"))
    elif case == "inactive":
        histories.upserted("main", user_body("a", status="inactive"), 20)
    else:
        for _ in range(2):
            histories.took_place("main", event_body("view", "a", "item", event_id="e"), 1, 1.1)
    assert deeds(histories, "a") is None


def test_deleting_a_user_does_not_change_the_earlier_history() -> None:
    histories = lived("a")
    histories.upserted("main", user_body("a", status="deleted"), 60)
    assert (deeds(histories, "a", 50), deeds(histories, "a", 70)) == ({"view item": 2}, None)


def test_only_a_record_with_attributes_is_a_profile() -> None:
    histories = lived("a")
    histories.upserted("main", user_body("a"), 0)
    assert not histories.has_profile("main", "a")
    histories.upserted("main", user_body("a", attributes={"plan": "plus"}), 0)
    assert histories.has_profile("main", "a")


def test_the_organisations_in_which_a_user_has_events_are_known() -> None:
    assert (lived("a").owners_of("a"), lived("a").owners_of("b")) == ({"main"}, set())
