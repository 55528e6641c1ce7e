"""The schedule of open load, and the profiles that it follows."""

from itertools import pairwise
from pathlib import Path

import pytest

from fixtures.option_error import OptionError
from load._arrivals import CONSTANT, POISSON, counts_from, due_times, pause
from load._profiles import SATURATE, Profile, Stage, read_profiles

FLAT = Profile("flat", 0.0, (Stage(10, 1.0, 1.0),))
RAMP = Profile("ramp", 0.0, (Stage(10, 0.0, 1.0),))


def test_a_timer_that_rounds_up_to_milliseconds_makes_no_arrival_late() -> None:
    assert pause(due=5.0, now=4.0) == pytest.approx(0.999)
    assert pause(due=5.0, now=4.9995) < 0, "so near that it is sent at once"


def test_response_time_counts_from_when_a_request_was_due_or_sent_whichever_was_first() -> None:
    assert counts_from(due=5.0, sent=7.5) == 5.0, "a late start is a part of it"
    assert counts_from(due=5.0, sent=4.9995) == 4.9995
    assert counts_from(due=None, sent=7.5) == 7.5


def test_a_constant_rate_is_evenly_spaced() -> None:
    due = list(due_times(FLAT, 20, CONSTANT, 0, 1, seed=1))
    assert len(due) == 200
    assert all(later - earlier == pytest.approx(0.05) for earlier, later in pairwise(due))


@pytest.mark.parametrize("workers", [2, 3, 7])
def test_the_schedules_of_all_workers_together_are_the_whole_schedule(workers: int) -> None:
    alone = list(due_times(RAMP, 50, CONSTANT, 0, 1, seed=1))
    together = sorted(
        second for index in range(workers) for second in due_times(RAMP, 50, CONSTANT, index, workers, seed=1)
    )
    assert together == pytest.approx(alone)


def test_the_area_under_a_ramp_is_the_number_of_requests() -> None:
    due = list(due_times(RAMP, 50, CONSTANT, 0, 1, seed=1))
    assert len(due) == 250
    assert sum(second < 5 for second in due) == pytest.approx(62, abs=1), "a quarter in the first half"


def test_poisson_arrivals_have_the_given_rate_and_repeat_with_the_seed() -> None:
    due = [list(due_times(FLAT, 500, POISSON, index, 2, seed=4)) for index in range(2)]
    assert due[0] == list(due_times(FLAT, 500, POISSON, 0, 2, seed=4))
    assert due[0] != due[1]
    assert sum(map(len, due)) == pytest.approx(5000, rel=0.05)
    gaps = [later - earlier for earlier, later in pairwise(sorted(due[0] + due[1]))]
    mean = sum(gaps) / len(gaps)
    spread = (sum((gap - mean) ** 2 for gap in gaps) / len(gaps)) ** 0.5
    assert spread == pytest.approx(mean, rel=0.1), "exponential gaps: deviation and mean are equal"


def test_every_documented_profile_exists_and_sends_requests() -> None:
    profiles = read_profiles()
    assert {"smoke", "steady", "ramp", "spike", "soak", "staircase", SATURATE} == set(profiles)
    assert all(profile.area > 0 and profile.seconds > profile.warmup for profile in profiles.values())


def test_the_number_of_requests_until_a_second_agrees_with_the_schedule() -> None:
    profile = read_profiles()["spike"]
    due = list(due_times(profile, 40, CONSTANT, 0, 1, seed=1))
    for second in (1.0, 35.0, 40.0, 60.0, profile.seconds):
        assert sum(one < second for one in due) == pytest.approx(40 * profile.area_until(second), abs=1)


def test_run_time_stretches_a_profile_and_its_warmup() -> None:
    profile = read_profiles()["steady"].stretched(13)
    assert profile.seconds == pytest.approx(13)
    assert profile.warmup == pytest.approx(1)


def test_levels_follow_the_stages_and_end_with_them() -> None:
    profile = Profile("two", 0.0, (Stage(10, 0.0, 1.0), Stage(5, 0.2, 0.2)))
    assert [profile.level(second) for second in (0, 5, 12, 15.1)] == [0.0, 0.5, 0.2, 0.0]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("[a]\nwarmup = 1", "stages"),
        ("[a]\nwarmup = 1\nstages = [{ seconds = 0, to = 1 }]", "seconds"),
        ("[a]\nwarmup = 1\nstages = [{ seconds = 5, to = -1 }]", "`to`"),
        ("[a]\nwarmup = 1\nstages = [{ seconds = 5, up = 1 }]", "only"),
        ("[a]\nwarmup = 1\nspeed = 3\nstages = [{ seconds = 5, to = 1 }]", "only"),
        ("[a]\nwarmup = 0\nstages = [{ seconds = 5, to = 0 }]", "no stage"),
        ("[a", "profiles"),
    ],
)
def test_an_invalid_profile_is_one_line(tmp_path: Path, text: str, word: str) -> None:
    path = tmp_path / "profiles.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(OptionError, match=word):
        read_profiles(path)
