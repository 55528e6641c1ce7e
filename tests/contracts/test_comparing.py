"""Rules that compare responses: users with the same history, pages of one list, two organisations."""

import json
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import pytest

import contracts.rules  # noqa: F401 - registers the rules
from contracts.exchange import Exchange
from contracts.run.model import Model
from contracts.run.registry import RULES
from fixtures.bodies import event_body, identify_body

USUAL, OTHERS = ["lc-a", "lc-b", "lc-c", "lc-d"], ["lc-d", "lc-c", "lc-a", "lc-b"]


@dataclass
class World:
    """A run that wrote its data at second 0 and sends its questions from second 100 on."""

    model: Model = field(default_factory=lambda: Model("lc-", settle=10.0))
    journal: list[Exchange] = field(default_factory=list)

    def lives(self, user: str, organisation: str = "main", at: float = 0.0, times: int = 12) -> None:
        for _ in range(times):
            self.model.happened(organisation, event_body("view", user, "lc-d"), at, at + 0.1)
        self.model.written_at.append(at + 0.1)

    def asks(self, ids: list[str], organisation: str = "main", at: float = 100.0, **body: Any) -> None:
        pagination = {"page": 1, "limit": 20, "total_count": len(ids), "has_next": False}
        pagination |= body.pop("said", {})
        named = {"recommendation_id": body.pop("name", f"list of {len(self.journal)}")}
        data = {**named, "results": [{"item_id": each} for each in ids], "pagination": pagination}
        number = len(self.journal) + 1
        self.journal.append(
            Exchange(
                number, "a check", "recommend", "POST", "/v1/recommend", "pk", organisation, {},
                json.dumps(body).encode(), at + number / 100, 0.001, 200, body=json.dumps({"data": data}).encode(),
            )
        )  # fmt: skip

    def newcomers(self, count: int = 3, organisation: str = "main", **body: Any) -> None:
        for n in range(count):
            self.asks(USUAL, organisation, user_id=f"newcomer-{n}", **body)

    def accused(self, *rules: str) -> set[str]:
        run: Any = SimpleNamespace(model=self.model)
        judged = {name: [each for each in self.journal if RULES[name].about(each)] for name in rules}
        return {name for name, about in judged.items() if list(RULES[name].judge(run, about))}


ALIKE = ("PERS-alike", "PERS-alike-any-id", "IDENT-alike", "TENANT-own-history", "PERS-nobody-elses")


@pytest.mark.parametrize(
    ("user", "rule"),
    [("A.b-1", "PERS-alike"), ("a/b @c", "PERS-alike"), ("größe", "PERS-alike-any-id"), ("a ", "PERS-alike-any-id")],
)
def test_users_with_the_same_history_get_the_same_list(user: str, rule: str) -> None:
    world = World()
    world.lives("control")
    world.lives(user)
    world.newcomers()
    world.asks(OTHERS, user_id="control")
    world.asks(USUAL, user_id=user)
    assert world.accused(*ALIKE) == {rule}


def test_a_history_joined_by_identify_counts_as_the_users_own() -> None:
    world = World()
    world.lives("control")
    world.lives("before")
    world.model.happened("main", identify_body("real", "before"), 1, 1.1)
    world.newcomers()
    world.asks(OTHERS, user_id="control")
    world.asks(USUAL, user_id="real")
    assert world.accused(*ALIKE) == {"IDENT-alike"}


@pytest.mark.parametrize(("seconds", "found"), [(OTHERS, {"IDENT-alike"}), (USUAL[1:], set())])
def test_the_list_of_a_part_of_a_history_is_a_finding_if_others_with_all_of_it_agree(
    seconds: list[str], found: set[str]
) -> None:
    world = World()
    for user in ("control", "second", "before"):
        world.lives(user)
    world.lives("part", times=1)
    world.model.happened("main", identify_body("real", "before"), 1, 1.1)
    world.newcomers()
    of_a_part = OTHERS[::-1]
    for user, ids in {"control": OTHERS, "second": seconds, "part": of_a_part, "real": of_a_part}.items():
        world.asks(ids, user_id=user)
    assert world.accused(*ALIKE) == found


@pytest.mark.parametrize(("now", "found"), [(USUAL[::-1], {"PERS-alike"}), (OTHERS, set())])
def test_the_list_from_before_a_history_is_a_finding_if_others_have_another(now: list[str], found: set[str]) -> None:
    world = World()
    world.asks(now, at=-50, user_id="kept")
    for user in ("control", "kept"):
        world.lives(user)
    world.newcomers()
    world.asks(OTHERS, user_id="control")
    world.asks(now, user_id="kept")
    assert world.accused(*ALIKE) == found


def test_an_empty_list_of_a_user_who_was_not_asked_before_is_no_finding() -> None:
    world = World()
    for user in ("control", "empty"):
        world.lives(user)
    world.newcomers()
    world.asks(OTHERS, user_id="control")
    world.asks([], user_id="empty")
    assert world.accused(*ALIKE) == set()


@pytest.mark.parametrize(
    "case", ["no effect on anybody", "another history", "few events", "few newcomers", "not settled", "a write between"]
)
def test_without_evidence_there_is_no_finding(case: str) -> None:
    world = World()
    few = 3 if case == "few events" else 12
    world.lives("control", times=few)
    world.lives("a", times=13 if case == "another history" else few, at=99 if case == "not settled" else 0)
    world.newcomers(2 if case == "few newcomers" else 3)
    world.asks(USUAL if case == "no effect on anybody" else OTHERS, user_id="control")
    if case == "a write between":
        world.model.written_at.append(100.045)
    world.asks(USUAL, user_id="a")
    assert world.accused(*ALIKE) == set()


@pytest.mark.parametrize(("owner", "rule"), [("control", "PERS-nobody-elses"), ("a", "TENANT-own-history")])
def test_a_user_who_gets_the_list_of_anothers_history_is_a_finding(owner: str, rule: str) -> None:
    world = World()
    world.lives("control")
    if owner == "a":
        world.lives("a", "other")
    world.newcomers()
    world.asks(OTHERS, user_id="control")
    world.asks(OTHERS, user_id="a")
    assert world.accused(*ALIKE) == {rule}


def test_a_different_list_for_a_new_user_is_no_finding() -> None:
    """A server may show new users different lists."""
    world = World()
    world.lives("control")
    world.newcomers()
    world.asks(OTHERS, user_id="control")
    world.asks(list(reversed(USUAL)), user_id="a")
    assert world.accused(*ALIKE) == set()


SLICES = ("PAGE-one-total", "PAGE-ends-with-its-list")


@pytest.mark.parametrize(
    ("total", "has_next", "at", "found"),
    [
        (4, True, 100.0, set()),
        (2, False, 100.0, set(SLICES)),
        (4, False, 100.0, {"PAGE-ends-with-its-list"}),
        (3, True, 100.0, {"PAGE-one-total"}),
        (2, False, 5.0, set()),
    ],
    ids=["right", "the list ends at the page", "has_next is false too early", "another total", "not settled"],
)
def test_total_count_and_has_next_must_agree_for_all_limits(
    total: int, has_next: bool, at: float, found: set[str]
) -> None:
    world = World()
    world.model.written_at.append(0.1)
    world.asks(USUAL, at=at, strategy="popular", limit=100)
    world.asks(USUAL[:2], at=at, strategy="popular", limit=2, said={"total_count": total, "has_next": has_next})
    assert world.accused(*SLICES) == found


@pytest.mark.parametrize(
    ("has_next", "found"), [(True, {"PAGE-turns"}), (False, set())], ids=["announced", "past the end"]
)
def test_a_next_page_that_was_announced_must_not_be_refused(has_next: bool, found: set[str]) -> None:
    world = World()
    world.asks(USUAL, said={"has_next": has_next}, user_id="a", page=1)
    world.asks([], user_id="a", page=2)
    world.journal[1] = replace(world.journal[1], status=404, body=b"{}")
    assert world.accused("PAGE-turns") == found


RISEN = ["lc-d", "lc-a", "lc-b", "lc-c"]


@pytest.mark.parametrize(
    ("before", "where", "after", "found"),
    [
        (USUAL, "other", RISEN, {"TENANT-unmoved"}),
        (USUAL, "main", RISEN, set()),
        (RISEN, "other", RISEN, set()),
        (USUAL, "other", OTHERS, set()),
    ],
    ids=["another's events", "its own events", "without events", "items that nobody touched have risen too"],
)
def test_events_of_another_organisation_must_not_change_popularity(
    before: list[str], where: str, after: list[str], found: set[str]
) -> None:
    world = World()
    question: dict[str, Any] = {"strategy": "popular", "filters": {"category": "lc-cat"}}
    world.asks(before, **question)
    world.asks(USUAL, **question)
    world.lives("fan", where, at=101)
    world.asks(after, at=120, **question)
    assert world.accused("TENANT-unmoved") == found
