"""The search for the highest rate that holds, against targets whose capacity is known."""

from collections.abc import Callable

import pytest

from load._saturate import POOL_FULL, Held, Search, Step, step_outcome, verdict_rows
from load._verdict import Outcome, Row, Verdict


def searched(behave: Callable[[float], Held], start: float = 20.0, most: int = 30) -> Search:
    search = Search(start, factor=2.0, precision=1.08, most=most)
    while (rate := search.next_rate) is not None:
        outcome = behave(rate)
        reason = {Held.NO: "p99_ms is 900 (500 promised)", Held.GENERATOR: "lag p99 400 ms"}.get(outcome, "")
        search.steps.append(Step(rate, rate, 10.0, 100, outcome, reason))
    return search


def up_to(capacity: float) -> Callable[[float], Held]:
    return lambda rate: Held.YES if rate <= capacity else Held.NO


@pytest.mark.parametrize("capacity", [3.0, 19.0, 100.0, 731.0, 3_000.0])
def test_the_rate_found_is_the_capacity_within_eight_percent(capacity: float) -> None:
    search = searched(up_to(capacity))
    rows, problems = verdict_rows(search)
    assert problems == []
    assert capacity / 1.08 <= search.held <= capacity
    assert Verdict(tuple(rows), ()).outcome is Outcome.PASS
    assert len(search.steps) <= 18


def test_the_highest_rate_that_held_must_hold_twice() -> None:
    search = searched(up_to(100.0))
    assert [step.rate for step in search.steps if step.outcome is Held.YES].count(search.held) == 2


def test_a_rate_that_held_only_once_is_not_reported() -> None:
    seen: dict[float, int] = {}

    def behave(rate: float) -> Held:
        seen[rate] = seen.get(rate, 0) + 1
        return Held.YES if rate <= 100 or (rate <= 112 and seen[rate] == 1) else Held.NO

    assert searched(behave).held <= 100


def test_a_late_generator_counts_neither_for_nor_against_the_target() -> None:
    search = searched(lambda rate: Held.YES if rate <= 700 else Held.GENERATOR)
    rows, problems = verdict_rows(search)
    assert problems[0].startswith("at least 6")
    assert "the generator is the limit (lag p99 400 ms), add workers" in problems[0]
    verdict = Verdict(tuple(rows), tuple(problems))
    assert (verdict.outcome, verdict.exit_code) == (Outcome.INVALID, 4)
    assert rows[0].value == search.held


def test_a_promise_broken_below_the_generators_limit_is_the_targets_failure() -> None:
    search = searched(lambda rate: Held.YES if rate <= 300 else Held.NO if rate < 500 else Held.GENERATOR)
    assert verdict_rows(search)[1] == []
    assert 300 / 1.08 <= search.held <= 300


def test_a_target_that_holds_no_rate_fails() -> None:
    search = searched(up_to(0.0))
    rows, problems = verdict_rows(search)
    assert problems == []
    assert Verdict(tuple(rows), ()).outcome is Outcome.FAIL


def test_a_search_that_is_stopped_early_is_invalid() -> None:
    search = Search(20.0, 2.0, 1.08, 30)
    assert "no step" in verdict_rows(search)[1][0]
    search.steps.append(Step(20.0, 20.0, 10.0, 100, Held.YES))
    assert "at least 20/s: the search wasn't finished" in verdict_rows(search)[1][0]


def test_a_step_is_judged_by_the_generators_before_the_promises() -> None:
    broken = Row("POST /v1/recommend", "p99_ms", 500, 900, 100, "step", Outcome.FAIL)
    kept = Row("POST /v1/recommend", "p99_ms", 500, 20, 100, "step", Outcome.PASS)
    assert step_outcome([broken], ["lag p99 400 ms"], False) == (Held.GENERATOR, "lag p99 400 ms")
    assert step_outcome([broken], [], False)[0] is Held.NO
    assert step_outcome([kept], [], True) == (Held.NO, POOL_FULL)
    assert step_outcome([], [], False) == (Held.NO, "no request was answered")
    assert step_outcome([kept], [], False) == (Held.YES, "")
