"""Serves a broken server or a legal variant: the mock's command line with a deviation built in."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp

from mock_server.app import create_app
from mock_server.command import running
from mock_server.command.options import read_settings
from mock_server.mock import Mock
from tests.mutants.mutant import Mutant, Variant

START_SECONDS = 60.0
DEFAULTS = ("--port", "0", "--host", "127.0.0.1", "--seed-data", "none", "--quiet", "--ingest-delay", "0.05")


def broken_app(each: Mutant | Variant, mock: Mock, *rest: Any) -> ASGIApp:
    """Return the mock's application with the deviation; `rest`: further arguments of `create_app`."""
    deviation = each.broken if isinstance(each, Mutant) else each.server
    return deviation(mock, create_app(mock, *rest))


def serve(each: Mutant | Variant | None, options: Sequence[str]) -> None:
    """Serve until a signal ends it; None is the plain mock. Later options win. Raises UsageError."""
    own = each.options if each else ()
    settings = read_settings([*DEFAULTS, *own, *options])
    if each:
        running.create_app = lambda mock, *rest: broken_app(each, mock, *rest)  # type: ignore[attr-defined]
    running.run(settings)


def serve_beside(each: Mutant | Variant | None, options: Sequence[str], folder: Path) -> Path:
    """Serve in a thread for as long as this process lives; return the file in the folder with the URL and the keys.

    Raises RuntimeError if the server does not start."""
    keys = folder / "keys.json"
    failed: list[Exception] = []

    def run() -> None:
        try:
            serve(each, ("--keys-out", str(keys), *options))
        except Exception as error:
            failed.append(error)

    server = threading.Thread(target=run, daemon=True)
    server.start()
    deadline = time.monotonic() + START_SECONDS
    while not keys.exists():
        if not server.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("the server did not start") from (failed[0] if failed else None)
        time.sleep(0.01)
    return keys
