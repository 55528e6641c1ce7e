"""Does a run fit the rate limit of its organisations? Checked before it starts."""

from math import ceil, floor

MARGIN = 1.1  # the requests are not spread evenly over the organisations


def problem(
    rate: float, seconds: float, organisations: int, limit: int, remaining: int, reset: float, window: float
) -> str | None:
    """Why the run doesn't fit, and the remedy; None if it fits.

    `rate`: requests per second of all generators on average. `limit`: per organisation and `window` seconds;
    `remaining`, `reset`: the least and the latest of all organisations now."""
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
