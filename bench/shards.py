"""What a second process gains: organisations are independent, so two processes share them (`--shard 1/2`, `2/2`).

    python -m bench.shards [--quick] [--write]

Each process is pinned to a core together with its own wrk, so that two processes have twice the resources of one,
clients included. One process is measured alone, then both at once, in alternating rounds. The proxy in front of them
(deploy/shards.nginx.conf) is not measured: a machine of two cores has none left for it."""

import statistics
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from bench.part import BenchError, Options, Part, run
from bench.recommend_peers import OPTIONS
from bench.rotation import Rotation
from bench.wrk import WrkError, ask, check_tools
from fixtures.keys import read_keys_file
from fixtures.mock_process import MockProcessError, RunningMock, running_mock

COUNT = 2


def measure(options: Options) -> str:
    rounds, seconds = (2, 2) if options.quick else (5, 4)
    try:
        check_tools()
        with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
            rotation = Rotation(Path(folder))
            requests = rotation.write(Path(folder, "rotation.txt"))
            arguments = (*OPTIONS, "--seed-orgs", "all", "--seed-data", str(rotation.shop))
            shards = [
                running.enter_context(
                    running_mock(*arguments, "--shard", f"{core + 1}/{COUNT}", prefix=("taskset", "-c", str(core)))
                )
                for core in range(COUNT)
            ]
            return _report(_rounds(shards, requests, rounds, seconds))
    except (WrkError, MockProcessError) as error:
        raise BenchError(str(error)) from None


def _rounds(shards: list[RunningMock], requests: Path, rounds: int, seconds: int) -> list[tuple[float, float]]:
    """Measure the requests per second of one process alone, and of both at once."""

    def at(core: int, long: int) -> float:
        shard = shards[core]
        key = read_keys_file(shard.keys_file).organisations[core].publishable_key  # the file has the keys of all shards
        return ask(shard.url, shard.pid, requests, key, long, core).requests_per_second

    found = []
    with ThreadPoolExecutor(COUNT) as pool:
        for turn in range(-1, rounds):  # the first turn warms up
            long = seconds if turn >= 0 else 2
            alone = at(0, long)
            both = sum(pool.map(at, range(COUNT), [long] * COUNT))
            if turn >= 0:
                found.append((alone, both))
    return found


def _report(found: list[tuple[float, float]]) -> str:
    alone, both = ([each[which] for each in found] for which in (0, 1))
    ratios = [two / one for one, two in found]
    rows = ["| | requests/s, median (least, most) | relative to one process |", "|---|---|---|"]
    for name, rates, times in (("one process", alone, [1.0]), ("two processes", both, ratios)):
        spread = f"{statistics.median(rates):,.0f} ({min(rates):,.0f}, {max(rates):,.0f})"
        rows.append(f"| {name} | {spread} | {statistics.median(times):.2f} |")
    return "\n".join(rows)


PART = Part("shards", measure)

if __name__ == "__main__":
    sys.exit(run(PART, __doc__))
