"""Requests per second of /v1/recommend: the mock compared with a bare Starlette endpoint, Prism and openapi-backend.

    python -m bench.recommend_peers [--quick] [--write]

All servers run at once, each on core 0, idle but for the one being asked; wrk asks from core 1, rounds in turn, so that
other work of the machine affects all equally. What counts are the ratios to bare Starlette within a round. The mock has
1,000 items, 1,000 users and 50,000 events, limit 20, all guards on (key, rate limit, validation, CORS); the requests
are those of bench/rotation.py. The others send prepared bytes of the same size; Prism and openapi-backend validate.
"""

import contextlib
import statistics
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from bench import servers
from bench.part import BenchError, Options, Part, run
from bench.rotation import Rotation
from bench.wrk import CONNECTIONS, Measure, WrkError, ask, check_tools
from fixtures.mock_process import MockProcessError, RunningMock, running_mock

SERVER_CORE, CLIENT_CORE = 0, 1
BARE = "bare Starlette"
SAMPLE = 540  # responses whose mean size is computed
OPTIONS = ("--rate-limit", "100000000/15m", "--quiet")


@dataclass(frozen=True, slots=True)
class Target:
    url: str
    pid: int
    key: str
    requests: Path


def measure(options: Options) -> str:
    rounds, seconds = (2, 2) if options.quick else (5, 5)
    try:
        check_tools()
        with tempfile.TemporaryDirectory() as folder:
            found = _throughput(Path(folder), rounds, seconds)
    except (WrkError, servers.ServerError, MockProcessError) as error:
        raise BenchError(str(error)) from None
    return f"{found}\n\n{rounds} rounds of {seconds} s in turn, {CONNECTIONS} connections; {servers.versions()}."


def _throughput(folder: Path, rounds: int, seconds: int) -> str:
    rotation = Rotation(folder)
    many = rotation.write(folder / "rotation.txt")
    one = rotation.write(folder / "one.txt", length=1)
    options = (*OPTIONS, "--seed-data", str(rotation.shop))
    with contextlib.ExitStack() as running:
        mock = running.enter_context(running_mock(*options, prefix=_core()))
        uncached = running.enter_context(running_mock(*options, prefix=_core(), module="bench.peers.uncached_mock"))
        answer, size = _typical_answer(mock, rotation, folder)
        spec = servers.spec_with_answer(answer, folder / "openapi.json")
        targets = {
            BARE: lambda port: servers.bare_starlette(port, answer),
            "Prism (silent)": lambda port: servers.prism(port, spec),
            "openapi-backend": lambda port: servers.openapi_backend(port, answer, spec, mock.publishable_key),
        }
        key = mock.publishable_key
        asked = {
            "lehnz-mock": Target(mock.url, mock.pid, key, many),
            "lehnz-mock, no list cached": Target(uncached.url, uncached.pid, key, many),
            "lehnz-mock, one repeated request": Target(mock.url, mock.pid, key, one),
        }
        for name, command in targets.items():
            asked[name] = Target(*_started(running, command, key), key, many)
        found = _rounds(asked, rounds, seconds)
    return f"Answers of {size:,} bytes on average.\n\n" + _table(found)


def _core() -> tuple[str, ...]:
    return ("taskset", "-c", str(SERVER_CORE))


def _started(running: contextlib.ExitStack, command: Callable[[int], list[str]], key: str) -> tuple[str, int]:
    port = servers.free_port()
    url = f"http://127.0.0.1:{port}"
    return url, running.enter_context(servers.running(command(port), url, key, SERVER_CORE))


def _typical_answer(mock: RunningMock, rotation: Rotation, folder: Path) -> tuple[Path, int]:
    """Write the response whose size is nearest to the mean into a file; return the file and the mean."""
    bodies = [body for path, body in islice(rotation.requests(), SAMPLE) if path == "/v1/recommend"]
    answers = [servers.answer_of(mock.url, mock.publishable_key, body) or b"" for body in bodies]
    mean = round(statistics.mean(map(len, answers)))
    path = folder / "answer.json"
    path.write_bytes(min(answers, key=lambda answer: abs(len(answer) - mean)))
    return path, mean


def _rounds(targets: Mapping[str, Target], rounds: int, seconds: int) -> dict[str, list[Measure]]:
    found: dict[str, list[Measure]] = {name: [] for name in targets}
    for turn in range(-1, rounds):  # the first turn warms up
        for name, target in targets.items():
            duration = seconds if turn >= 0 else 2
            result = ask(target.url, target.pid, target.requests, target.key, duration, CLIENT_CORE)
            print(f"round {turn + 1}: {name}: {result.requests_per_second:,.0f}/s", file=sys.stderr, flush=True)
            if turn >= 0:
                found[name].append(result)
    return found


def _table(found: Mapping[str, list[Measure]]) -> str:
    rows = [
        "| server | requests/s, median (least, most) | relative to bare Starlette | CPU us/request | p50 ms | p99 ms |",
        "|---|---|---|---|---|---|",
    ]
    bare = [result.requests_per_second for result in found[BARE]]
    for name, results in found.items():
        rates = [result.requests_per_second for result in results]
        ratio = statistics.median(rate / base for rate, base in zip(rates, bare, strict=True))
        speed = f"{statistics.median(rates):,.0f} ({min(rates):,.0f}, {max(rates):,.0f})"
        cpu = statistics.median(result.cpu_us for result in results)
        p50 = statistics.median(result.median_ms for result in results)
        p99 = statistics.median(result.p99_ms for result in results)
        rows.append(f"| {name} | {speed} | {ratio:.2f} | {cpu:,.0f} | {p50:.1f} | {p99:.1f} |")
    return "\n".join(rows)


PART = Part("recommend_peers", measure)

if __name__ == "__main__":
    sys.exit(run(PART, __doc__))
