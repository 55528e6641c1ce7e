"""Which questions of a run are asked again after the clean-up."""

import json
from collections import Counter
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from contracts.exchange import Exchange
from contracts.run.asked_again import QUESTIONS, of_every_kind, showed_own_items
from contracts.run.model import Model


def question(number: int = 1, organisation: str = "main", **body: Any) -> Exchange:
    return Exchange(
        number=number, source="a check", operation="recommend", method="POST", path="/v1/recommend", key="pk",
        organisation=organisation, request_headers={}, request_body=json.dumps(body).encode(), sent_at=float(number),
        seconds=0.01, status=200,
    )  # fmt: skip


@pytest.mark.parametrize(
    "other",
    [
        {"strategy": "similar"},
        {"strategy": "popular", "page": 2},
        {"strategy": "popular", "filters": {"size": 0}},
        {"strategy": "popular", "filters": {"size": 1}},
        {"strategy": "popular", "filters": {"size": "1"}},
        {"strategy": "popular", "filters": {"size": 1, "in_stock": True}},
        {"strategy": "popular", "user_id": "u"},
    ],
    ids=str,
)
def test_questions_of_two_kinds_are_both_asked(other: dict[str, Any]) -> None:
    asked = [question(1, strategy="popular"), question(2, **other)]
    assert {x.number for x in of_every_kind(asked)} == {1, 2}


def test_a_kind_is_asked_once_whatever_its_ids_are() -> None:
    asked = [question(n, strategy="similar", context_item_id=f"item {n}") for n in range(20)]
    assert len(of_every_kind(asked)) == 1


def test_each_organisation_is_asked_no_more_than_its_number() -> None:
    asked = [question(n, ("main", "other")[n % 2], strategy="popular", limit=n) for n in range(100)]
    assert Counter(x.organisation for x in of_every_kind(asked)) == {"main": QUESTIONS, "other": QUESTIONS}


def test_only_the_latest_of_equal_questions_is_asked() -> None:
    assert [x.number for x in of_every_kind([question(n, strategy="popular") for n in (1, 2, 3)])] == [3]


def test_only_questions_that_showed_an_item_of_the_run_and_may_be_asked_are_candidates() -> None:
    answer = json.dumps({"data": {"results": [{"item_id": "lc-1"}]}}).encode()
    shown = replace(question(1, strategy="popular"), body=answer)
    journal = [
        shown,
        question(2, strategy="popular"),
        replace(shown, number=3, forbidden="an unknown strategy"),
        replace(shown, number=4, request_body=b""),  # a server may answer it all the same
        replace(shown, number=5, request_body=b"[]"),
    ]
    run: Any = SimpleNamespace(client=SimpleNamespace(journal=journal), model=Model("lc-", settle=10.0))
    assert [exchange.number for exchange in showed_own_items(run)] == [1]
