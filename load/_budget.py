"""Checks before a run whether it fits the rate limit of its organisations."""

from math import ceil, floor

MARGIN = 1.1  # the requests are not spread evenly over the organisations


def problem(
    rate: float, seconds: float, organisations: int, limit: int, remaining: int, reset: float, window: float
) -> str | None:
    """Return why the run doesn't fit, and the remedy; None if it fits.

    `rate`: average requests per second of all generators. `limit`: requests per organisation in `window` seconds;
    `remaining`, `reset`: the smallest and the latest value of all organisations now."""
    total = rate * MARGIN
    now, later = total * min(seconds, reset), total * min(max(seconds - reset, 0.0), window)
    if now <= remaining * organisations and later <= limit * organisations:
        return None
    needed = max(ceil(total * min(seconds, window) / limit), ceil(later / limit))
    longest = floor(remaining * organisations / total)
    return (
        f"{rate:.4g} requests/s for {seconds:.0f} s don't fit: {organisations} organisation(s) with {remaining} of "
        f"{limit} requests left each for {reset:.0f} s. Needed: {needed} organisations with a full window, or a run of "
        f"at most {longest} s, or a later start"
    )
