"""Fixed ports that a test needs, kept for one test at a time."""

import fcntl
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest


@contextmanager
def reserved(ports: tuple[int, ...], folder: Path) -> Iterator[None]:
    """Keep other workers away from the ports until the block ends; fail at once if another program has taken one.
    `folder`: shared by the workers."""
    with (folder / "ports").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for port in filter(is_taken, ports):
            pytest.fail(f"port {port} is taken by another program, and this test needs it", pytrace=False)
        yield


def is_taken(port: int) -> bool:
    """Return whether a program listens on this port of localhost, by IPv4 or IPv6."""
    with suppress(OSError), socket.create_connection(("localhost", port), timeout=2):
        return True
    return False
