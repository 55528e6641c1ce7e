"""Stops a mock together with the program that started it: however that program ends, the mock's standard input
closes."""

import contextlib
import os
import signal
import sys
import threading

from mock_server.command.options import UsageError


def end_with_stdin() -> None:
    """Stop the mock, as a TERM signal does, once standard input is closed. Raises UsageError if there is none."""
    if sys.stdin is None or sys.stdin.closed:
        raise UsageError("--end-with-stdin: there is no standard input")
    threading.Thread(target=_wait, args=(sys.stdin.fileno(),), daemon=True).start()


def _wait(stdin: int) -> None:
    with contextlib.suppress(OSError):
        while os.read(stdin, 4096):
            pass
    os.kill(os.getpid(), signal.SIGTERM)
