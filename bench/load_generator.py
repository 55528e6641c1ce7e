"""Measures whether the load generator is accurate, and what it costs.

`python -m bench.load_generator truth`: a server stalls 1 s in every 5 s; p95 and p99 of open load, of closed load, and
of an independent exact client (asyncio, a new request every 1/rate s in any case), medians of alternating rounds.
`... known`: p50, p95 and p99 of open load, by one process and by two, compared with the target's log of a known
distribution; everything is judged, the warm-up is 0.
`... saturate`: the highest rate that --profile saturate finds, and wrk's figure for the same requests, on a target of
about 100/s and on one of about 3,000/s; on one that is faster than the generators it must say so. Needs wrk.
`... cost`: requests per second of generator CPU, the Reader scenario against a bare FastHttpUser that posts the same
bodies; medians of alternating rounds."""

import argparse
import asyncio
import contextlib
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SLO_FILE = ROOT / "load" / "slo.toml"
RATE, SECONDS = 100.0, 20.0
SLO = """[run]
max_lag_p99_ms = 5000
max_cpu_percent = 1000
max_wait_percent = 100
[[slo]]
name = "POST /v1/recommend"
p99_ms = 60000
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["truth", "known", "saturate", "cost"])
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "slo.toml").write_text(SLO, encoding="utf-8")
        keys = [{"publishable_key": f"pk-{number}", "secret_key": f"sk-{number}"} for number in range(2)]
        (folder / "keys.json").write_text(json.dumps(keys), encoding="utf-8")
        {"truth": truth, "known": known, "saturate": saturate, "cost": cost}[options.what](folder, options.rounds)


def truth(folder: Path, rounds: int) -> None:
    """Print p50, p95 and p99 in ms for each of the three ways to measure."""
    runs: dict[str, list[tuple[float, ...]]] = {"exact client": [], "open load": [], "closed load, 10 users": []}
    with target(folder, "stall") as url:
        for _ in range(rounds):
            runs["exact client"].append(asyncio.run(exact(url)))
            opened = locust(folder, url, "--arrival-rate", RATE, "--run-time", f"{SECONDS:g}s")
            runs["open load"].append(times(opened))
            closed = locust(folder, url, "--users", 10, "--think-time", 0, "--run-time", f"{SECONDS:g}s")
            runs["closed load, 10 users"].append(times(closed))
    medians = {name: [statistics.median(values) for values in zip(*rows, strict=True)] for name, rows in runs.items()}
    exact_p95, exact_p99 = medians["exact client"][1:]
    for name, (p50, p95, p99) in medians.items():
        ratios = f"of the exact: p95 {p95 / exact_p95:.3f}, p99 {p99 / exact_p99:.3f}"
        print(f"{name:24} p50 {p50:8.1f}  p95 {p95:8.1f}  p99 {p99:8.1f} ms   {ratios}")
    worst = max(abs(medians["open load"][place] / medians["exact client"][place] - 1) for place in (1, 2))
    print(f"open load is off by {worst:.1%} at most ({'within' if worst <= 0.1 else 'BEYOND'} 10 %)")


def known(folder: Path, rounds: int) -> None:
    """Print each percentile, and the same percentile of the target's log."""
    for name, processes in (("one process", ()), ("two processes", ("--processes", 2))):
        for _ in range(rounds):
            log = folder / "log"
            log.unlink(missing_ok=True)
            with target(folder, "known", str(log)) as url:
                options = ("--profile", "ramp", "--arrival-rate", 100, "--run-time", "60s", *processes)
                measured = times(locust(folder, url, *options))
            logged = sorted(float(line) * 1000 for line in log.read_text(encoding="utf-8").splitlines())
            for label, mine, fraction in zip(("p50", "p95", "p99"), measured, (0.5, 0.95, 0.99), strict=True):
                theirs = logged[int(len(logged) * fraction)]
                print(f"{name:14} {label} {mine:8.1f} ms, the target's log {theirs:8.1f} ms: {mine / theirs - 1:+.1%}")


def saturate(folder: Path, rounds: int) -> None:
    """Print the rate that was found, and wrk's."""
    script = folder / "post.lua"
    script.write_text(
        'wrk.method = "POST"\nwrk.body = \'{"strategy": "popular", "limit": 20}\'\n'
        'wrk.headers["Content-Type"] = "application/json"\n',
        encoding="utf-8",
    )
    for mode, start, workers in (("slow", 20, ()), ("fast", 200, ("--processes", 2)), ("", 500, ())):
        with target(folder, *([mode] if mode else [])) as url:
            for _ in range(rounds):
                options = ("--profile", "saturate", "--arrival-rate", start, *workers)
                verdict = locust(folder, url, *options, slo=SLO_FILE, may_end=(0, 4))
                command = ["wrk", "-t1", "-c32", "-d10s", "-s", str(script), f"{url}/v1/recommend"]
                said = subprocess.run(command, text=True, capture_output=True, check=True).stdout
                rate = float(next(line for line in said.splitlines() if "Requests/sec" in line).split()[1])
                row: dict[str, Any] = (verdict["rows"] or [{"value": 0.0, "note": "nothing was measured"}])[0]
                held = float(row["value"])
                print(
                    f"{mode or 'unbounded'}: found {held:,.0f}/s, wrk {rate:,.0f}/s: {held / rate - 1:+.1%}; ", end=""
                )
                print(f"{verdict['verdict']}: {row['note']}")


def cost(folder: Path, rounds: int) -> None:
    """Print both generators' requests per second of CPU time, and the ratio."""
    found: dict[str, list[float]] = {"bare": [], "reader": []}
    with target(folder) as url:
        for _ in range(rounds):
            found["bare"].append(per_cpu_second(lambda: bare(url)))
            options = ("--users", 50, "--think-time", 0, "--run-time", "8s")
            found["reader"].append(per_cpu_second(lambda o=options: served(locust(folder, url, *o))))
    bare_rate, reader_rate = (statistics.median(found[name]) for name in ("bare", "reader"))
    print(f"bare FastHttpUser: {bare_rate:,.0f} requests per CPU-second, rounds {rounded(found['bare'])}")
    print(f"Reader scenario:   {reader_rate:,.0f} requests per CPU-second, rounds {rounded(found['reader'])}")
    print(f"ratio {reader_rate / bare_rate:.3f} (0.85 wanted)")


def rounded(values: list[float]) -> list[int]:
    return [round(value) for value in values]


def per_cpu_second(run: Any) -> float:
    """Return requests per CPU-second: the requests that `run` sent, divided by the CPU time of its child processes
    without their start-up."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    count, start = run()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return float(count / (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime - start))


def served(verdict: dict[str, Any]) -> tuple[int, float]:
    return sum(one["sent"] for one in verdict["rate_limits"].values()), START


def bare(url: str) -> tuple[int, float]:
    command = [sys.executable, "-m", "locust", "-f", "bench/load_bare.py", "--headless", "--host", url]
    command += ["--users", "50", "--spawn-rate", "50", "--run-time", "8s", "--only-summary", "--json"]
    done = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=True, env=environment())
    rows = json.loads(done.stdout[done.stdout.index("[\n") :])
    return sum(row["num_requests"] for row in rows), START


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "LOCUST_LOGLEVEL": "ERROR"}


def start_cost() -> float:
    """Return the CPU seconds of a locust process that loads our files and sends nothing."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", "locust", "-f", "load", "--list"], cwd=ROOT, capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def locust(
    folder: Path, url: str, *options: object, slo: Path | None = None, may_end: tuple[int, ...] = (0,)
) -> dict[str, Any]:
    """Run the Reader scenario once and return its verdict file."""
    slo_json = folder / "slo.json"
    command = [sys.executable, "-m", "locust", "-f", "load", "--headless", "--only-summary", "--host", url]
    command += ["--scenario", "reader", "--rate-limit", "off", "--keys-file", str(folder / "keys.json")]
    command += ["--slo-file", str(slo or folder / "slo.toml"), "--slo-json", str(slo_json), *map(str, options)]
    done = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=False, env=environment())
    if done.returncode not in may_end:
        raise SystemExit(done.stderr)
    return dict(json.loads(slo_json.read_text(encoding="utf-8")))


def times(verdict: dict[str, Any]) -> tuple[float, ...]:
    found = verdict["requests"]["POST /v1/recommend"]["response_ms"]
    return tuple(float(found[name]) for name in ("p50", "p95", "p99"))


async def exact(url: str) -> tuple[float, ...]:
    """Send on a schedule of its own; return each latency, unrounded and measured from when the request was due."""
    port = int(url.rsplit(":", 1)[1])
    body = b'{"strategy": "popular"}'
    head = "POST /v1/recommend HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    head += f"Content-Length: {len(body)}\r\n\r\n"
    free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
    latencies: list[float] = []

    async def one(due: float) -> None:
        reader, writer = free.pop() if free else await asyncio.open_connection("127.0.0.1", port)
        writer.write(head.encode() + body)
        header = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = next(line for line in header.split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(length.split(b":")[1]))
        latencies.append((time.perf_counter() - due) * 1000)
        free.append((reader, writer))

    begin, tasks = time.perf_counter(), []
    for number in range(int(RATE * SECONDS)):
        due = begin + number / RATE
        if (wait := due - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        tasks.append(asyncio.create_task(one(due)))
    await asyncio.gather(*tasks)
    latencies.sort()
    return tuple(latencies[int(len(latencies) * fraction)] for fraction in (0.5, 0.95, 0.99))


@contextlib.contextmanager
def target(folder: Path, *options: str) -> Iterator[str]:
    """Run bench/load_target.py and yield its URL."""
    url_file = folder / "url"
    url_file.unlink(missing_ok=True)
    process = subprocess.Popen([sys.executable, str(ROOT / "bench" / "load_target.py"), str(url_file), *options])
    try:
        while not (url_file.exists() and url_file.read_text(encoding="utf-8")):
            time.sleep(0.05)
        yield url_file.read_text(encoding="utf-8")
    finally:
        process.terminate()
        process.wait(10)


START = start_cost() if __name__ == "__main__" else 0.0

if __name__ == "__main__":
    main()
