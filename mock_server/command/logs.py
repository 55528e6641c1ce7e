"""Writes log lines as text, or as one JSON object per line. Only notable events are logged, not every request."""

from __future__ import annotations

import copy
import json
import logging
import sys
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

_QUIET_SECONDS = 60.0
_MOST_SEEN = 1_000  # different messages that are remembered


class _TextFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        level = "" if record.levelno == logging.INFO else f"{record.levelname.lower()}: "
        return f"{datetime.fromtimestamp(record.created):%H:%M:%S} {level}{super().format(record)}"


class _JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"time": time, "level": record.levelname.lower(), "message": super().format(record)}
        return json.dumps(line | getattr(record, "fields", {}))


class ThrottledHandler(logging.StreamHandler[Any]):
    """Shows a repeated message once a minute, with the number of repetitions."""

    def __init__(self, stream: Any, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(stream)
        self._clock = clock
        self._seen: OrderedDict[tuple[str, str], _Repeated] = OrderedDict()

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno < logging.WARNING:
            super().emit(record)
            return
        now, key = self._clock(), (record.name, record.getMessage()[:200])
        seen = self._seen.get(key)
        if seen is not None and now - seen.since < _QUIET_SECONDS:
            seen.record, seen.more = record, seen.more + 1
            return
        if seen is not None:
            self._say_again(seen)
        super().emit(record)
        self._seen[key] = _Repeated(now, record)
        self._seen.move_to_end(key)
        if len(self._seen) > _MOST_SEEN:
            self._say_again(self._seen.popitem(last=False)[1])

    def close(self) -> None:
        while self._seen:
            self._say_again(self._seen.popitem(last=False)[1])
        super().close()

    def _say_again(self, seen: _Repeated) -> None:
        if seen.more:
            again = copy.copy(seen.record)
            again.exc_info = again.exc_text = None
            again.msg, again.args = f"{seen.record.getMessage()} ({seen.more:,} more)", ()
            super().emit(again)
            seen.more = 0


@dataclass(slots=True)
class _Repeated:
    """A message that was shown at `since`, and how often it has been suppressed since then."""

    since: float
    record: logging.LogRecord
    more: int = 0


def start_logging(form: Literal["text", "json"], quiet: bool) -> None:
    """Log to standard error. `extra={"fields": {...}}` in a call adds members to the JSON line."""
    handler = ThrottledHandler(sys.stderr)
    handler.setFormatter(_TextFormatter() if form == "text" else _JsonFormatter())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("mock_server").setLevel(logging.WARNING if quiet else logging.INFO)
