"""Rounding that makes rankings repeatable: scores are compared at nine significant digits."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Mask = NDArray[np.bool_]  # a place for every item
Amounts = tuple[Ints, Floats]  # items and an amount for each
Weighted = Sequence[tuple[int, float]]  # items and the weight of each
DIGITS = 9


def significant(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


def significant_score(score: float) -> float:
    """The same for a number in [0.01, 1], where its digits leave no doubt without the way through a text."""
    unit = 1e9 if score >= 0.1 else 1e10
    shifted = score * unit
    whole = int(shifted)
    over = shifted - whole
    if over < 0.4999:
        return whole / unit
    if over > 0.5001:
        return (whole + 1) / unit
    return significant(score)


def significant_array(values: Floats) -> Floats:
    """The same for an array of positive numbers."""
    scale = 10.0 ** (DIGITS - 1 - np.floor(np.log10(values)))
    return np.asarray(np.rint(values * scale) / scale)


def windows(values: Floats, reach: int) -> Floats:
    """A row for each value: itself in the middle of up to `reach` values before and after it, 0 beyond the ends."""
    padded = np.zeros(len(values) + 2 * reach)
    padded[reach : reach + len(values)] = values
    return np.ndarray((len(values), 2 * reach + 1), np.float64, padded, strides=padded.strides * 2)


@lru_cache(maxsize=8)
def powers_of_ranks(count: int, power: float) -> tuple[float, ...]:
    """rank ** power for the ranks from 1 to `count`."""
    return tuple([rank**power for rank in range(1, count + 1)])


def largest(values: Floats, count: int) -> Ints:
    """Positions of the `count` largest values and of everything that ties with the last of them, in no order."""
    if len(values) <= count:
        return np.arange(len(values))
    ordered = values.copy()
    ordered.partition(len(values) - count)
    last = ordered[len(values) - count]
    positions: Ints = (values >= last - abs(last) * 1e-8).nonzero()[0]
    return positions
