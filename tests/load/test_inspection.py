"""What makes a run INVALID before it starts and while it is measured."""

from typing import Any

import pytest

from load import _budget
from load._identity import versions
from load._inspection import generator_problems, measurement_problems, target_problems
from load._plan import SCENARIOS, Plan
from load._profiles import Profile, Stage
from load._samples import Samples
from load._slo import read_slo

QUOTA = {
    "name": "org-0",
    "status": 200,
    "error": "",
    "limit": 1000,
    "remaining": 999,
    "reset": 900,
    "retry_after": None,
}


def plan(rate: float = 10.0, seconds: float = 20.0, users: str = "reader") -> Plan:
    profile = Profile("steady", 0.0, (Stage(seconds, 1.0, 1.0),))
    return Plan("r", "http://x", SCENARIOS[users], profile, rate, "constant", 10, 1.0, 1, 100, 10.0)


def answer(**changes: Any) -> dict[str, Any]:
    facts = {"problem": "", "versions": versions(), "keys": "abc", "organisations": 1, "quotas": [QUOTA]}
    return {**facts, **changes}


def test_generators_that_agree_are_fine() -> None:
    assert generator_problems([answer(), answer()], 2) == []


@pytest.mark.parametrize(
    ("other", "word"),
    [
        ({"versions": {**versions(), "files": "0" * 16}}, "other files"),
        ({"versions": {**versions(), "locust": "2.46.0"}}, "another version of locust"),
        ({"versions": {}}, "other files"),
        ({"keys": "xyz"}, "different keys"),
        ({"problem": "no keys: set LEHNZ_PUBLISHABLE_KEY"}, "no keys"),
    ],
)
def test_a_generator_that_differs_is_named(other: dict[str, Any], word: str) -> None:
    assert word in " ".join(generator_problems([answer(), answer(**other)], 2))


def test_a_silent_generator_is_named() -> None:
    assert generator_problems([answer()], 3) == ["2 of 3 workers didn't answer the plan"]


def test_a_target_with_enough_quota_is_fine() -> None:
    assert target_problems(plan(), [answer()], 10.0, (1000, 900.0)) == []


@pytest.mark.parametrize(
    ("quota", "word"),
    [
        ({"status": 0, "error": "connection refused"}, "doesn't answer: connection refused"),
        ({"status": 401}, "refuses its publishable key (401)"),
        ({"status": 403}, "refuses its publishable key (403)"),
        ({"status": 404}, "answers 404"),
        ({"status": 503}, "answers 503"),
        ({"status": 429, "reset": 77}, "used up for another 77 s"),
        ({"remaining": 12}, "don't fit"),
    ],
)
def test_a_target_that_can_not_be_judged_is_named(quota: dict[str, Any], word: str) -> None:
    problems = target_problems(plan(), [answer(quotas=[{**QUOTA, **quota}])], 10.0, (1000, 900.0))
    assert len(problems) == 1
    assert word in problems[0]


def test_without_a_limit_nothing_has_to_fit() -> None:
    assert target_problems(plan(), [answer(quotas=[{**QUOTA, "remaining": 1}])], 10.0, None) == []


def test_the_probe_may_find_a_used_up_quota() -> None:
    quota = {**QUOTA, "status": 429}
    assert target_problems(plan(users="rate-limit-probe"), [answer(quotas=[quota])], 0.0, (1000, 900.0)) == []


def test_the_budget_names_the_organisations_needed_and_the_longest_run() -> None:
    problem = _budget.problem(100, 60, organisations=2, limit=1000, remaining=1000, reset=900, window=900)
    assert problem is not None
    assert "Needed: 7 organisations" in problem, "100/s x 60 s, a tenth on top, 1,000 each"
    assert "at most 18 s" in problem


@pytest.mark.parametrize("organisations", [1, 3, 40])
def test_what_the_budget_names_fits(organisations: int) -> None:
    quota = {"limit": 1000, "remaining": 1000, "reset": 900.0, "window": 900.0}
    problem = _budget.problem(200, 300, organisations=organisations, **quota)  # type: ignore[arg-type]
    assert problem is not None
    needed, longest = (int(part.split()[0]) for part in (problem.split("Needed: ")[1], problem.split("at most ")[1]))
    assert _budget.problem(200, 300, organisations=needed, **quota) is None  # type: ignore[arg-type]
    assert _budget.problem(200, 300, organisations=needed - 1, **quota) is not None  # type: ignore[arg-type]
    assert _budget.problem(200, longest, organisations=organisations, **quota) is None  # type: ignore[arg-type]


def test_a_long_run_uses_window_after_window() -> None:
    assert _budget.problem(1.0, 100_000, organisations=1, limit=1000, remaining=1000, reset=900, window=900) is None
    assert _budget.problem(1.2, 100_000, organisations=1, limit=1000, remaining=1000, reset=900, window=900) is not None


def problems(samples: Samples, cpu: float = 0.2, seconds: float = 20.0) -> list[str]:
    return measurement_problems(plan(), read_slo(), samples, cpu, seconds)


def sent(count: int) -> Samples:
    samples = Samples()
    samples.count("sent", count)
    return samples


def test_a_schedule_that_was_kept_is_fine() -> None:
    assert problems(sent(200)) == []
    assert problems(sent(197)) == []


def test_arrivals_that_were_not_sent_are_named() -> None:
    samples = sent(150)
    samples.count("dropped", 50)
    assert "only 75.0% of the asked arrivals" in problems(samples)[0]
    assert "50 dropped" in problems(samples)[0]


def test_a_busy_generator_is_named() -> None:
    assert "97% of its core" in problems(sent(200), cpu=0.97)[0]


def test_a_late_generator_is_named() -> None:
    samples = sent(200)
    for _ in range(20):
        samples.late(0.5)
    assert "lag p99 500 ms" in problems(samples)[0]
