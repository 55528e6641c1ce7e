"""Reading the three headers, and what makes a 429 malformed."""

from typing import Any

import pytest

from load._rate_limit import RateLimit, problems_of_429, read

ENVELOPE = {"success": False, "message": "Too many requests", "data": None, "error": "Detail"}


def headers(**values: str) -> dict[str, str]:
    names = {"limit": "RateLimit-Limit", "remaining": "RateLimit-Remaining", "reset": "RateLimit-Reset"}
    return {names.get(name, "Retry-After"): value for name, value in values.items()}


def test_the_headers_numbers_are_read() -> None:
    assert read(headers(limit="1000", remaining="312", reset="482")) == RateLimit(1000, 312, 482, None)


@pytest.mark.parametrize("text", ["", "-1", "1.5", "soon", "Sun, 22 Nov 2026 03:00:00 GMT", "٣", "1000, 1000;w=900"])
def test_values_that_are_no_whole_numbers_are_read_as_none(text: str) -> None:
    assert read(headers(reset=text)).reset is None


def test_missing_headers_are_read_as_none() -> None:
    assert read(None) == RateLimit()


def test_a_429_as_documented_has_no_problem() -> None:
    assert not list(problems_of_429(RateLimit(1000, 0, 42, None), ENVELOPE))
    assert not list(problems_of_429(RateLimit(1000, 0, 42, 42), {"success": False, "message": "x"}))


@pytest.mark.parametrize(
    ("limits", "body", "problem"),
    [
        (RateLimit(None, 0, 42), ENVELOPE, "RateLimit-Limit"),
        (RateLimit(1000, None, 42), ENVELOPE, "RateLimit-Remaining"),
        (RateLimit(1000, 3, 42), ENVELOPE, "RateLimit-Remaining 3, not 0"),
        (RateLimit(1000, 0, None), ENVELOPE, "RateLimit-Reset"),
        (RateLimit(1000, 0, 0), ENVELOPE, "RateLimit-Reset 0"),
        (RateLimit(1000, 0, 1_900_000_000), ENVELOPE, "a date?"),
        (RateLimit(1000, 0, 42, 10), ENVELOPE, "Retry-After 10 is earlier"),
        (RateLimit(1000, 0, 42), None, "envelope"),
        (RateLimit(1000, 0, 42), {"success": True, "message": "x"}, "envelope"),
        (RateLimit(1000, 0, 42), ["slow down"], "envelope"),
    ],
)
def test_each_problem_of_a_429_is_named(limits: RateLimit, body: Any, problem: str) -> None:
    found = list(problems_of_429(limits, body))
    assert len(found) == 1
    assert problem in found[0]
