"""Starts the command `lehnz-mock` as users start it."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.support.nest import Forked, nest

ROOT = Path(__file__).parents[2]


COMMAND = (sys.executable, "-m", "mock_server")


SECONDS = 240.0


class Started:
    """A mock that answers, and what it has written to its two outputs so far."""

    def __init__(self, process: subprocess.Popen[bytes] | Forked, folder: Path, found: Mapping[str, Any]) -> None:
        self.process, self.folder, self.found = process, folder, found
        self.url: str = found["url"]

    @property
    def out(self) -> str:
        return (self.folder / "out").read_text(encoding="utf-8")

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8")

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(SECONDS)


@contextlib.contextmanager
def started(folder: Path, *options: str, forked: bool = True) -> Iterator[Started]:
    """Start the mock and wait until it answers. `forked`: from a process that has imported everything; otherwise as
    users start it."""
    keys = folder / "keys.json"
    process = spawned(folder, "--port", "0", "--keys-out", str(keys), *options, forked=forked)
    try:
        deadline = time.monotonic() + SECONDS
        while not keys.exists():
            assert process.poll() is None, (folder / "log").read_text(encoding="utf-8")
            assert time.monotonic() < deadline
            time.sleep(0.02)
        yield Started(process, folder, json.loads(keys.read_text(encoding="utf-8")))
    finally:
        process.kill()
        process.wait(SECONDS)


def spawned(folder: Path, *options: str, forked: bool = True) -> subprocess.Popen[bytes] | Forked:
    """Start the command, which writes to `out` and `log` in the folder."""
    if forked:
        return nest("mock").start(options, os.environ, folder / "out", folder / "log")
    with (folder / "out").open("wb") as out, (folder / "log").open("wb") as log:
        return subprocess.Popen((*COMMAND, *options), stdout=out, stderr=log)


def refusal(folder: Path, *options: str) -> str:
    """Return what the command writes when it can't start."""
    assert spawned(folder, *options).wait(SECONDS) == 2
    return (folder / "log").read_text(encoding="utf-8")


def pasted(line: str, **more: Any) -> Any:
    """Run the line in a shell and return its output, parsed as JSON."""
    result = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=SECONDS, check=True, **more)
    return json.loads(result.stdout)


def curl_line(text: str) -> str:
    (line,) = re.findall(r"^ +(curl .*)$", text, re.MULTILINE)
    return str(line)
