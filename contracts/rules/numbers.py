"""The numbers of JSON: a boolean is none, and 20.0 is as whole as 20."""

import math
from typing import Any, TypeGuard


def number(value: Any) -> TypeGuard[float]:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)


def whole(value: Any) -> TypeGuard[int]:
    return number(value) and (isinstance(value, int) or value.is_integer())
