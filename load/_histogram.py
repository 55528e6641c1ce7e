"""Histograms of times with three significant digits, which add up over workers without loss."""

from collections.abc import Iterable

Histogram = dict[int, int]  # microseconds, rounded to three significant digits -> how many


def bucket(microseconds: float) -> int:
    """Return the bucket of a time; its error is below 0.5 %, and 1 microsecond below a millisecond."""
    value = int(microseconds + 0.5)
    if value < 1_000:
        return max(value, 0)
    step = 10
    while value >= step * 1_000:
        step *= 10
    return (value + step // 2) // step * step


def bucket_response_time(response_time: int | float) -> int:
    """Return the bucket with three digits; replaces locust's bucket function, which has two."""
    return round(response_time) if response_time < 1_000 else bucket(response_time * 1_000) // 1_000


def add(target: Histogram, other: Histogram) -> None:
    """Add every count of `other` to `target`."""
    for key, count in other.items():
        target[key] = target.get(key, 0) + count


def merged(histograms: Iterable[Histogram]) -> Histogram:
    """Return the sum of all histograms."""
    total: Histogram = {}
    for histogram in histograms:
        add(total, histogram)
    return total


def percentile_ms(histogram: Histogram, fraction: float) -> float | None:
    """Return the (floor(n * fraction) + 1)-th smallest time in milliseconds, as locust counts; None without samples."""
    count = sum(histogram.values())
    rank = min(int(count * fraction) + 1, count)
    for key in sorted(histogram):
        rank -= histogram[key]
        if rank <= 0:
            return key / 1_000
    return None
