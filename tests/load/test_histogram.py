"""Histograms with buckets of three significant digits, which can be added without loss."""

import math
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from load._histogram import Histogram, add, bucket, bucket_response_time, merged, percentile_ms


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.floats(min_value=1, max_value=1e9))
def test_a_bucket_is_off_by_less_than_half_a_percent(microseconds: float) -> None:
    assert abs(bucket(microseconds) - microseconds) <= max(0.5, 0.005 * microseconds)


def test_a_longer_time_never_has_a_smaller_bucket() -> None:
    keys = [bucket(1.003**step) for step in range(6000)]
    assert keys == sorted(keys)


def test_locusts_own_buckets_keep_three_digits() -> None:
    assert [bucket_response_time(value) for value in (274.4, 999.4, 1234, 98765)] == [274, 999, 1230, 98800]


def test_percentiles_of_merged_histograms_are_those_of_all_samples() -> None:
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
