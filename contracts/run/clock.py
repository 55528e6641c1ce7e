"""Waits; with --control it advances the mock's virtual clock instead."""

import time
from collections.abc import Callable

import httpx


def sleeper(control: str | None, wait: Callable[[float], None] = time.sleep) -> Callable[[float], None]:
    """Return `sleep(seconds)`, which calls `wait` if the clock can't be advanced."""
    if control is None:
        return wait

    def sleep(seconds: float) -> None:
        if seconds <= 0:
            return
        url = f"{control.rstrip('/')}/_mock/clock/advance"
        try:
            response = httpx.post(url, json={"seconds": seconds}, headers={"X-Mock-Control": "1"}, trust_env=False)
        except httpx.HTTPError:
            response = None
        if response is None or not response.is_success:
            wait(seconds)

    return sleep
