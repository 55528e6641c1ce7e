"""Promises and verdicts: what passes, what fails, and what can't be judged."""

from dataclasses import replace
from pathlib import Path

import pytest

from fixtures.option_error import OptionError
from load._samples import Samples
from load._slo import Slo, Threshold
from load._slo_file import read_changes, read_slo
from load._verdict import Outcome, Row, Verdict

RECOMMEND = "POST /v1/recommend"
EVENTS = "POST /v1/ingest/events/ingest"
SLOT = 5.0
FILE = f"""
[run]
window_min_samples = 20
[[slo]]
name = "{RECOMMEND}"
min_samples = 50
p50_ms = 50
p95_ms = 200
p99_ms = 300
max_error_ratio = 0.01
max_limited_ratio = 0.1
min_rate = 1
min_nonempty_ratio = 0.9
"""


@pytest.fixture
def slo(tmp_path: Path) -> Slo:
    path = tmp_path / "slo.toml"
    path.write_text(FILE, encoding="utf-8")
    return read_slo(path)


def measured(slots: int = 12, each: int = 20, milliseconds: float = 10.0) -> Samples:
    samples = Samples()
    for slot in range(slots):
        for _ in range(each):
            samples.answered(RECOMMEND, slot, milliseconds / 1000, milliseconds / 1000)
            samples.listed(RECOMMEND, slot, True, 1.0)
    return samples


def verdict(slo: Slo, samples: Samples, seconds: float = 60.0) -> Verdict:
    return Verdict(tuple(slo.judge(samples, {RECOMMEND}, seconds, SLOT)), ())


def broken(slo: Slo, samples: Samples, seconds: float = 60.0) -> set[str]:
    return {row.metric for row in verdict(slo, samples, seconds).breaches}


def test_kept_promises_pass_with_exit_0(slo: Slo) -> None:
    result = verdict(slo, measured())
    assert (result.outcome, result.exit_code) == (Outcome.PASS, 0)
    assert {row.metric for row in result.rows} >= {"p50_ms", "p95_ms", "p99_ms", "max_error_ratio", "min_rate"}


def test_three_percent_of_slow_answers_break_the_p99_with_exit_3(slo: Slo) -> None:
    samples = measured()
    for slot in range(8):
        samples.answered(RECOMMEND, slot, 1.0, 1.0)
    assert broken(slo, samples) == {"p99_ms"}
    assert verdict(slo, samples).exit_code == 3


def test_two_percent_of_errors_break_only_the_error_ratio_with_exit_1(slo: Slo) -> None:
    samples = measured()
    for slot in range(5):
        samples.failed(RECOMMEND, slot, "status 500")
    assert broken(slo, samples) == {"max_error_ratio"}
    assert verdict(slo, samples).exit_code == 1


def test_errors_beside_slow_answers_are_exit_3(slo: Slo) -> None:
    samples = measured(milliseconds=400)
    for slot in range(5):
        samples.failed(RECOMMEND, slot, "status 500")
    assert verdict(slo, samples).exit_code == 3


def test_nothing_but_errors_is_a_failure_not_a_lack_of_data(slo: Slo) -> None:
    samples = Samples()
    for _ in range(100):
        samples.failed(RECOMMEND, 0, "status 500")
    assert verdict(slo, samples).exit_code == 1


def test_refusals_are_neither_errors_nor_part_of_a_percentile(slo: Slo) -> None:
    samples = measured()
    for slot in range(12):
        samples.limited(RECOMMEND, slot)
    assert verdict(slo, samples).exit_code == 0
    for _ in range(100):
        samples.limited(RECOMMEND, 3)
    assert broken(slo, samples) == {"max_limited_ratio"}


def test_one_bad_half_minute_breaks_a_promise_even_if_the_whole_run_keeps_it(slo: Slo) -> None:
    samples = measured(slots=240)
    for _ in range(6):
        samples.answered(RECOMMEND, 100, 2.0, 2.0)
    result = verdict(slo, samples, seconds=1200.0)
    assert [(row.metric, row.where) for row in result.breaches] == [("p99_ms", "worst 30 s, from 475 s")]


def test_a_window_with_few_samples_is_not_judged(slo: Slo) -> None:
    samples = measured(slots=6)
    for _ in range(3):
        samples.answered(RECOMMEND, 50, 2.0, 2.0)
    assert all(row.samples >= 20 for row in slo.judge(samples, {RECOMMEND}, 300.0, SLOT))


def test_the_warm_up_is_not_judged(slo: Slo) -> None:
    samples = measured()
    for _ in range(500):
        samples.answered(RECOMMEND, -1, 5.0, 5.0)
        samples.failed(RECOMMEND, -2, "status 500")
    assert verdict(slo, samples).outcome is Outcome.PASS


@pytest.mark.parametrize("each", [0, 4])
def test_no_data_or_too_little_is_invalid_with_exit_4(slo: Slo, each: int) -> None:
    result = verdict(slo, measured(each=each))
    assert (result.outcome, result.exit_code) == (Outcome.INVALID, 4)
    assert "50 needed" in result.reasons[0]


def test_empty_lists_break_their_promise(slo: Slo) -> None:
    samples = measured()
    for _ in range(60):
        samples.listed(RECOMMEND, 2, False, 1.0)
    assert broken(slo, samples) == {"min_nonempty_ratio"}


def test_a_request_without_a_promise_is_never_green(slo: Slo) -> None:
    rows = slo.judge(measured(), {RECOMMEND, EVENTS}, 60.0, SLOT)
    assert Verdict(tuple(rows), ()).outcome is Outcome.INVALID


def test_a_rate_below_the_promised_one_fails(slo: Slo) -> None:
    assert broken(slo, measured(each=5), seconds=120.0) == {"min_rate"}


def test_a_p99_limit_set_on_the_page_overrides_the_files(slo: Slo) -> None:
    assert broken(slo.with_limits({"p99_ms": 5.0}), measured()) == {"p99_ms"}
    assert slo.with_limits(read_changes({"p99_ms": "", "p95_ms": " "})) is slo


def test_invalid_wins_over_everything() -> None:
    failed = Row(RECOMMEND, "p99_ms", 1, 2, 100, "run", Outcome.FAIL)
    assert Verdict((failed,), ("a worker was lost",)).exit_code == 4
    assert Verdict((), ()).exit_code == 4, "nothing measured is never green"
    assert Verdict((failed,), ()).exit_code == 3


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "at least one"),
        ('[[slo]]\nname = "POST /v1/recomend"\np99_ms = 1', "unknown name"),
        ('[[slo]]\nname = "POST /v1/recommend"\np98_ms = 1', "unknown p98_ms"),
        ('[[slo]]\nname = "POST /v1/recommend"', "promises nothing"),
        ('[[slo]]\nname = "POST /v1/recommend"\np99_ms = "fast"', "number"),
        ('[[slo]]\nname = "POST /v1/recommend"\nmax_error_ratio = 5', "ratio"),
        ('[run]\nmax_lag_p99_ms = nan\n[[slo]]\nname = "POST /v1/recommend"\np99_ms = 1', "max_lag_p99_ms"),
        ('[[slo]]\nname = "POST /v1/recommend"\np99_ms = inf', "number"),
        ('[run]\nmax_cpu = 5\n[[slo]]\nname = "POST /v1/recommend"\np99_ms = 1', "unknown max_cpu"),
        ('[[slo]]\nname = "POST /v1/recommend"\np99_ms = 1\n' * 2, "two"),
        ("[[slo]]\nname = ", "slo.toml"),
    ],
)
def test_an_invalid_file_is_refused_in_one_line(tmp_path: Path, text: str, word: str) -> None:
    path = tmp_path / "slo.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(OptionError, match=word) as caught:
        read_slo(path)
    assert "\n" not in str(caught.value)


def test_the_shipped_file_is_valid_and_has_a_promise_for_every_request() -> None:
    assert {one.name for one in read_slo().thresholds} >= {RECOMMEND, EVENTS}


def test_a_pattern_judges_each_matching_row_separately(tmp_path: Path) -> None:
    path = tmp_path / "slo.toml"
    path.write_text(FILE + '[[slo]]\nname = "POST /v1/recommend strategy=*"\nmin_samples = 50\np95_ms = 100\n', "utf-8")
    samples = Samples()
    for strategy, milliseconds, count in (("popular", 10, 900), ("similar", 400, 60), ("trending", 900, 5)):
        for _ in range(count):
            name = f"{RECOMMEND} strategy={strategy}"
            samples.answered(name, 2, milliseconds / 1000, milliseconds / 1000)
            samples.listed(name, 2, True, 1.0)
    rows = read_slo(path).judge(samples, {RECOMMEND}, 60.0, SLOT)
    assert {(row.name, row.outcome) for row in rows if "=" in row.name} == {
        (f"{RECOMMEND} strategy=popular", Outcome.PASS),
        (f"{RECOMMEND} strategy=similar", Outcome.FAIL),
    }, "the slow strategy shows, the one with five answers isn't judged"
    whole = [row for row in rows if row.name == RECOMMEND and row.metric == "p95_ms"]
    assert whole[0].samples == 965, "the operation's own promise is about all its requests"


@pytest.mark.parametrize("text", ["fast", "nan", "-1", "1e999"])
def test_an_invalid_value_of_a_promise_is_refused(text: str) -> None:
    with pytest.raises(OptionError, match="p95_ms"):
        read_changes({"p95_ms": text})


def test_every_promise_can_be_changed(slo: Slo) -> None:
    typed = {"p50_ms": "1", "p95_ms": "2", "p99_ms": "3", "max_error_ratio": "0.5", "min_samples": "7", "min_rate": "9"}
    changed = slo.with_limits(read_changes(typed)).thresholds[0]
    assert changed.min_samples == 7
    typed.pop("min_samples")
    assert changed.limits == {**slo.thresholds[0].limits, **{name: float(text) for name, text in typed.items()}}


def test_a_promise_is_beyond_repair_once_the_run_has_too_many_errors(slo: Slo) -> None:
    samples = measured(slots=2, each=20)
    for _ in range(8):
        samples.failed(RECOMMEND, 1, "status 500")
    assert slo.broken_for_good(samples, {RECOMMEND}, 10.0, SLOT, {RECOMMEND: 1_000}) is None, "8 of 1,000 are below 1 %"
    broken = slo.broken_for_good(samples, {RECOMMEND}, 10.0, SLOT, {RECOMMEND: 300})
    assert broken is not None
    assert (broken.metric, broken.outcome) == ("max_error_ratio", Outcome.FAIL)


def test_a_promise_broken_in_a_finished_window_is_beyond_repair(slo: Slo) -> None:
    samples = measured(slots=6)
    for _ in range(6):
        samples.answered(RECOMMEND, 3, 2.0, 2.0)
    assert slo.broken_for_good(samples, {RECOMMEND}, 29.0, SLOT, {}) is None, "the window isn't over"
    broken = slo.broken_for_good(samples, {RECOMMEND}, 30.0, SLOT, {})
    assert broken is not None
    assert broken.metric == "p99_ms"


def test_a_pattern_that_matches_no_request_is_named(slo: Slo) -> None:
    fits = Threshold(f"{RECOMMEND}*", 1, {"p99_ms": 50.0})
    lost = Threshold(f"{RECOMMEND} strategy=similar*", 1, {"p99_ms": 50.0})
    other = Threshold("POST /v1/ingest/events/*", 1, {"p99_ms": 50.0})
    changed = replace(slo, thresholds=(fits, lost, other))
    assert changed.unmatched(measured(), {RECOMMEND}) == [lost.name], "events are not part of this run"
