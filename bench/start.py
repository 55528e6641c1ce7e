"""Seconds from the command to the first 200 of /v1/recommend, compared with Prism and the same file.

    python -m bench.start [--quick] [--write]

In turn, on all cores, with all files in the page cache. The mock starts as users start it, with its small shop.
"""

import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench import servers
from bench.part import BenchError, Options, Part, run
from fixtures.mock_process import running_mock

MOCK = "lehnz-mock (its small shop seeded)"


def measure(options: Options) -> str:
    rounds = 2 if options.quick else 9
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with running_mock() as mock:
            key = mock.publishable_key
            answer = servers.answer_of(mock.url, key, {"strategy": "popular"}) or b""
        (folder / "answer.json").write_bytes(answer)
        spec = servers.spec_with_answer(folder / "answer.json", folder / "openapi.json")
        commands: dict[str, Callable[[int], list[str]]] = {
            MOCK: lambda port: [sys.executable, "-m", "mock_server", "--port", str(port)],
            "Prism (silent)": lambda port: servers.prism(port, spec),
        }
        seconds: dict[str, list[float]] = {name: [] for name in commands}
        for turn in range(-1, rounds):  # the first turn fills the page cache
            for name, command in commands.items():
                first = _first_answer(command, key, name)
                if turn >= 0:
                    seconds[name].append(first)
    return _table(seconds)


def _first_answer(command: Callable[[int], list[str]], key: str, name: str) -> float:
    port = servers.free_port()
    process = subprocess.Popen(command(port), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        found = servers.seconds_to_first_answer(f"http://127.0.0.1:{port}", key, process)
    finally:
        process.terminate()
        process.wait()
    if found is None:
        raise BenchError(f"{name} did not answer")
    return found


def _table(seconds: dict[str, list[float]]) -> str:
    rows = [
        "| from the command to the first 200 | seconds, median (least, most) | relative to the mock |",
        "|---|---|---|",
    ]
    mine = statistics.median(seconds[MOCK])
    for name, each in seconds.items():
        median = statistics.median(each)
        rows.append(f"| {name} | {median:.2f} ({min(each):.2f}, {max(each):.2f}) | {median / mine:.2f} |")
    return "\n".join(rows)


PART = Part("start", measure)

if __name__ == "__main__":
    sys.exit(run(PART, __doc__))
