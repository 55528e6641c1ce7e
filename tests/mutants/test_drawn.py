"""Tests the mutants that a program draws: a seed draws the same ones again, and they deviate where their slice
holds."""

from collections.abc import Callable

import pytest

from tests.mutants.drawn.draw import draw, named, pairs
from tests.support.mock_client import ITEMS, RECOMMEND, Client

ITEM = {"item_id": "Atlas", "item_type": "book", "status": "active", "attributes": {"price": 30}}
POPULAR = {"strategy": "popular", "user_id": "u"}


MakeMutant = Callable[[str], Client]


@pytest.fixture
def make_mutant(make_mock: Callable[..., Client]) -> MakeMutant:
    def make(name: str) -> Client:
        client = make_mock()
        client.checked = False
        client.app = named(name).broken(client.mock, client.app)
        return client

    return make


def test_a_seed_draws_the_same_mutants_and_another_seed_others() -> None:
    assert [each.name for each in draw(50, 1)] == [each.name for each in draw(50, 1)]
    assert {each.name for each in draw(50, 1)} != {each.name for each in draw(50, 2)}


def test_a_draw_holds_every_kind_of_operator() -> None:
    kinds = {kind for kind, _ in pairs().values()}
    assert {pairs()[each.name][0] for each in draw(len(kinds), 3)} == kinds


def test_every_pair_has_a_level_and_a_sentence() -> None:
    assert {mutant.level for _, mutant in pairs().values()} == {"MUST", "SHOULD"}
    assert all(mutant.breaks.endswith(".") for _, mutant in pairs().values())


def test_a_dropped_record_is_accepted_and_never_shows(make_mutant: MakeMutant) -> None:
    mutant = make_mutant("dropped@items-item-id-with-capitals")
    assert mutant.post(ITEMS, ITEM).status == 202
    assert mutant.post(ITEMS, {**ITEM, "item_id": "atlas"}).status == 202
    assert mutant.post(RECOMMEND, POPULAR).ids == ["atlas"]


def test_a_leaked_record_shows_in_the_other_organisation_and_uses_no_limit(make_mutant: MakeMutant) -> None:
    mutant = make_mutant("leaked@items-alone")
    mutant.post(ITEMS, ITEM)
    other = mutant.mock.organisations["acme-books"]
    answer = mutant.post(RECOMMEND, POPULAR, key=other.publishable_key)
    assert (answer.ids, answer.limit[1]) == (["Atlas"], 999)


def test_a_request_outside_the_slice_is_answered_correctly(make_mutant: MakeMutant) -> None:
    mutant = make_mutant("refused@limit-1")
    assert [mutant.post(RECOMMEND, {**POPULAR, "limit": limit}).status for limit in (1, 2)] == [400, 200]


def test_a_kept_list_ignores_later_records(make_mutant: MakeMutant) -> None:
    mutant = make_mutant("kept@popular")
    first = mutant.post(RECOMMEND, POPULAR)
    mutant.post(ITEMS, ITEM)
    later = mutant.post(RECOMMEND, POPULAR)
    assert first.ids == later.ids == []
    assert first.data["recommendation_id"] != later.data["recommendation_id"]
