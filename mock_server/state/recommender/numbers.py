"""Rounding that makes rankings repeatable: scores are compared at nine significant digits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
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


def largest(values: Floats, count: int) -> Ints:
    """Positions of the `count` largest values and of everything that ties with the last of them, in no order."""
    if len(values) <= count:
        return np.arange(len(values))
    last = np.partition(values, len(values) - count)[len(values) - count]
    return np.flatnonzero(values >= last - abs(last) * 1e-8)
