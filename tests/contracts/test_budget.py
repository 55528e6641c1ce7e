"""The budget of requests: what is planned, when the run waits for the target's window, and when it stops waiting."""

from collections import Counter

import pytest

from contracts.exchange import Exchange
from contracts.outcome import Starved
from contracts.run.budget import CLEAN_UP, Budget
from fixtures.redaction import Redactor


def budget(allowed: int = 100, may_wait: bool = True, slept: list[float] | None = None) -> Budget:
    return Budget(allowed, may_wait, 900, 1000, lambda _: None, (slept if slept is not None else []).append)


def answer(remaining: int, reset: int, status: int = 200) -> Exchange:
    headers = {"ratelimit-remaining": str(remaining), "ratelimit-reset": str(reset)}
    return Exchange(1, "t", "recommend", "POST", "/", "pk", "main", {}, b"", 0, 0, status, headers)


def test_a_plan_reserves_enough_requests_to_clean_up() -> None:
    plan = budget(allowed=20)
    for _ in range(20 - CLEAN_UP):
        plan.take("main")
    with pytest.raises(Starved):
        plan.take("main")
    plan.cleaning = True
    plan.take("main")
    assert plan.used == Counter(main=20 - CLEAN_UP + 1)


def test_each_organisation_has_a_budget_of_its_own() -> None:
    plan = budget(allowed=CLEAN_UP + 1)
    plan.take("main")
    plan.take("other")
    with pytest.raises(Starved):
        plan.take("other")


def test_a_nearly_used_up_window_is_waited_for() -> None:
    slept: list[float] = []
    plan = budget(slept=slept)
    plan.learn(answer(13, 30))
    plan.learn(answer(12, 30))
    plan.take("main")
    assert 29 < slept[0] < 31


def test_without_waiting_checks_run_out_of_requests() -> None:
    plan = budget(may_wait=False)
    plan.learn(answer(13, 30))
    plan.learn(answer(12, 30))
    with pytest.raises(Starved):
        plan.take("main")


def test_a_countdown_that_never_moves_causes_no_waiting() -> None:
    slept: list[float] = []
    plan = budget(slept=slept)
    for _ in range(5):
        plan.learn(answer(0, 800))
        plan.take("main")
    assert slept == []


def test_after_a_429_the_run_waits_as_long_as_the_answer_says() -> None:
    slept: list[float] = []
    budget(slept=slept).wait_after_429(answer(0, 7, 429))
    assert slept == [7.5]


def test_keys_and_shortened_keys_are_masked_in_all_output() -> None:
    redactor = Redactor([("lehnz_sk_abcdef", "$SK"), ("lehnz_sk_abcde", "$SHORTENED_KEY")])
    assert redactor.text("key lehnz_sk_abcdef, lehnz_sk_abcdex") == "key $SK, $SHORTENED_KEYx"
    assert redactor.bytes(b'{"k":"lehnz_sk_abcdef"}') == b'{"k":"$SK"}'


def test_a_429_while_many_requests_remain_causes_no_waiting() -> None:
    slept: list[float] = []
    plan = budget(slept=slept)
    plan.learn(answer(500, 800))
    with pytest.raises(Starved, match="500 requests remained"):
        plan.wait_after_429(answer(0, 800, 429))
    assert slept == []


def test_a_countdown_that_rises_causes_no_waiting() -> None:
    slept: list[float] = []
    plan = budget(slept=slept)
    for used in range(1, 6):
        plan.learn(answer(used, 800))
        plan.take("main")
    assert slept == []


def test_the_total_waiting_time_of_a_run_is_limited() -> None:
    slept: list[float] = []
    plan = budget(slept=slept)
    plan.wait_after_429(answer(0, 900, 429))
    plan.wait_after_429(answer(0, 900, 429))
    with pytest.raises(Starved, match="of waiting"):
        plan.wait_after_429(answer(0, 900, 429))
    assert slept == [900.5, 900.5]
