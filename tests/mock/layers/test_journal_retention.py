"""How many exchanges the journal keeps, for how long, and how they are found."""

import gc
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.bodies import item_body
from mock_server.layers.journal.raw_exchange import head_of, headers_in
from tests.support.journal_client import Observed, observed, raw_exchange
from tests.support.journal_filled import filled, kept
from tests.support.mock_client import ITEMS, RECOMMEND

ASKED = {"strategy": "popular"}


@pytest.fixture
def mock() -> Iterator[Observed]:
    found = observed()
    yield found
    found.close()


def test_the_oldest_are_dropped_and_counted() -> None:
    mock = observed(journal=3)
    for _ in range(5):
        mock.recommend()
    listed = mock.control("/journal")
    assert [each["id"] for each in listed["exchanges"]] == [3, 4, 5]
    assert (listed["dropped"], listed["last_id"]) == (2, 5)
    assert mock.refused("/journal/1") == (
        404,
        '"the journal has no exchange 1: it was dropped, or it never existed"',
    )
    mock.close()


def test_an_unknown_exchange_number_of_any_length_is_a_404(mock: Observed) -> None:
    for number in ("0", "9" * 15, "9" * 16, "9" * 5_000):
        assert mock.refused(f"/journal/{number}")[0] == 404
        assert mock.refused(f"/journal/{number}/curl")[0] == 404


def test_a_busy_organisation_does_not_push_out_anothers_exchanges() -> None:
    journal = filled(10, "quiet", *["busy"] * 100)
    assert len(journal) == 10
    assert kept(journal, "quiet") == [1]
    assert (journal.dropped("busy"), journal.dropped("quiet"), journal.dropped()) == (91, 0, 91)


@given(st.integers(1, 12), st.lists(st.sampled_from("abc"), max_size=60))
@settings(deadline=None, derandomize=True, max_examples=60)
def test_every_dropped_exchange_is_counted_and_the_capacity_is_kept(capacity: int, tenants: list[str]) -> None:
    journal = filled(capacity, *tenants)
    assert len(journal) == min(capacity, len(tenants))
    assert len(journal) + journal.dropped() == len(tenants) == journal.last_id
    assert kept(journal) == sorted(number for tenant in "abc" for number in kept(journal, tenant))


@pytest.mark.parametrize("option", [{"journal": 0}, {"no_control": True}])
def test_a_mock_without_a_journal_keeps_nothing(option: dict[str, Any]) -> None:
    mock = observed(**option)
    mock.recommend()
    assert len(mock.layers.journal) == 0
    mock.close()


def test_one_organisations_exchanges_can_be_removed(mock: Observed) -> None:
    mock.recommend()
    other = mock.mock.add_organisation("other")
    mock.post(RECOMMEND, ASKED, key=other.publishable_key)
    assert mock.control("/journal?tenant_id=other", method="DELETE") == {"cleared": 1}
    assert [each["tenant_id"] for each in mock.exchanges()] == ["glow-beauty-ng"]
    assert mock.control("/journal", {"all": True}, method="DELETE") == {"cleared": 1}
    assert mock.control("/journal") == {"exchanges": [], "goods": {}, "dropped": 0, "last_id": 2}


def test_an_organisations_exchanges_stay_after_its_reset_or_removal(mock: Observed) -> None:
    other = mock.mock.add_organisation("other")
    mock.post(RECOMMEND, ASKED, key=other.publishable_key)
    mock.mock.reset("other")
    mock.mock.remove_organisation("other")
    assert [each["tenant_id"] for each in mock.exchanges()] == ["other"]
    assert mock.refused("/journal?tenant_id=other")[0] == 404


def test_thawing_a_position_removes_later_exchanges() -> None:
    journal = filled(10, "a", "b")
    position = json.loads(json.dumps(journal.freeze()))
    for tenant_id in ("a", "b"):
        journal.add(raw_exchange(tenant_id))
    journal.thaw(position, "a")
    assert (kept(journal, "a"), kept(journal, "b")) == ([1], [2, 4])
    journal.thaw(position)
    assert kept(journal) == [1, 2]
    journal.add(raw_exchange())
    assert journal.last_id == 5


def test_thawing_a_position_of_another_run_removes_nothing() -> None:
    journal = filled(10, "a")
    journal.thaw(filled(10).freeze())
    assert kept(journal) == [1]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?operation_id=recommend", [1, 4, 5]),
        ("?status=202", [2]),
        ("?status=4xx", [3, 4, 5]),
        ("?key_type=secret", [2, 3, 5]),
        ("?finding=bad-request", [3]),
        ("?finding=wrong-key-type", [5]),
        ("?q=NEEDLE", [2]),
        ("?q=is+required", [3]),
        ("?after=2", [3, 4, 5]),
        ("?limit=1", [5]),
        ("?tenant_id=acme-books", []),
        ("?tenant_id=&q=", [1, 2, 3, 4, 5]),
    ],
)
def test_exchanges_can_be_filtered(mock: Observed, query: str, found: list[int]) -> None:
    mock.recommend()
    mock.post(ITEMS, item_body("a", description="a needle"))
    mock.post(ITEMS, {"item_id": "b"})
    mock.post(RECOMMEND, ASKED, key=None)
    mock.post(RECOMMEND, ASKED, key="wrong")
    assert [each["id"] for each in mock.exchanges(query)] == found


@pytest.mark.parametrize(
    "query", ["?status=99", "?status=teapot", "?limit=0", "?after=-1", "?key_type=x", "?colour=red"]
)
def test_an_invalid_filter_is_refused_by_name(mock: Observed, query: str) -> None:
    status, words = mock.refused(f"/journal{query}")
    assert status == 400
    assert query[1:].partition("=")[0] in words


@pytest.mark.parametrize("headers", [[], [(b"host", b"a"), (b"x-empty", b""), (b"accept", b"a"), (b"accept", b"b")]])
def test_kept_headers_are_read_as_they_were(headers: list[tuple[bytes, bytes]]) -> None:
    assert headers_in(head_of(headers)) == headers


def test_an_unread_exchange_refers_to_nothing_that_the_garbage_collector_visits(mock: Observed) -> None:
    mock.recommend()
    (exchange,) = mock.layers.journal._unread.values()
    assert [each for each in gc.get_referents(exchange) if gc.is_tracked(each) and each is not type(exchange)] == []
