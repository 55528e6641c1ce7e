"""Comparing a run with an earlier one: noise is no change; a real change and too little data are reported."""

import json
from functools import cache
from pathlib import Path
from random import Random

import pytest

from fixtures.option_error import OptionError
from load._compare import Change, Direction, changes, read_before, reservations, rows, windows_of
from load._options import regression
from load._samples import Samples
from load._slo_file import read_slo
from load._verdict import Outcome

LOAD = "open: 60 arrivals/s"
FACTS = {"schema": 2, "verdict": "PASS", "load": LOAD, "generators": {"waited_for_a_core": 0.05}}
NAME = "POST /v1/recommend strategy=popular"


@cache
def run(seed: int, factor: float = 1.0, seconds: int = 40, rate: int = 40) -> Samples:
    """Return a run with lognormal times in which each window as a whole is a little faster or slower."""
    rng, samples = Random(seed), Samples()
    for slot in range(-3, seconds):
        mood = rng.lognormvariate(0, 0.1)
        for _ in range(rate):
            time = rng.lognormvariate(-4, 0.6) * mood * factor * (9 if slot < 0 else 1)
            samples.answered(NAME, slot, time, time)
    return samples


def written(folder: Path, samples: Samples, **facts: object) -> str:
    path = folder / "before.json"
    path.write_text(json.dumps({**FACTS, "windows": windows_of(samples), **facts}), "utf-8")
    return str(path)


def compared(folder: Path, before: Samples, now: Samples) -> dict[str, Change]:
    return {one.metric: one for one in changes(read_before(written(folder, before)), now) if one.name == NAME}


def test_a_slower_target_is_called_slower_and_breaks_the_promise(tmp_path: Path) -> None:
    found = compared(tmp_path, run(1), run(2, factor=1.5))
    for metric in ("p50_ms", "p95_ms"):
        change = found[metric]
        assert change.direction is Direction.SLOWER
        assert change.low is not None
        assert change.high is not None
        assert change.low < 0.5 < change.high, "the interval holds the true change"
        assert change.row(0.1).outcome is Outcome.FAIL


def test_a_faster_target_is_called_faster(tmp_path: Path) -> None:
    change = compared(tmp_path, run(1), run(2, factor=0.6))["p95_ms"]
    assert change.direction is Direction.FASTER
    assert change.row(0.1).outcome is Outcome.PASS


def test_noise_never_fails_a_run(tmp_path: Path) -> None:
    for seed in range(0, 20, 2):
        found = compared(tmp_path, run(seed), run(seed + 1))
        assert {one.row(0.1).outcome for one in found.values()} == {Outcome.PASS}, seed


def test_the_interval_contains_the_true_change_nearly_always(tmp_path: Path) -> None:
    missed = 0
    for seed in range(0, 20, 2):
        change = compared(tmp_path, run(seed), run(seed + 1, factor=1.2))["p50_ms"]
        assert change.low is not None
        assert change.high is not None
        missed += not change.low <= 0.2 <= change.high
    assert missed <= 1, "99 % are promised; with 40 windows a bootstrap gives a little less"


def test_a_change_within_the_promise_is_called_slower_but_does_not_fail(tmp_path: Path) -> None:
    change = compared(tmp_path, run(1), run(2, factor=1.5))["p50_ms"]
    assert (change.direction, change.row(0.8).outcome) == (Direction.SLOWER, Outcome.PASS)


def test_a_change_of_less_than_a_millisecond_is_no_change() -> None:
    assert Change(NAME, "p50_ms", 0.5, 1.0, 0.9, 1.1, 5_000).direction is Direction.SAME


def test_a_promise_without_comparable_data_has_no_data(tmp_path: Path) -> None:
    found = changes(read_before(written(tmp_path, run(1, seconds=5))), run(2))
    assert [row.outcome for row in rows(found, 0.1)] == [Outcome.NO_DATA]
    assert rows(found, None) == []


def test_a_regression_under_another_load_or_on_a_busy_machine_gives_no_verdict(tmp_path: Path) -> None:
    path = written(tmp_path, run(1))
    slower = rows(changes(read_before(path), run(2, factor=2.0)), 0.1)
    assert reservations(read_before(path), LOAD, 0.05, read_slo(), slower) == ([], [])
    for load, waited, word in (("open: 90 arrivals/s", 0.05, "another load"), (LOAD, 0.8, "this run was busy")):
        invalid, notes = reservations(read_before(path), load, waited, read_slo(), slower)
        assert word in invalid[0]
        assert notes == []
        same = rows(changes(read_before(path), run(2)), 0.1)
        assert word in reservations(read_before(path), load, waited, read_slo(), same)[1][0], "a note is enough"


def test_too_little_data_is_reported(tmp_path: Path) -> None:
    assert {one.direction for one in compared(tmp_path, run(1, rate=1), run(2)).values()} == {Direction.UNKNOWN}
    assert {one.direction for one in compared(tmp_path, run(1, seconds=5), run(2)).values()} == {Direction.UNKNOWN}


def test_the_warm_up_is_in_no_window() -> None:
    assert len(windows_of(run(1))[NAME]) == 40
    assert len(windows_of(run(1, seconds=500, rate=1))[NAME]) <= 120


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("{}", "another version"),
        ("[]", "is not a file of"),
        ("{", "is not a file of"),
        ('{"schema": 2, "verdict": "PASS", "windows": {"a": 1}}', "is not a file of"),
        ('{"schema": 2, "verdict": "INVALID"}', "was INVALID"),
    ],
)
def test_an_unusable_earlier_run_is_one_line(tmp_path: Path, text: str, word: str) -> None:
    path = tmp_path / "before.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(OptionError, match=word):
        read_before(str(path))
    with pytest.raises(OptionError, match="No such file"):
        read_before(str(tmp_path / "nothing.json"))


def test_max_regression_is_a_percentage() -> None:
    assert (regression("10%"), regression("2.5%"), regression("")) == (0.1, 0.025, None)
    for text in ("10", "-1%", "nan%", "ten"):
        with pytest.raises(OptionError, match="--max-regression"):
            regression(text)
