"""The file of --keys-out: there once the mock answers, and never that of another run."""

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
    """Whoever waits for the file must not find that of an earlier run. Raises UsageError where it can't be removed, or
    is that of a mock that still runs: whoever uses it would lose it."""
    if not path.parent.is_dir():
        raise UsageError(f"--keys-out {path}: there is no folder {path.parent}")
    if url := _running_at(path):
        raise UsageError(f"--keys-out {path}: it belongs to the mock on {url}, which is running; name another file")
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"--keys-out {path}: {error.strerror}") from None


def write(path: Path, document: bytes) -> None:
    """At once, and for this user's eyes only: mkstemp makes files of mode 600. Raises UsageError."""
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
    """The URL in the file, if a mock answers there; it does so in the envelope, whatever it makes of the question."""
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
