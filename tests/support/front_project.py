"""A front-end project in a folder: its files, its commands, and the servers that they start."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.support.ports import is_taken

SECONDS = 240


class Project:
    """A folder with a project. Its commands use the prepared environment of the mock, and the npm settings of a CI
    job."""

    def __init__(self, folder: Path, cache: Path) -> None:
        self.folder = folder
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("LEHNZ_")}
        self.environment |= {"LEHNZ_CACHE": str(cache), "npm_config_yes": "true", "NEXT_TELEMETRY_DISABLED": "1"}
        self.environment |= {"CI": "1", "npm_config_fund": "false", "npm_config_audit": "false"}

    def run(self, command: str, expected: int = 0, **variables: str) -> str:
        environment = self.environment | variables
        done = subprocess.run(
            ["sh", "-c", command], cwd=self.folder, env=environment, capture_output=True, text=True, timeout=SECONDS
        )
        said = done.stdout + done.stderr
        assert done.returncode == expected, f"{command}: {said}"
        return said

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    @contextmanager
    def running(self, command: str, url: str) -> Iterator[None]:
        """Run a command that serves, until the block ends; wait until it answers on `url`."""
        log = self.folder / "served.log"
        with log.open("w") as sink:
            process = subprocess.Popen(
                ["sh", "-c", command], cwd=self.folder, env=self.environment, stdout=sink, stderr=sink,
                start_new_session=True,
            )  # fmt: skip
        try:
            deadline = time.monotonic() + SECONDS
            while not _answers(url):
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.2)
            yield
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(30)
            deadline = time.monotonic() + 30
            while is_taken(httpx.URL(url).port or 80):  # by a process that is still ending
                assert time.monotonic() < deadline, f"{command} still serves {url}"
                time.sleep(0.1)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2).status_code < 500
    except httpx.HTTPError:
        return False
