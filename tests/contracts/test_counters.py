"""RateLimit-Remaining with every kind of window (R36): accepted if it counts requests."""

from types import SimpleNamespace
from typing import Any

import pytest

import contracts.rules  # noqa: F401 - registers the rules
from contracts.exchange import Exchange
from contracts.run.registry import RULES

RUN: Any = SimpleNamespace(target=SimpleNamespace(limit=1000, window_seconds=900.0))


def answers(*remaining: int, reset: int = 900, status: int = 200) -> list[Exchange]:
    """Return one answer every 20 ms with these values of RateLimit-Remaining."""
    return [
        Exchange(
            number=n, source="a check", operation="recommend", method="POST", path="/v1/recommend", key="pk",
            organisation="main", request_headers={}, request_body=b"{}", sent_at=n / 50, seconds=0.01, status=status,
            headers={"ratelimit-limit": "1000", "ratelimit-remaining": str(left), "ratelimit-reset": str(reset)},
        )
        for n, left in enumerate(remaining)
    ]  # fmt: skip


def accused(*series: Exchange) -> set[str]:
    return {name for name in ("RATE-never-jumps", "RATE-own-count") if list(RULES[name].judge(RUN, list(series)))}


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
