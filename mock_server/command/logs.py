"""Log lines for a person, or one JSON object a line: notable things only, no line per request."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Literal


class _TextFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        level = "" if record.levelno == logging.INFO else f"{record.levelname.lower()}: "
        return f"{datetime.fromtimestamp(record.created):%H:%M:%S} {level}{super().format(record)}"


class _JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"time": time, "level": record.levelname.lower(), "message": super().format(record)}
        return json.dumps(line | getattr(record, "fields", {}))


def start_logging(form: Literal["text", "json"], quiet: bool) -> None:
    """Send the log to standard error. `extra={"fields": {...}}` of a call adds members to its JSON line."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_TextFormatter() if form == "text" else _JsonFormatter())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("mock_server").setLevel(logging.WARNING if quiet else logging.INFO)
