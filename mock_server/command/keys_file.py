"""Writes the --keys-out file. It appears once the mock answers, and never contains an earlier run's keys."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from mock_server.command.options import UsageError

_WAIT_SECONDS = 1.0


def discard_old(path: Path) -> None:
    """Remove an earlier run's file, so that a script that waits for the file never reads old keys. Raises UsageError if
    the file can't be removed, or belongs to a mock that is still running."""
    if not path.parent.is_dir():
        raise UsageError(f"--keys-out {path}: there is no folder {path.parent}")
    if url := _running_at(path):
        raise UsageError(f"--keys-out {path}: it belongs to the mock on {url}, which is running; name another file")
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"--keys-out {path}: {error.strerror}") from None


def write(path: Path, document: bytes) -> None:
    """Write the file atomically and readable by this user only: mkstemp creates files of mode 600. Raises
    UsageError."""
    unfinished: str | None = None
    try:
        handle, unfinished = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        with os.fdopen(handle, "wb") as file:
            file.write(document)
        os.replace(unfinished, path)
    except OSError as error:
        if unfinished:
            with contextlib.suppress(OSError):
                os.unlink(unfinished)
        raise UsageError(f"--keys-out {path}: {error.strerror}") from None


def _running_at(path: Path) -> str | None:
    """Return the URL in the file if a mock answers there, else None. Any response in the API's envelope counts."""
    try:
        document = json.loads(path.read_bytes())
        url = document["url"]
        address = urlsplit(url)
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=_WAIT_SECONDS)
        with contextlib.closing(connection):
            connection.request("GET", "/_mock/health")
            if "success" not in json.loads(connection.getresponse().read()):
                return None
    except (OSError, ValueError, LookupError, TypeError, http.client.HTTPException):
        return None
    return str(url)
