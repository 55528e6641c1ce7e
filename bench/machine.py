"""The machine of a report, and whether it is idle enough to measure on."""

import os
import platform
import subprocess
from importlib.metadata import version

MOST_LOAD = 0.5  # per core, over the last minute, before a bench begins


class BusyError(Exception):
    """The machine is too busy: other work would distort the measurement."""


def load_per_core() -> float:
    return os.getloadavg()[0] / (os.cpu_count() or 1)


def refuse_if_busy() -> None:
    """Raise BusyError if the load per core is above MOST_LOAD."""
    if (load := load_per_core()) > MOST_LOAD:
        raise BusyError(
            f"the load is {load:.1f} per core and must be at most {MOST_LOAD} before a table is written; "
            "end other processes, wait a minute, or omit --write"
        )


def facts(load: float) -> str:
    """Return commit, processor and versions as text. `load`: per core, at the start of the benchmark."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("starlette", "uvicorn", "uvloop", "httptools", "numpy"))
    changed = "" if not output_of("git", "status", "--porcelain", "--untracked-files=no") else " with changes"
    return (
        f"Commit {output_of('git', 'rev-parse', '--short', 'HEAD')}{changed}; {os.cpu_count()} cores of {_model()}, "
        f"load {load:.2f} per core when it began; Python {platform.python_version()}, {packages}"
    )


def output_of(*command: str) -> str:
    """Return the output of a command without the final newline."""
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def _model() -> str:
    lines = output_of("cat", "/proc/cpuinfo").splitlines()
    return next((line.split(":")[1].strip() for line in lines if "model name" in line), platform.machine())
