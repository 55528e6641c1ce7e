"""The baseline: what plain `schemathesis run` with valid keys finds on the same servers.

Its own defaults but for two things that keep it short: few random examples per operation (more of them find nothing
more here), and the current paths only. The mock's limit is off, so that no answer is a 429.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from fixtures.spec import SPEC_PATH

ROOT = Path(__file__).parents[2]
EXAMPLES = 10
PATIENCE_SECONDS = 180.0
OPTIONS = ("--seed", "1", "--max-examples", str(EXAMPLES), "--include-path-regex", "^/v1/")


@dataclass
class Attempt:
    """A server and, as soon as it answers, schemathesis against it."""

    name: str
    folder: tempfile.TemporaryDirectory[str]
    server: subprocess.Popen[bytes]
    began: float
    client: subprocess.Popen[bytes] | None = None

    @property
    def keys(self) -> Path:
        return Path(self.folder.name, "keys.json")


def findings(names: Iterable[str], jobs: int = 2) -> Iterator[tuple[str, bool | None]]:
    """Whether it found anything at each of them, as they end; None where it came to no end."""
    waiting, running = list(names), list[Attempt]()
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                running.append(_start(waiting.pop(0)))
            time.sleep(0.05)
            for attempt in list(running):
                ended, found = _look(attempt)
                if ended:
                    running.remove(attempt)
                    _end(attempt)
                    yield attempt.name, found
    finally:
        for attempt in running:
            _end(attempt)


def _start(name: str) -> Attempt:
    folder = tempfile.TemporaryDirectory()
    command = [sys.executable, "-m", "tests.faults", "serve", name, "--rate-limit", "off"]
    command += ["--keys-out", str(Path(folder.name, "keys.json"))]
    return Attempt(name, folder, _process(command, folder.name), time.monotonic())


def _look(attempt: Attempt) -> tuple[bool, bool | None]:
    """(has it ended, what it found)."""
    if time.monotonic() - attempt.began > PATIENCE_SECONDS or attempt.server.poll() is not None:
        return True, None
    if attempt.client is None:
        if attempt.keys.exists():
            attempt.client = _schemathesis(attempt)
        return False, None
    code = attempt.client.poll()
    return code is not None, {0: False, 1: True}.get(code) if code is not None else None


def _schemathesis(attempt: Attempt) -> subprocess.Popen[bytes]:
    found = json.loads(attempt.keys.read_text(encoding="utf-8"))
    first = found["organisations"][0]
    config = Path(attempt.folder.name, "schemathesis.toml")
    config.write_text(
        f'[auth.openapi.SecretKey]\napi_key = "{first["secret_key"]}"\n'
        f'[auth.openapi.PublishableKey]\napi_key = "{first["publishable_key"]}"\n',
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "--no-color", "run"]
    return _process([*command, str(SPEC_PATH), "--url", found["url"], *OPTIONS], attempt.folder.name)


def _process(command: list[str], folder: str) -> subprocess.Popen[bytes]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LEHNZ_")}
    environment["PYTHONPATH"] = str(ROOT)
    return subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _end(attempt: Attempt) -> None:
    for process in (attempt.client, attempt.server):
        if process and process.poll() is None:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    attempt.folder.cleanup()
