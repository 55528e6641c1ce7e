"""A mock server as a process of its own, as everyone but its own tests meets it."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class RunningMock:
    """Where it answers, and the keys of its first organisation."""

    url: str
    publishable_key: str
    secret_key: str
    pid: int
    log: Path  # what it prints; gone when it ends


@contextlib.contextmanager
def running_mock(
    *options: str, prefix: Sequence[str] = (), python: str = sys.executable, module: str = "mock_server"
) -> Iterator[RunningMock]:
    """`lehnz-mock --port 0` with these options, in a foreign folder, ended on leaving. `prefix`: a command that
    starts it, e.g. taskset. Raises RuntimeError with its last words if it never answers."""
    with tempfile.TemporaryDirectory() as folder:
        keys, log = Path(folder, "keys.json"), Path(folder, "log")
        command = [*prefix, python, "-m", module, "--port", "0", "--keys-out", str(keys), *options]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("LEHNZ_")}
        with log.open("wb") as sink:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, env=environment, cwd=folder
            )
        try:
            found = _wait_for(keys, process, log)
            first = found["organisations"][0]
            yield RunningMock(found["url"], first["publishable_key"], first["secret_key"], process.pid, log)
        finally:
            process.terminate()
            process.wait(timeout=_PATIENCE_SECONDS)


def _wait_for(keys: Path, process: subprocess.Popen[bytes], log: Path) -> Any:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(FileNotFoundError, json.JSONDecodeError):
            return json.loads(keys.read_text(encoding="utf-8"))
        time.sleep(0.02)
    raise RuntimeError(f"the mock did not start: {log.read_text(encoding='utf-8', errors='replace')[-2000:]}")
