"""Ends a run: at its deadline, when it is interrupted, or when the target sends too much data."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from contracts.outcome import Starved

_CLEANING = 30.0  # seconds after the end in which the run's records may still be set to deleted
_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")  # SIGHUP: the terminal was closed


class Stop:
    """The end of a run: afterwards `check` raises, and `sleep` returns at once. `seconds`: the deadline, from now
    on."""

    def __init__(self, seconds: float = float("inf")) -> None:
        self._ends = time.monotonic() + seconds
        self._cleaned_by = self._ends + _CLEANING
        self._why = f"the deadline of {seconds:g} s is over"
        self._asked = threading.Event()

    @property
    def reason(self) -> str:
        """Why no more requests are sent; empty while the run goes on."""
        return self._why if time.monotonic() >= self._ends else ""

    def ask(self, why: str) -> None:
        """Stop now; only the first reason is kept. May be called by a signal handler."""
        if not self.reason:
            now = time.monotonic()
            self._why, self._ends, self._cleaned_by = why, now, now + _CLEANING
        self._asked.set()

    def check(self, cleaning: bool = False) -> None:
        """Raise Starved with the reason after the end; `cleaning` allows some seconds more."""
        if time.monotonic() >= (self._cleaned_by if cleaning else self._ends):
            raise Starved(self._why)

    def sleep(self, seconds: float) -> None:
        """Sleep like `time.sleep`, but not beyond the end of the run."""
        self._asked.wait(max(0.0, min(seconds, self._ends - time.monotonic())))

    @contextmanager
    def on_signals(self) -> Iterator[None]:
        """Stop the run on Ctrl-C, SIGTERM or a closed terminal, unless they are ignored as under nohup. A second signal
        ends the program at once."""
        known = [getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)]
        heard = [each for each in known if each == signal.SIGINT or signal.getsignal(each) != signal.SIG_IGN]
        before = {each: signal.signal(each, self._handle) for each in heard}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)

    def _handle(self, number: int, _: Any) -> None:
        if self._asked.is_set():
            raise KeyboardInterrupt
        self.ask(f"interrupted by {signal.Signals(number).name}")
