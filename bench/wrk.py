"""Runs wrk and parses its report."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psutil

SCRIPT = Path(__file__).with_name("peers") / "requests.lua"
CONNECTIONS = 32


class WrkError(Exception):
    """wrk or taskset is missing, or the server answered with errors."""


@dataclass(frozen=True, slots=True)
class Measure:
    requests_per_second: float
    median_ms: float
    p99_ms: float
    cpu_us: float  # CPU time of the server per request; more reliable than the rate when other work shares the core


def check_tools() -> None:
    """Raise WrkError with the command to install what is missing."""
    for tool, package in (("wrk", "wrk"), ("taskset", "util-linux")):
        if shutil.which(tool) is None:
            raise WrkError(f"{tool} is missing: on Debian or Ubuntu, apt-get install {package}")


def ask(url: str, pid: int, requests: Path, key: str, seconds: int, core: int) -> Measure:
    """Run wrk once against the server with that process id.

    Raises WrkError for any answer that isn't 2xx and any broken connection."""
    command = [
        "taskset",
        "-c",
        str(core),
        "wrk",
        "--threads",
        "1",
        "--connections",
        str(CONNECTIONS),
        "--latency",
        "--timeout",
        "30s",
    ]
    command += ["--duration", f"{seconds}s", "--script", str(SCRIPT), url, "--", str(requests), key]
    before = _cpu_seconds(pid)
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    spent = _cpu_seconds(pid) - before
    if "Non-2xx" in output or "Socket errors" in output:
        raise WrkError(f"{url}: {output}")
    rate, count = re.search(r"Requests/sec:\s+([\d.]+)", output), re.search(r"(\d+) requests in", output)
    if not rate or not count:
        raise WrkError(f"{url}: wrk printed {output}")
    latencies = (_milliseconds(output, "50%"), _milliseconds(output, "99%"))
    return Measure(float(rate[1]), *latencies, cpu_us=spent / int(count[1]) * 1e6)


def _cpu_seconds(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def _milliseconds(output: str, label: str) -> float:
    found = re.search(rf"{label}\s+([\d.]+)(us|ms|s)\b", output)
    return float(found[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[found[2]] if found else 0.0
