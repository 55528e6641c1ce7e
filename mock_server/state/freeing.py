"""Frees large containers in small steps, because freeing 100,000 records at once blocks the event loop for 50 ms."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable
from typing import Any

STEP = 20  # records that are freed in one step

Container = dict[Any, Any] | list[Any] | set[Any] | deque[Any]


def emptied(containers: Iterable[Container]) -> Generator[None, None, None]:
    """Empty the containers, a few records per step."""
    for container in containers:
        pop = container.popitem if isinstance(container, dict) else container.pop
        while container:
            for _ in range(min(len(container), STEP)):
                pop()
            yield
