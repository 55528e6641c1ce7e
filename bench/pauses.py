"""Memory and pauses of the server under load: lists that all differ, events, resets, new and removed organisations.

    python -m bench.pauses [--quick] [--minutes 10] [--write]

wrk keeps 32 requests open, as in bench/recommend_peers.py. Meanwhile the organisation is reset every half minute, and
every five seconds another one is created with the seed data, queried and removed. The server itself records its longest
pause in each second (how late a timer of 5 ms was) and the duration of its garbage collections.
`--minutes 2` makes a shorter plot."""

import json
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from bench.part import BenchError, Options, Part, run
from bench.recommend_peers import CLIENT_CORE, OPTIONS, SERVER_CORE
from bench.rotation import Rotation
from bench.wrk import CONNECTIONS, Measure, WrkError, ask, check_tools
from fixtures.mock_process import MockProcessError, RunningMock, running_mock

PLOT = Path("docs/pauses.png")
CHANGE = {"X-Mock-Control": "1"}
RESET_EVERY, ORGANISATION_EVERY = 30.0, 5.0  # seconds
WARM_UP = 10  # seconds not counted, because the first lists build indexes
STRATEGIES = ("popular", "trending", "personalized", "similar")


def measure(options: Options) -> str:
    seconds = max(20, round(options.minutes * 60))
    try:
        check_tools()
        with tempfile.TemporaryDirectory() as name:
            rows, answered, changes = _run(Path(name), seconds)
    except (WrkError, MockProcessError) as error:
        raise BenchError(str(error)) from None
    if options.write:
        _plot(rows, PLOT)
    return _report(rows, answered, changes, seconds)


def _run(folder: Path, seconds: int) -> tuple[dict[str, np.ndarray], Measure, dict[str, int]]:
    rotation = Rotation(folder)
    requests, diary = rotation.write(folder / "rotation.txt"), folder / "diary.jsonl"
    core = ("taskset", "-c", str(SERVER_CORE))
    arguments = (*OPTIONS, "--seed-data", str(rotation.shop))
    with running_mock(*arguments, prefix=core, module="bench.peers.watched_mock", before=(str(diary),)) as mock:
        question = rotation.question(0)
        with _changing(mock, question) as changes:
            answered = ask(mock.url, mock.pid, requests, mock.publishable_key, seconds, CLIENT_CORE)
        lines = [json.loads(line) for line in diary.read_text(encoding="utf-8").splitlines()]
    kept = [line for line in lines if line["second"] > WARM_UP] or lines
    return {name: np.array([line[name] for line in kept]) for name in kept[0]}, answered, changes


@contextmanager
def _changing(mock: RunningMock, question: dict[str, Any]) -> Iterator[dict[str, int]]:
    """Reset, create and remove organisations until the block ends; yield how often."""
    over, counts = threading.Event(), {"resets": 0, "organisations": 0}

    def change() -> None:
        with httpx.Client(base_url=mock.url, headers=CHANGE, timeout=60) as client:
            first = client.get("/_mock/organisations").raise_for_status().json()["data"]["organisations"][0]
            elapsed = 0.0
            while not over.wait(ORGANISATION_EVERY):
                elapsed += ORGANISATION_EVERY
                made = client.post("/_mock/organisations", json={"seeded": True}).raise_for_status().json()["data"]
                for strategy in STRATEGIES:
                    body = {"context_item_id": "none", "user_id": "none"} | question | {"strategy": strategy}
                    headers = {"X-API-KEY": made["publishable_key"]}
                    client.post("/v1/recommend", json=body, headers=headers).raise_for_status()
                client.delete(f"/_mock/organisations/{made['tenant_id']}").raise_for_status()
                counts["organisations"] += 1
                if elapsed >= RESET_EVERY:
                    elapsed = 0.0
                    client.post("/_mock/reset", json={"tenant_id": first["tenant_id"]}).raise_for_status()
                    counts["resets"] += 1

    thread = threading.Thread(target=change)
    thread.start()
    try:
        yield counts
    finally:
        over.set()
        thread.join()


def _report(rows: dict[str, np.ndarray], answered: Measure, changes: dict[str, int], seconds: int) -> str:
    memory, pauses, collector = rows["memory_mb"], rows["pause_ms"], rows["collector_ms"]
    fifth = max(1, len(memory) // 5)
    first, last = memory[:fifth].mean(), memory[-fifth:].mean()
    return "\n".join(
        [
            "| over | requests/s | p50 ms | p99 ms | longest pause ms | collector ms | memory, first and last fifth |",
            "|---|---|---|---|---|---|---|",
            f"| {seconds / 60:.1f} minutes | {answered.requests_per_second:,.0f} | {answered.median_ms:.1f} "
            f"| {answered.p99_ms:.1f} | {pauses.max():.1f} | {collector.max():.1f} "
            f"| {first:.0f} MB, {last:.0f} MB ({last / first:.2f}) |",
            "",
            f"{CONNECTIONS} connections, {changes['resets']} resets, {changes['organisations']} organisations made and "
            f"removed; the first {WARM_UP} s are left out of pauses and memory.",
        ]
    )


def _plot(rows: dict[str, np.ndarray], path: Path) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, (memory, pauses) = plt.subplots(2, 1, figsize=(10, 6), sharex=True, layout="constrained")
    minutes = rows["second"] / 60
    memory.plot(minutes, rows["memory_mb"])
    memory.set(ylim=(0, None), ylabel="MB", title="Memory of the server")
    pauses.plot(minutes, rows["pause_ms"], linewidth=0.8, label="event loop")
    pauses.plot(minutes, rows["collector_ms"], linewidth=0.8, label="garbage collector")
    pauses.set(ylim=(0, None), xlabel="minutes", ylabel="ms", title="Longest pause of each second")
    pauses.legend()
    figure.savefig(path, dpi=100)
    plt.close(figure)


PART = Part("pauses", measure)

if __name__ == "__main__":
    sys.exit(run(PART, __doc__))
