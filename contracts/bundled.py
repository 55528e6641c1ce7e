"""The bundled mock as a subprocess: the target without --target, and the reference beside findings."""

import importlib.util
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from contracts.outcome import TargetError
from contracts.target import Keys, read_keys_file

_PATIENCE = 30.0


def available() -> bool:
    return importlib.util.find_spec("mock_server") is not None


@contextmanager
def mock(
    *options: str, command: Sequence[str] = (sys.executable, "-m", "mock_server")
) -> Iterator[tuple[str, list[Keys]]]:
    """URL and keys of a mock that runs until the block ends. Raises TargetError."""
    with tempfile.TemporaryDirectory(prefix="lehnz-contract-") as folder:
        keys_file, log = Path(folder) / "keys.json", Path(folder) / "log"
        with log.open("wb") as output:
            line = [*command, "--port", "0", "--keys-out", str(keys_file), "--quiet", *options]
            process = subprocess.Popen(line, stdout=output, stderr=subprocess.STDOUT)  # noqa: S603 - our own module
        try:
            yield _wait(process, keys_file, log)
        finally:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(process: "subprocess.Popen[bytes]", keys_file: Path, log: Path) -> tuple[str, list[Keys]]:
    ends = time.monotonic() + _PATIENCE
    while time.monotonic() < ends:
        if keys_file.exists():
            try:
                json.loads(keys_file.read_text())
            except ValueError:
                continue  # still being written
            url, pairs = read_keys_file(keys_file)
            if url:
                return url, pairs
        if process.poll() is not None:
            said = log.read_text(errors="replace").strip().splitlines()
            raise TargetError(f"the bundled mock did not start: {said[-1] if said else process.returncode}")
        time.sleep(0.02)
    raise TargetError(f"the bundled mock did not answer within {_PATIENCE:g} s")
