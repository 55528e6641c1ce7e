"""What makes a run INVALID before it starts and while it is measured."""

from typing import Any

import pytest

from load import _budget
from load._identity import versions
from load._inspection import (
    Happened,
    busy_machine,
    ended_early,
    generator_problems,
    plan_problems,
    sample_problems,
    target_problems,
)
from load._plan import SCENARIOS, Plan
from load._profiles import Profile, Stage
from load._samples import Samples
from load._slo_file import read_slo
from load._verdict import Outcome, Row

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


def test_generators_that_agree_cause_no_problem() -> None:
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
    assert generator_problems([answer()], 3) == ["2 of 3 workers didn't reply to the plan"]


def test_a_target_with_enough_quota_causes_no_problem() -> None:
    assert target_problems(plan(), [answer()], 10.0, (1000, 900.0)) == []


@pytest.mark.parametrize(
    ("quota", "word"),
    [
        ({"status": 0, "error": "connection refused"}, "doesn't answer: connection refused"),
        ({"status": 401}, "refuses its publishable key (401)"),
        ({"status": 403}, "refuses its publishable key (403)"),
        ({"status": 404}, "answers 404"),
        ({"status": 308, "location": "https://x/v1"}, "redirects to https://x/v1 (308): use its final address"),
        ({"status": 429, "reset": 77}, "used up for another 77 s"),
        ({"remaining": 12}, "don't fit"),
    ],
)
def test_a_target_that_can_not_be_judged_is_reported(quota: dict[str, Any], word: str) -> None:
    problems = target_problems(plan(), [answer(quotas=[{**QUOTA, **quota}])], 10.0, (1000, 900.0))
    assert len(problems) == 1
    assert word in problems[0]


def test_a_target_that_answers_5xx_is_judged_by_the_run() -> None:
    assert target_problems(plan(), [answer(quotas=[{**QUOTA, "status": 503}])], 10.0, (1000, 900.0)) == []


def test_without_a_limit_the_remaining_quota_does_not_matter() -> None:
    assert target_problems(plan(), [answer(quotas=[{**QUOTA, "remaining": 1}])], 10.0, None) == []


def test_the_probe_may_start_with_a_used_up_quota() -> None:
    quota = {**QUOTA, "status": 429}
    assert target_problems(plan(users="rate-limit-probe"), [answer(quotas=[quota])], 0.0, (1000, 900.0)) == []


def test_the_budget_names_the_organisations_needed_and_the_longest_run() -> None:
    problem = _budget.problem(100, 60, organisations=2, limit=1000, remaining=1000, reset=900, window=900)
    assert problem is not None
    assert "Needed: 7 organisations" in problem, "100/s x 60 s, a tenth on top, 1,000 each"
    assert "at most 18 s" in problem


@pytest.mark.parametrize("organisations", [1, 3, 40])
def test_a_run_of_the_size_that_the_budget_names_fits(organisations: int) -> None:
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


def happened(seconds: float = 20.0, **facts: Any) -> Happened:
    return Happened(seconds, **{"users": 10, "cpu": 0.2, **facts})


def problems(samples: Samples, what: Happened, **changes: Any) -> list[str]:
    return plan_problems(plan(**changes), read_slo(), samples, what, aborted=False)


def sent(count: int, due: int | None = None) -> Samples:
    samples = Samples()
    samples.count("sent", count)
    samples.count("due", count if due is None else due)
    return samples


def test_a_plan_that_was_carried_out_causes_no_problem() -> None:
    assert problems(sent(200), happened()) == []
    assert problems(sent(197), happened(20.3)) == []


def test_a_run_that_was_ended_early_says_when() -> None:
    found = problems(sent(120), happened(12.0), seconds=7200.0)
    assert found[0].startswith("ended after 12 of 7,200 s")
    assert len(found) == 1, "what was due until then was sent: one sentence is enough"


def test_a_run_that_ended_because_of_a_broken_promise_carried_out_its_plan() -> None:
    assert plan_problems(plan(seconds=7200.0), read_slo(), sent(120), happened(12.0), aborted=True) == []


def test_a_run_ended_by_a_broken_promise_fails_although_other_rows_have_few_samples() -> None:
    broken = Row("POST /v1/recommend", "p99_ms", 1, 2, 12, "run", Outcome.FAIL)
    few = Row("POST /v1/recommend", "samples", 80, 12, 12, "run", Outcome.NO_DATA, "12 responses, 80 needed")
    kept = Row("POST /v1/ingest/events/ingest", "p99_ms", 2, 1, 100, "run", Outcome.PASS)
    assert ended_early([few, kept], broken) == [kept, broken]
    assert ended_early([broken, kept], broken) == [broken, kept]


def test_arrivals_that_were_not_sent_are_reported() -> None:
    samples = sent(150, due=200)
    samples.count("dropped", 50)
    text = problems(samples, happened())[0]
    assert "only 75.0% of the asked arrivals" in text
    assert "50 dropped" in text


def test_arrivals_of_a_worker_that_never_began_are_reported() -> None:
    assert "67 never due on any worker" in problems(sent(133), happened())[0]


def test_users_that_were_never_started_are_reported() -> None:
    assert "only 4 of 10 users" in problems(Samples(), happened(users=4), rate=0.0)[0]


def test_a_busy_generator_is_reported() -> None:
    assert "97% of its core" in problems(sent(200), happened(cpu=0.97))[0]


def test_a_late_generator_is_reported_unless_it_was_late_only_in_the_warm_up() -> None:
    samples = sent(200)
    for _ in range(20):
        samples.late(-1, 0.5)
    assert problems(samples, happened()) == []
    for _ in range(20):
        samples.late(3, 0.5)
    assert "lag p99 500 ms" in problems(samples, happened())[0]


def test_a_busy_machine_is_reported_if_it_may_have_changed_the_result() -> None:
    slo, busy = read_slo(), happened(ran=2.0, waited=3.0)
    broken = [Row("POST /v1/recommend", "p99_ms", 1, 2, 100, "run", Outcome.FAIL)]
    errors = [Row("POST /v1/recommend", "max_error_ratio", 0, 1, 100, "run", Outcome.FAIL)]
    kept = [Row("POST /v1/recommend", "p99_ms", 2, 1, 100, "run", Outcome.PASS)]
    assert "busy machine: the generators waited for a core 60%" in str(busy_machine(slo, busy, broken, []))
    assert busy_machine(slo, busy, kept, []) is None, "a promise that was kept all the same is kept"
    assert busy_machine(slo, busy, errors, []) is None, "a core more would not have mended it"
    assert busy_machine(slo, busy, kept, ["late"]) is not None
    assert busy_machine(slo, happened(ran=5.0, waited=0.1), broken, []) is None


def test_a_run_too_small_for_its_promises_says_what_it_needs_before_it_starts() -> None:
    found = sample_problems(plan(), read_slo(), {"POST /v1/recommend": 10.0})
    assert "about 10 requests POST /v1/recommend" in found[0]
    assert "--arrival-rate 60" in found[0]
    assert sample_problems(plan(), read_slo(), {"POST /v1/recommend": 51.0}) == []
