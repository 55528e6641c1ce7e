"""The probe's checks: a correct limiter passes under any concurrency, and each defect is found."""

from collections.abc import Sequence
from itertools import pairwise
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from load._probe_checks import (
    Check,
    Rules,
    Shot,
    buckets,
    judge_burst,
    judge_headers,
    judge_hold,
    judge_other,
    judge_recovery,
    judge_window,
)

ROUTES = (("recommend", "publishable"), ("ingestEvents", "publishable"), ("upsertItems", "secret"))
END = 100.0  # when the simulated window ends


def shot(sent: float, answered: float, counted: float, used: int, limit: int = 50, **changes: Any) -> Shot:
    """Return a correct server's answer: the request was counted at `counted`, after `used` others."""
    reset = int(-(-(END - counted) // 1))
    status, remaining = (200, limit - used - 1) if used < limit else (429, 0)
    one = Shot(0, "recommend", "publishable", 0, 0, sent, answered, status, limit, remaining, reset)
    return one._replace(**changes)


def burst_of(count: int, seed: int, limit: int = 50, workers: int = 1, used: int = 1) -> list[Shot]:
    """Return `count` simultaneous requests, answered in another order than counted."""
    rng = Random(seed)
    moments = sorted(rng.uniform(50, 52) for _ in range(count))
    shots = []
    for place, counted in enumerate(moments):
        route, key_type = rng.choice(ROUTES)
        sent, answered = counted - rng.uniform(0, 0.4), counted + rng.uniform(0, 0.4)
        changes = {"operation": route, "key_type": key_type, "worker": rng.randrange(workers)}
        shots.append(shot(sent, answered, counted, used + place, limit, **changes))
    rng.shuffle(shots)
    return shots


BEFORE = shot(40.0, 40.1, 40.05, 0)


def failed(checks: Sequence[Check]) -> dict[str, str]:
    return {check.id: check.text for check in checks if check.kept is False}


@settings(max_examples=60, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6), workers=st.integers(1, 4))
def test_a_correct_limiter_passes_every_check_in_any_order_of_answers(seed: int, workers: int) -> None:
    burst = burst_of(110, seed, workers=workers)
    assert failed([*judge_headers(burst), *judge_burst(BEFORE, burst, Rules())]) == {}
    assert judge_window([BEFORE, *burst], 0.0).kept


def test_judging_in_the_order_of_answers_would_fail_a_correct_limiter() -> None:
    passed = sorted((one for one in burst_of(110, 1) if one.passed), key=lambda one: one.answered)
    naive = sum((later.remaining or 0) >= (earlier.remaining or 0) for earlier, later in pairwise(passed))
    assert naive > 10, "which is why nobody judges by the order of answers"


def test_one_too_many_and_one_too_few_are_named() -> None:
    burst = burst_of(110, 2)
    more = next(one for one in burst if one.refused)
    assert "1 too many" in failed(list(judge_burst(BEFORE, [*burst, more._replace(status=200)], Rules())))["burst"]
    passed = next(one for one in burst if one.passed)
    fewer = [one for one in burst if one is not passed] + [passed._replace(status=429, remaining=0)]
    assert "1 too few" in failed(list(judge_burst(BEFORE, fewer, Rules())))["burst"]


def test_a_tolerance_allows_exactly_that_many() -> None:
    burst = burst_of(110, 2)
    refused = [one for one in burst if one.refused]
    burst = [one for one in burst if one not in refused[:2]] + [one._replace(status=200) for one in refused[:2]]
    assert "burst" not in failed(list(judge_burst(BEFORE, burst, Rules(tolerance=2))))
    assert "burst" in failed(list(judge_burst(BEFORE, burst, Rules(tolerance=1))))


def test_the_number_of_independent_counters_is_found() -> None:
    several = [one for seed in range(3) for one in burst_of(80, seed)]
    passed = [one for one in several if one.passed]
    assert buckets(BEFORE, passed) == 3
    assert buckets(BEFORE, [one for one in burst_of(110, 1) if one.passed]) == 1


def test_remaining_that_rises_between_sequential_requests_is_found() -> None:
    swapped = [shot(50, 50.1, 50.05, 2), shot(51, 51.1, 51.05, 1)]
    assert "remaining order" in failed(list(judge_burst(BEFORE, swapped, Rules())))


def test_a_route_that_is_never_refused_is_named() -> None:
    burst = [one._replace(status=202) if one.operation == "upsertItems" else one for one in burst_of(110, 4)]
    assert "never refused: upsertItems" in failed(list(judge_burst(BEFORE, burst, Rules())))["shared by routes"]


def test_a_reset_that_moves_is_found_even_with_imprecise_clocks() -> None:
    moving = [shot(moment, moment + 0.01, moment, 60)._replace(reset=50) for moment in (50.0, 52.0, 54.0)]
    check = judge_window(moving, 0.02)
    assert check.kept is False
    assert "apart" in check.text


def test_a_reset_that_is_rounded_down_is_accepted() -> None:
    rounded = [
        shot(moment, moment + 0.01, moment, 60)._replace(reset=int(END - moment)) for moment in (50.2, 52.6, 54.9)
    ]
    assert judge_window(rounded, 0.0).kept


def test_serving_before_the_reset_is_found() -> None:
    held = [shot(60, 60.1, 60, 60), shot(61, 61.1, 61, 60)._replace(status=200)]
    assert judge_hold(held[:1]).kept is True
    assert "1 of 2" in judge_hold(held).text
    assert judge_hold([]).kept is None, "nothing was asked, so nothing is judged"


def test_the_full_quota_must_be_available_after_the_reset() -> None:
    after = [shot(101, 101.1, 101, used)._replace(reset=900) for used in range(3)]
    assert failed(list(judge_recovery(after, Rules()))) == {}
    late = [one._replace(status=429) for one in after]
    assert "served after reset" in failed(list(judge_recovery(late, Rules())))
    half = [after[0]._replace(remaining=20), *after[1:]]
    assert "full quota after reset" in failed(list(judge_recovery(half, Rules())))
    assert "full quota after reset" not in failed(list(judge_recovery(half, Rules(kind="sliding"))))


def test_the_other_organisation_must_not_be_affected() -> None:
    before, after = shot(40, 40.1, 40, 0), [shot(60 + place, 60.1 + place, 60 + place, 1 + place) for place in range(3)]
    assert failed(list(judge_other(before, after))) == {}
    refused = [after[0]._replace(status=429)]
    assert "it shares the bucket" in failed(list(judge_other(before, refused)))["other organisation served"]
    shared = [one._replace(remaining=10) for one in after]
    assert "other organisation's quota" in failed(list(judge_other(before, shared)))


def test_the_end_of_the_other_organisations_window_is_no_finding() -> None:
    after = [shot(150, 150.1, 150, 0)._replace(reset=50)]
    assert [check.kept for check in judge_other(shot(40, 40.1, 40, 0), after)] == [True, None]


def test_missing_headers_and_unexpected_answers_are_counted() -> None:
    shots = [
        shot(50, 50.1, 50, 0),
        shot(51, 51.1, 51, 1)._replace(reset=None),
        shot(52, 52.1, 52, 2)._replace(status=500),
    ]
    found = failed(list(judge_headers(shots)))
    assert "1 responses without" in found["headers"]
    assert "1 x 500" in found["answers"]


def test_malformed_refusals_are_counted() -> None:
    refused = shot(50, 50.1, 50, 60)._replace(problems=("no RateLimit-Reset that is a whole number of seconds",))
    assert "(1 of 2)" in failed(list(judge_headers([refused, shot(51, 51.1, 51, 60)])))["429 well-formed"]
