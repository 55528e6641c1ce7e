"""Runs locust as people do: as a process of its own (importing it would patch the sockets of the tests)."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PATIENCE = 90


@dataclass
class Result:
    """What a finished locust left: its exit code, all it printed, its verdict."""

    code: int
    output: str
    verdict: dict[str, Any]

    @property
    def reasons(self) -> str:
        return "\n".join(self.verdict.get("reasons", []))


@contextlib.contextmanager
def broken_server(folder: Path, *tls: Path) -> Iterator[str]:
    """The URL of tests/broken_limits.py, running; `tls`: certificate and key."""
    url_file = folder / "url"
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "tests" / "broken_limits.py"), str(url_file), *map(str, tls)]
    )
    try:
        wait_for(url_file.exists)
        yield url_file.read_text(encoding="utf-8")
    finally:
        process.terminate()
        process.wait(10)


def keys_file(folder: Path, count: int = 2, name: str = "keys.json") -> Path:
    """Keys of `count` organisations for that server."""
    entries = [
        {"tenant_id": f"org-{number}", "publishable_key": f"pk-SECRET{number}", "secret_key": f"sk-SECRET{number}"}
        for number in range(count)
    ]
    path = folder / name
    path.write_text(json.dumps({"organisations": entries}), encoding="utf-8")
    return path


def start_locust(*arguments: object, environment: dict[str, str] | None = None) -> subprocess.Popen[str]:
    """`locust -f load ...`, its output piped."""
    command = [sys.executable, "-m", "locust", "-f", "load", "--loglevel", "WARNING", *map(str, arguments)]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("LEHNZ_", "GITHUB_", "LOCUST_"))}
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env={**clean, **(environment or {})},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def finish(process: subprocess.Popen[str], slo_json: Path | None = None) -> Result:
    """Wait for its end."""
    try:
        output, _ = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)  # with its workers, or they keep the pipe open
        output, _ = process.communicate()
        raise AssertionError(f"locust didn't end within {PATIENCE} s:\n{output}") from None
    verdict = json.loads(slo_json.read_text(encoding="utf-8")) if slo_json and slo_json.exists() else {}
    return Result(process.returncode, output, verdict)


def run_locust(folder: Path, *arguments: object, environment: dict[str, str] | None = None) -> Result:
    """A headless run with the verdict in a file."""
    slo_json = folder / "slo.json"
    options: Sequence[object] = ("--headless", "--only-summary", "--slo-json", slo_json, *arguments)
    return finish(start_locust(*options, environment=environment), slo_json)


def wait_for(condition: Any, seconds: float = 20.0) -> None:
    """Until it is true. Raises AssertionError."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.05)
