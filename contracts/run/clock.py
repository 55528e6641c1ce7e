"""Waiting: with --control the mock's virtual clock is advanced instead."""

import time
from collections.abc import Callable

import httpx


def sleeper(control: str | None, wait: Callable[[float], None] = time.sleep) -> Callable[[float], None]:
    """`sleep(seconds)`. Uses `wait` if the clock can't be moved."""
    if control is None:
        return wait

    def sleep(seconds: float) -> None:
        if seconds <= 0:
            return
        url = f"{control.rstrip('/')}/_mock/clock/advance"
        try:
            answer = httpx.post(url, json={"seconds": seconds}, headers={"X-Mock-Control": "1"}, trust_env=False)
        except httpx.HTTPError:
            answer = None
        if answer is None or not answer.is_success:
            wait(seconds)

    return sleep
