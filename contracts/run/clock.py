"""Time, as a target may let us move it: with --control the mock's virtual clock is advanced instead of waiting."""

import time
from collections.abc import Callable

import httpx


def sleeper(control: str | None) -> Callable[[float], None]:
    """`sleep(seconds)`. Falls back to real waiting where the clock can't be moved."""
    if control is None:
        return time.sleep

    def sleep(seconds: float) -> None:
        if seconds <= 0:
            return
        url = f"{control.rstrip('/')}/_mock/clock/advance"
        try:
            answer = httpx.post(url, json={"seconds": seconds}, headers={"X-Mock-Control": "1"}, trust_env=False)
        except httpx.HTTPError:
            answer = None
        if answer is None or not answer.is_success:
            time.sleep(seconds)

    return sleep
