"""Measures whether a generator gets the CPU time that it needs: how long it worked, and how long it waited for a core.
When other processes use the cores, all times are longer, which says nothing about the target."""

from pathlib import Path
from time import perf_counter, process_time

_SCHEDULER = Path("/proc/self/schedstat")  # Linux: nanoseconds on a core, and nanoseconds of waiting for one
_LEAST = 1.0  # seconds at least between two measurements of this process's CPU share


class Meter:
    """Measures the CPU use of this process."""

    def __init__(self) -> None:
        self.busiest = 0.0  # highest share of one core
        self.start()

    def start(self) -> None:
        """Start measuring."""
        self.busiest = 0.0
        self._wall, self._cpu = perf_counter(), process_time()
        self._ran, self._waited = _scheduler()

    def read(self) -> dict[str, float]:
        """Return `cpu`, the highest share of a core so far, and `ran` and `waited`, seconds since the last reading."""
        wall, cpu = perf_counter(), process_time()
        if wall - self._wall >= _LEAST:
            self.busiest = max(self.busiest, (cpu - self._cpu) / (wall - self._wall))
            self._wall, self._cpu = wall, cpu
        ran, waited = _scheduler()
        change = {"cpu": self.busiest, "ran": ran - self._ran, "waited": waited - self._waited}
        self._ran, self._waited = ran, waited
        return change


def _scheduler() -> tuple[float, float]:
    """Return the main thread's seconds on a core and of waiting for one; zeros where the system doesn't report them."""
    try:
        ran, waited, _ = _SCHEDULER.read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return 0.0, 0.0
    return int(ran) / 1e9, int(waited) / 1e9
