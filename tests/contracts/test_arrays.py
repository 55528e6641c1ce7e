"""Records that share requests: what is sent again, and how, when a target refuses an array."""

from types import SimpleNamespace
from typing import Any

import pytest

from contracts.situations.arrays import Part, Sender

ITEMS, EVENTS = "items", "events"
Refuses = Any  # a test of the sent records


class Target:
    """Keeps what was sent; `refuses(records)` says whether it answers 400."""

    def __init__(self, refuses: Refuses) -> None:
        self.refuses = refuses
        self.sent: list[Any] = []
        self.options: list[dict[str, Any]] = []
        self.operations = SimpleNamespace(events=EVENTS)

    def send(self, _: str, body: Any, **options: Any) -> Any:
        self.sent.append(body)
        self.options.append(options)
        ok = not self.refuses(body if isinstance(body, list) else [body])
        return SimpleNamespace(ok=ok, failure="", status=202 if ok else 400)

    def send_together(self, operation: str, requests: list[dict[str, Any]]) -> list[Any]:
        return [self.send(operation, request.pop("json"), **request) for request in requests]


def parts(*doubts: str, form: str = "array of 30") -> list[Part]:
    return [Part({"body": form}, "main", {"n": n, "doubt": doubt}, doubt) for n, doubt in enumerate(doubts)]


def sent_by(target: Target, given: list[Part], operation: str = ITEMS) -> tuple[list[int], Sender]:
    sender = Sender(target, operation)  # type: ignore[arg-type]
    return sorted(part.body["n"] for part in sender.send(given, {"array of 30": 30})), sender


def holds(doubt: str) -> Refuses:
    return lambda records: any(record["doubt"] == doubt for record in records)


def test_doubtful_records_do_not_share_an_array_with_those_that_every_server_must_accept() -> None:
    target = Target(lambda _: False)
    sent_by(target, parts("", "slash", "", "null"))
    assert [[record["doubt"] for record in array] for array in target.sent] == [["", ""], ["slash", "null"]]


def test_one_refused_kind_of_id_loses_only_its_own_records() -> None:
    target = Target(holds("slash"))
    accepted, sender = sent_by(target, parts("slash", "colon", "slash", "blank", "colon"))
    assert accepted == [1, 3, 4]
    assert sender.refused == {"slash"}
    assert sum(sender.missed.values()) == 2


def test_a_kind_that_was_refused_is_not_sent_again() -> None:
    target = Target(holds("slash"))
    _, sender = sent_by(target, parts("slash", "colon"))
    target.sent.clear()
    assert sender.send(parts("slash", "slash"), {}) == []
    assert target.sent == []


@pytest.mark.parametrize("most", [1, 10])
def test_records_of_an_array_that_is_too_long_are_sent_in_parts(most: int) -> None:
    target = Target(lambda records: len(records) > most)
    accepted, sender = sent_by(target, parts(*[""] * 25))
    assert accepted == list(range(25))
    assert not sender.missed


def test_a_form_without_a_size_is_sent_one_by_one() -> None:
    target = Target(lambda _: False)
    sent_by(target, parts("", "", form="one"))
    assert target.sent == [{"n": 0, "doubt": ""}, {"n": 1, "doubt": ""}]


@pytest.mark.parametrize(
    ("operation", "doubt", "form", "valid", "welcome"),
    [
        (ITEMS, "", "one", True, False),
        (ITEMS, "slash", "one", False, True),
        (ITEMS, "null", "one", False, False),
        (ITEMS, "129 characters", "one", False, False),
        (ITEMS, "", "array of 30", False, False),
        (EVENTS, "", "array of 30", True, False),
        (EVENTS, "slash", "array of 30", False, True),
    ],
)
def test_a_request_is_valid_if_every_document_allows_it(
    operation: str, doubt: str, form: str, valid: bool, welcome: bool
) -> None:
    """No document defines arrays of items and users (R21); unusual ids are welcome (R44)."""
    target = Target(lambda _: False)
    sent_by(target, parts(doubt, form=form), operation)
    assert (target.options[0]["valid"], target.options[0]["welcome"]) == (valid, welcome)
