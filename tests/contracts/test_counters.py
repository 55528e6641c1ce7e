"""RateLimit-Remaining with every kind of window (R36): accepted if it counts requests."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
from types import SimpleNamespace
from typing import Any

import pytest

import contracts.rules  # noqa: F401 - registers the rules
from contracts.exchange import Exchange
from contracts.run.registry import RULES

RUN: Any = SimpleNamespace(target=SimpleNamespace(limit=1000, window_seconds=900.0))


def answers(*remaining: int, reset: int = 900, status: int = 200, bodies: Sequence[str] = ()) -> list[Exchange]:
    """Return one answer every 20 ms with these values of RateLimit-Remaining."""
    return [
        Exchange(
            number=n, source="a check", operation="recommend", method="POST", path="/v1/recommend", key="pk",
            organisation="main", request_headers={}, request_body=(bodies[n] if bodies else "{}").encode(),
            sent_at=n / 50, seconds=0.01, status=status,
            headers={"ratelimit-limit": "1000", "ratelimit-remaining": str(left), "ratelimit-reset": str(reset)},
        )
        for n, left in enumerate(remaining)
    ]  # fmt: skip


RATES = ("RATE-never-jumps", "RATE-own-count", "RATE-each-costs-one")


def accused(*series: Exchange) -> set[str]:
    return {name for name in RATES if list(RULES[name].judge(RUN, list(series)))}


FALLING = range(999, 899, -1)


@pytest.mark.parametrize(
    ("remaining", "found"),
    [
        (FALLING, set()),
        ([999] * 100, {"RATE-own-count"}),
        ([*FALLING, *range(999, 950, -1)], {"RATE-never-jumps", "RATE-own-count"}),
        ([999 - n // 2 for n in range(100)], {"RATE-own-count"}),
    ],
    ids=["one less each time", "never", "full again", "every other request"],
)
def test_a_counter_that_does_not_count_is_found(remaining: list[int], found: set[str]) -> None:
    assert accused(*answers(*remaining)) == found


def test_a_sliding_window_may_give_back_requests_from_before_the_run() -> None:
    """Another run sent 500 requests a quarter of an hour ago: they expire now, ten at a time."""
    sliding = [499 - n + 10 * min(n, 50) for n in range(100)]
    assert accused(*answers(*sliding)) == set()


def test_a_window_that_gives_back_more_than_was_used_is_a_finding() -> None:
    assert accused(*answers(*range(499, 450, -1), *range(999, 950, -1))) == {"RATE-never-jumps", "RATE-own-count"}


def test_a_window_that_begins_anew_for_one_response_is_a_rise_inside_a_window() -> None:
    series = answers(*FALLING)
    elsewhere = {**series[50].headers, "ratelimit-remaining": "999"}
    series = [replace(x, headers={**x.headers, "ratelimit-reset": "870"}) for x in series]
    series[50] = replace(series[50], headers=elsewhere)
    assert "RATE-never-jumps" in accused(*series)


def test_a_new_window_may_begin_in_the_middle_of_a_run() -> None:
    old = [replace(x, headers={**x.headers, "ratelimit-reset": "3"}) for x in answers(*FALLING)]
    new = [replace(x, sent_at=x.sent_at + 5) for x in answers(*FALLING)]
    assert accused(*old, *new) == set()


PAGE_2 = '{"page": 2, "strategy": "popular"}'
FIRST = '{"page": 1, "strategy": "popular"}'


def with_cost(second_pages: int, others: Sequence[int] = (1,)) -> list[Exchange]:
    """Return the answers to 60 questions in turn, every sixth for a second page, which costs `second_pages`."""
    bodies = [PAGE_2 if n % 6 == 5 else FIRST for n in range(60)]
    costs = [second_pages if body == PAGE_2 else others[n % len(others)] for n, body in enumerate(bodies)]
    return answers(*(1000 - spent for spent in accumulate(costs)), bodies=bodies)


@pytest.mark.parametrize("cost", [0, 2, 5])
def test_a_kind_of_request_that_costs_another_number_is_named(cost: int) -> None:
    (violation,) = RULES["RATE-each-costs-one"].judge(RUN, with_cost(cost))
    assert violation.actual == f"{cost} less after each of 10 requests: /v1/recommend with page 2"


def test_requests_that_cost_one_whatever_they_ask_are_right() -> None:
    assert accused(*with_cost(1)) == set()


def test_requests_that_all_cost_two_are_found_and_those_of_other_clients_are_not() -> None:
    of_others = [900 - 2 * n - n % 3 for n in range(60)]
    assert "RATE-each-costs-one" in accused(*answers(*range(900, 780, -2)))
    assert "RATE-each-costs-one" not in accused(*answers(*of_others))


def test_a_counter_that_lags_behind_accuses_no_kind_of_request() -> None:
    assert "RATE-each-costs-one" not in accused(*with_cost(0, others=(0, 0, 0, 4)))


def test_a_bucket_that_refills_steadily_gives_back_what_slow_requests_cost() -> None:
    slow = [replace(x, sent_at=x.number * 5.0, seconds=4.0) for x in with_cost(0)]
    assert "RATE-each-costs-one" not in accused(*slow)


@pytest.mark.parametrize(
    ("status", "body", "rule"),
    [
        (404, b'{"success": false, "message": "no such path"}', "RATE-headers"),
        (404, b"<h1>404</h1>", "RATE-headers-elsewhere"),
        (400, b"Bad Request", "RATE-headers-elsewhere"),
    ],
    ids=["of the API", "of a proxy", "of a library"],
)
def test_the_api_itself_must_send_the_headers_where_nothing_is_and_others_should(
    status: int, body: bytes, rule: str
) -> None:
    (answer,) = answers(999, status=status)
    answer = replace(answer, operation=None, path="/v1/nothing", body=body, headers={})
    about = {name for name in ("RATE-headers", "RATE-headers-elsewhere") if RULES[name].about(answer)}
    assert about == {rule}


def test_nobody_must_or_should_send_them_for_a_path_that_http_forbids() -> None:
    (answer,) = answers(999, status=400)
    answer = replace(answer, operation=None, path="/v1/recommend/%zz", body=b"Bad Request", headers={})
    assert not any(RULES[name].about(answer) for name in ("RATE-headers", "RATE-headers-elsewhere"))


def test_other_clients_use_up_more_while_slow_requests_take_their_time() -> None:
    """Another client sends two requests a second: a slow request seems to cost three, and few quick ones cost two."""
    quick = {n: 2 if n == 30 else 1 for n in range(60) if n % 6 != 5}
    bodies = [PAGE_2 if n % 6 == 5 else FIRST for n in range(60)]
    spent = list(accumulate(quick.get(n, 3) for n in range(60)))
    took = [0.01 if n in quick else 1.0 for n in range(60)]
    starts = [0.0, *accumulate(took)]
    shared = [
        replace(x, sent_at=starts[n], seconds=took[n])
        for n, x in enumerate(answers(*(1000 - each for each in spent), bodies=bodies))
    ]
    assert "RATE-each-costs-one" not in accused(*shared)
