"""What the journal and the metrics cost each request: CPU time beside the same mock without them.

    python -m bench.journal_cost [--rounds 5] [--seconds 3] [--write docs/benchmarks.md]

Three mocks run at once on core 0, idle but for the one being asked; wrk asks from core 1, rounds in turn. Two kinds of
traffic: the rotation of bench/rotation.py, and one question again and again, whose list is remembered, the cheapest
request there is and so the one that feels the journal most. What counts are the ratios of CPU time within a round.
"""

import argparse
import contextlib
import statistics
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from bench.marks import write_between_marks
from bench.mock import RunningMock, running_mock
from bench.rotation import Rotation
from bench.wrk import Measure, WrkError, check_tools, measure

SERVER_CORE, CLIENT_CORE = 0, 1
OPTIONS = ("--rate-limit", "100000000/15m", "--quiet")
BARE = "neither journal nor metrics"
MOCKS = {
    BARE: ("bench.peers.unobserved_mock", ()),
    "metrics (`--journal 0`)": ("mock_server", ("--journal", "0")),
    "journal and metrics (`--journal 1000`, the default)": ("mock_server", ("--journal", "1000")),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--write", type=Path, help="put the table between the marks of this file")
    arguments = parser.parse_args()
    try:
        check_tools()
        with tempfile.TemporaryDirectory() as folder:
            report = _report(Path(folder), arguments.rounds, arguments.seconds)
    except (WrkError, RuntimeError) as error:
        print(f"journal_cost: {error}", file=sys.stderr)
        return 1
    print(report)
    if arguments.write:
        write_between_marks(arguments.write, "journal_cost", report)
    return 0


def _report(folder: Path, rounds: int, seconds: int) -> str:
    rotation = Rotation(folder)
    traffic = {
        "rotation": rotation.write(folder / "rotation.txt"),
        "one question": rotation.write(folder / "one.txt", length=1),
    }
    core = ("taskset", "-c", str(SERVER_CORE))
    with contextlib.ExitStack() as running:
        mocks = {
            name: running.enter_context(
                running_mock(*OPTIONS, "--seed-data", str(rotation.shop), *options, prefix=core, module=module)
            )
            for name, (module, options) in MOCKS.items()
        }
        found = {kind: _rounds(mocks, requests, rounds, seconds) for kind, requests in traffic.items()}
    rows = ["| traffic | mock | CPU us/request | to neither, median (least, most) |", "|---|---|---|---|"]
    rows += [_row(kind, name, results, found[kind][BARE]) for kind in found for name, results in found[kind].items()]
    return "\n".join(rows)


def _rounds(mocks: Mapping[str, RunningMock], requests: Path, rounds: int, seconds: int) -> dict[str, list[Measure]]:
    found: dict[str, list[Measure]] = {name: [] for name in mocks}
    for turn in range(-1, rounds):  # the first one warms up
        for name, mock in mocks.items():
            result = measure(mock.url, mock.pid, requests, mock.publishable_key, seconds, CLIENT_CORE)
            if turn >= 0:
                found[name].append(result)
    return found


def _row(kind: str, name: str, results: list[Measure], bare: list[Measure]) -> str:
    ratios = [result.cpu_us / base.cpu_us for result, base in zip(results, bare, strict=True)]
    cpu = statistics.median(result.cpu_us for result in results)
    spread = f"{statistics.median(ratios):.3f} ({min(ratios):.3f}, {max(ratios):.3f})"
    return f"| {kind} | {name} | {cpu:,.0f} | {spread} |"


if __name__ == "__main__":
    sys.exit(main())
