"""A board is always the exact order of its shelf, after any update; a row of pairs keeps its largest counts."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_server.state.recommender import boards
from mock_server.state.recommender import pairs as pairs_module
from mock_server.state.recommender.catalogue import Catalogue
from mock_server.state.recommender.filters import parse_filters
from mock_server.state.recommender.numbers import Amounts
from mock_server.state.recommender.pairs import FIRST_FOLD, Pairs
from mock_server.state.recommender.scores import Journal, Scores
from mock_server.state.records import Item

NOW = 1_780_000_000.0
ITEMS = 40
steps = st.lists(
    st.one_of(
        st.tuples(st.just("score"), st.integers(0, ITEMS - 1), st.sampled_from([0.2, 0.2, 0.2, 0.3, 1.0])),
        st.tuples(st.just("toggle"), st.integers(0, ITEMS - 1), st.just(0.0)),
        st.tuples(st.just("read"), st.integers(0, ITEMS), st.just(0.0)),
    ),
    min_size=20,
    max_size=120,
)


@pytest.fixture(scope="module", autouse=True)
def short_boards() -> object:
    """Make boards so short that forty items force them to cut, rebuild and read deeper."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boards, "SHORTEST", 4)
        patch.setattr(boards, "REBUILD", 6)
        patch.setattr(Journal, "kept", 5)
        yield


def record(number: int, status: str) -> Item:
    body = {
        "item_id": f"i{number:02d}",
        "item_type": "x",
        "status": status,
        "created_at": f"2026-01-{1 + number % 3:02d}",
    }
    return Item.from_body(body | {"attributes": {"even": number % 2 == 0}}).merged_over(None)


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(steps)
def test_boards_agree_with_sorting_after_every_change(changes: list[tuple[str, int, float]]) -> None:
    scores = Scores(86_400.0)
    catalogue = Catalogue(scores, 10)
    active = set(range(ITEMS))
    for number in range(ITEMS):
        catalogue.restock(catalogue.number(f"i{number:02d}"), record(number, "active"))
    for kind, number, weight in changes:
        if kind == "score":
            scores.add(number, weight, NOW + number)
        elif kind == "toggle":
            active ^= {number}
            catalogue.restock(number, record(number, "active" if number in active else "inactive"))
        else:
            for conditions in ((), parse_filters({"even": True})):
                shelf = catalogue.shelf(conditions)
                here = [item for item in active if not conditions or item % 2 == 0]
                assert shelf.count == len(here)
                known = [item for item in here if scores.popularity[item] > 0]
                popular = sorted(known, key=lambda item: (-scores.popular(item), item))
                trending = sorted(known, key=lambda item: (-scores.trend(item), -scores.popular(item), item))
                newest = sorted(here, key=lambda item: (-catalogue.created[item], item))
                assert list(islice(shelf.popular(), number)) == popular[:number]
                assert list(islice(shelf.trending(), number)) == trending[:number]
                assert list(islice(shelf.newest(), number)) == newest[:number]


def test_a_board_on_which_all_items_tie_is_complete() -> None:
    catalogue = Catalogue(Scores(86_400.0), 10)
    for number in range(ITEMS):
        catalogue.restock(catalogue.number(f"i{number:02d}"), record(3, "active"))
    assert list(catalogue.shelf().newest()) == list(range(ITEMS))


def test_a_row_that_grows_over_twice_the_cap_keeps_its_largest_counts() -> None:
    pairs = Pairs(cap=10)
    for _ in range(200):
        pairs.grow()
    for partner in range(1, FIRST_FOLD + 1):  # partner p has count p; the last one makes the row fold
        pairs.add(0, [partner], [float(partner)])
    kept, counts = pairs.row(0)
    assert kept.tolist() == counts.tolist() == list(range(FIRST_FOLD - 9, FIRST_FOLD + 1))
    assert pairs.count(FIRST_FOLD, 0) == FIRST_FOLD


def test_a_count_that_is_taken_back_disappears() -> None:
    pairs = Pairs(cap=10)
    for _ in range(3):
        pairs.grow()
    pairs.add(0, [1, 2], [0.1, 0.2])
    pairs.add(0, [1], [0.2])
    pairs.add(0, [1], [-0.3])
    assert pairs.row(0)[0].tolist() == [2]
    assert pairs.row(1)[0].tolist() == []


@pytest.mark.parametrize("extra", [None, (np.array([3, 9]), np.array([-0.5, 2.0]))])
def test_scanning_the_catalogue_and_scanning_the_rows_give_the_same_sums(
    monkeypatch: pytest.MonkeyPatch, extra: Amounts | None
) -> None:
    table = Pairs(cap=10)
    for _ in range(500):
        table.grow()
    table.add(0, [1, 2, 3], [0.2, 0.3, 1.0])
    table.add(4, [1, 5], [0.6, 0.7])
    wanted = np.ones(500, np.bool_)
    wanted[5] = False
    found = []
    for many in (0, 4_096):
        monkeypatch.setattr(pairs_module, "MANY", many)
        items, sums = table.sums([(0, 1.0), (4, 2.0)], extra, wanted)
        found.append(dict(zip(items.tolist(), sums.tolist(), strict=True)))
    assert found[0] == pytest.approx(found[1])
    assert found[0] == pytest.approx({1: 1.4, 2: 0.3, 3: 1.0} if extra is None else {1: 1.4, 2: 0.3, 3: 0.5, 9: 2.0})
