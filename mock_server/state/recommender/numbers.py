"""Number types, and rounding that makes rankings repeatable: scores are compared at nine significant digits."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Mask = NDArray[np.bool_]  # one element for every item of the catalogue
Amounts = tuple[Ints, Floats]  # items, and an amount for each
Weighted = Sequence[tuple[int, float]]  # items, each with its weight
DIGITS = 9


def significant(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


def significant_score(score: float) -> float:
    """Round a number in [0.01, 1] like `significant`, but without text where the digits leave no doubt."""
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
    """Round an array of positive numbers like `significant`."""
    scale = 10.0 ** (DIGITS - 1 - np.floor(np.log10(values)))
    return np.asarray(np.rint(values * scale) / scale)


def windows(values: Floats, reach: int) -> Floats:
    """Return a row for each value, with the value in the middle, up to `reach` values on each side, and 0 beyond the
    ends."""
    padded = np.zeros(len(values) + 2 * reach)
    padded[reach : reach + len(values)] = values
    return np.ndarray((len(values), 2 * reach + 1), np.float64, padded, strides=padded.strides * 2)


@lru_cache(maxsize=8)
def powers_of_ranks(count: int, power: float) -> tuple[float, ...]:
    """Return rank ** power for the ranks from 1 to `count`."""
    return tuple([rank**power for rank in range(1, count + 1)])


def largest(values: Floats, count: int) -> Ints:
    """Return the positions of the `count` largest values, and of all that tie with the last of them, in any order."""
    if len(values) <= count:
        return np.arange(len(values))
    ordered = values.copy()
    ordered.partition(len(values) - count)
    last = ordered[len(values) - count]
    positions: Ints = (values >= last - abs(last) * 1e-8).nonzero()[0]
    return positions
