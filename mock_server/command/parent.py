"""A mock that a program started ends with that program, however that ended: then its standard input closes."""

import contextlib
import os
import signal
import sys
import threading

from mock_server.command.options import UsageError


def end_with_stdin() -> None:
    """Ask for a stop, as a TERM signal does, when there is nothing more to read. Raises UsageError without a standard
    input."""
    if sys.stdin is None or sys.stdin.closed:
        raise UsageError("--end-with-stdin: there is no standard input")
    threading.Thread(target=_wait, args=(sys.stdin.fileno(),), daemon=True).start()


def _wait(stdin: int) -> None:
    with contextlib.suppress(OSError):
        while os.read(stdin, 4096):
            pass
    os.kill(os.getpid(), signal.SIGTERM)
