"""Has a generator the machine that it needs? How long it worked, and how long it waited for a core although it had
work: on a machine whose cores are taken by others every time is long, and says nothing about the target."""

from pathlib import Path
from time import perf_counter, process_time

_SCHEDULER = Path("/proc/self/schedstat")  # Linux: nanoseconds on a core, nanoseconds ready but without one
_LEAST = 1.0  # seconds between two measurements of how busy this process is


class Meter:
    """Of this process."""

    def __init__(self) -> None:
        self.busiest = 0.0  # highest share of one core
        self.start()

    def start(self) -> None:
        """Measure from now on."""
        self.busiest = 0.0
        self._wall, self._cpu = perf_counter(), process_time()
        self._ran, self._waited = _scheduler()

    def read(self) -> dict[str, float]:
        """`cpu`: the highest share of a core so far; `ran` and `waited`: seconds since the last reading."""
        wall, cpu = perf_counter(), process_time()
        if wall - self._wall >= _LEAST:
            self.busiest = max(self.busiest, (cpu - self._cpu) / (wall - self._wall))
            self._wall, self._cpu = wall, cpu
        ran, waited = _scheduler()
        change = {"cpu": self.busiest, "ran": ran - self._ran, "waited": waited - self._waited}
        self._ran, self._waited = ran, waited
        return change


def _scheduler() -> tuple[float, float]:
    """Seconds on a core and seconds of waiting for one, of the thread that does all the work; zeros where the system
    doesn't say."""
    try:
        ran, waited, _ = _SCHEDULER.read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return 0.0, 0.0
    return int(ran) / 1e9, int(waited) / 1e9
