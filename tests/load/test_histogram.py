"""Buckets of three significant digits that add up without loss."""

import math
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from load._histogram import Histogram, add, bucket, bucket_response_time, merged, percentile_ms


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.floats(min_value=1, max_value=1e9))
def test_a_bucket_is_off_by_less_than_half_a_percent(microseconds: float) -> None:
    assert abs(bucket(microseconds) - microseconds) <= max(0.5, 0.005 * microseconds)


def test_buckets_never_fall_as_times_rise() -> None:
    keys = [bucket(1.003**step) for step in range(6000)]
    assert keys == sorted(keys)


def test_locusts_own_buckets_keep_three_digits() -> None:
    assert [bucket_response_time(value) for value in (274.4, 999.4, 1234, 98765)] == [274, 999, 1230, 98800]


def test_a_percentile_is_that_of_all_samples_wherever_they_were_measured() -> None:
    rng = Random(3)
    times = [rng.lognormvariate(3, 1) for _ in range(5000)]
    parts: list[Histogram] = [{}, {}, {}]
    for place, milliseconds in enumerate(times):
        add(parts[place % 3], {bucket(milliseconds * 1000): 1})
    times.sort()
    for fraction in (0.5, 0.9, 0.95, 0.99, 0.999):
        exact = times[math.floor(len(times) * fraction)]
        measured = percentile_ms(merged(parts), fraction)
        assert measured is not None
        assert abs(measured - exact) <= 0.006 * exact


def test_the_p99_of_a_hundred_samples_is_their_maximum() -> None:
    assert percentile_ms({1000: 99, 250_000: 1}, 0.99) == 250.0


def test_without_samples_there_is_no_percentile() -> None:
    assert percentile_ms({}, 0.5) is None
