"""Runs locust as users do: as a separate process, because importing it would patch the sockets of the tests.

Unless the start itself is tested, it is forked from a process that has imported everything: tests/support/nest.py."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from tests.support.nest import ROOT, nest

TIMEOUT_S = 90
ROOMY = "100000/900"  # limit and window of the server for tests in which they don't matter
SLO = """
[run]
max_lag_p99_ms = 1000
max_wait_percent = 100
[[slo]]
name = "POST /v1/recommend"
min_samples = 80
p99_ms = {p99}
max_error_ratio = 0.005
max_limited_ratio = 0.5
min_nonempty_ratio = 0.9
"""


@dataclass
class Result:
    """The result of a finished locust: its exit code, all it printed, its verdict."""

    code: int
    output: str
    verdict: dict[str, Any]

    @property
    def reasons(self) -> str:
        return "\n".join(self.verdict.get("reasons", []))


@contextlib.contextmanager
def broken_server(folder: Path, *tls: Path) -> Iterator[str]:
    """Run tests/support/broken_limits.py and yield its URL; `tls`: certificate and key."""
    url_file = folder / "url"
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "tests" / "support" / "broken_limits.py"), str(url_file), *map(str, tls)]
    )
    try:
        wait_for(url_file.exists)
        yield url_file.read_text(encoding="utf-8")
    finally:
        process.terminate()
        process.wait(10)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def keys_file(folder: Path, count: int = 2, name: str = "keys.json") -> Path:
    """Write a file with the keys of `count` organisations of that server."""
    entries = [
        {"tenant_id": f"org-{number}", "publishable_key": f"pk-SECRET{number}", "secret_key": f"sk-SECRET{number}"}
        for number in range(count)
    ]
    path = folder / name
    path.write_text(json.dumps({"organisations": entries}), encoding="utf-8")
    return path


class Locust(Protocol):
    """A running locust; its output is read when it has ended."""

    @property
    def pid(self) -> int: ...
    @property
    def returncode(self) -> int | None: ...
    def communicate(self, *, timeout: float | None = None) -> tuple[str, Any]: ...


class Forked:
    """A locust that is forked from the nest."""

    def __init__(self, *arguments: object) -> None:
        self.folder = TemporaryDirectory()
        self.output = Path(self.folder.name, "output")
        self.process = nest("locust").start(tuple(options(arguments)), clean(), self.output, self.output)
        self.pid, self.send_signal = self.process.pid, self.process.send_signal

    @property
    def returncode(self) -> int | None:
        return self.process.returncode

    def communicate(self, *, timeout: float | None = None) -> tuple[str, None]:
        self.process.wait(timeout or TIMEOUT_S)
        with self.folder:
            return self.output.read_text(encoding="utf-8"), None


def options(arguments: Sequence[object]) -> list[str]:
    return ["-f", "load", "--loglevel", "WARNING", *map(str, arguments)]


def clean() -> dict[str, str]:
    """Return the environment without variables that set an option."""
    return {name: text for name, text in os.environ.items() if not name.startswith(("LEHNZ_", "GITHUB_", "LOCUST_"))}


def start_locust(*arguments: object, environment: dict[str, str] | None = None) -> subprocess.Popen[str]:
    """Start `locust -f load ...` with its output piped."""
    return subprocess.Popen(
        [sys.executable, "-m", "locust", *options(arguments)],
        cwd=ROOT,
        env=clean() | (environment or {}),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def finish(process: Locust, slo_json: Path | None = None) -> Result:
    """Wait until locust has ended; return its result."""
    try:
        output, _ = process.communicate(timeout=TIMEOUT_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)  # the workers too, because they would keep the pipe open
        output, _ = process.communicate()
        raise AssertionError(f"locust didn't end within {TIMEOUT_S} s:\n{output}") from None
    verdict = json.loads(slo_json.read_text(encoding="utf-8")) if slo_json and slo_json.exists() else {}
    assert process.returncode is not None
    return Result(process.returncode, output, verdict)


def slo_file(folder: Path, p99: int = 5000) -> Path:
    """Write promises that hold on a busy machine, too. `p99`: of recommendations, in ms."""
    path = folder / f"slo-{p99}.toml"
    path.write_text(SLO.format(p99=p99), encoding="utf-8")
    return path


def headless(slo_json: Path, *arguments: object) -> tuple[object, ...]:
    """Return the options of a run without a page, with the verdict in a file."""
    return ("--headless", "--only-summary", "--slo-json", slo_json, *arguments)


def run_forked(folder: Path, *arguments: object) -> Result:
    """Run without a page, to the end."""
    slo_json = folder / "slo.json"
    return finish(Forked(*headless(slo_json, *arguments)), slo_json)


def wait_for(condition: Any, seconds: float = 20.0) -> None:
    """Wait until the condition is true. Raises AssertionError."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.05)
