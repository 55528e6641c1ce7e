"""`lehnz-contract` as a process: which user code it must not import, signals, reports that can't be written."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.counter import Counter
from tests.support.hostile import SERVERS, serving
from tests.support.mock_beside import Beside, mock_beside

RUN = (sys.executable, "-m", "contracts", "--no-reference", "--no-generated")
SECRET = "Basic aHVudGVyMjpodW50ZXIy"


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
def server(counter: Counter) -> Iterator[Beside]:
    with mock_beside("--seed-data", "none", around=counter) as running:
        yield running


@pytest.fixture
def keys(server: Beside, tmp_path: Path) -> str:
    return str(server.write_keys(tmp_path))


def environment(**more: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("LEHNZ_", "PYTEST"))} | more


def run(*arguments: str, cwd: Path, **more: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*RUN, *arguments], capture_output=True, text=True, timeout=120, cwd=cwd, env=environment(**more), check=False
    )


def test_the_users_conftest_and_plugins_are_not_loaded(keys: str, tmp_path: Path) -> None:
    """Files named by options are in the user's project, next to its conftest.py; its plugins are in the environment."""
    (tmp_path / "conftest.py").write_text("raise SystemExit('theirs')", encoding="utf-8")
    (tmp_path / "theirs.py").write_text("raise SystemExit('theirs')", encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n", encoding="utf-8")
    config, page, earlier = (tmp_path / name for name in ("target.toml", "report.html", "earlier.json"))
    config.write_text("[target]\n", encoding="utf-8")
    page.write_text("an older report", encoding="utf-8")
    earlier.write_text('{"schema": 1, "checks": []}', encoding="utf-8")
    files = ("--config", str(config), "--html", str(page), "--compare", str(earlier))
    theirs = {"PYTEST_PLUGINS": "theirs", "PYTEST_ADDOPTS": "--no-such-option"}
    ran = run("--keys-file", keys, "--select", "PAGE-default-limit", *files, cwd=tmp_path, **theirs)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.slow
def test_secret_header_values_appear_nowhere(keys: str, tmp_path: Path) -> None:
    names = {"json": "r.json", "junit": "r.xml", "html": "r.html", "write-deviations": "d.toml", "reproduce": "again"}
    reports = [part for name, file in names.items() for part in (f"--{name}", str(tmp_path / file))]
    summary = tmp_path / "summary.md"
    arguments = ("--keys-file", keys, "--header", f"Authorization: {SECRET}", "--rate-limit", "77/15m", *reports)
    ran = run(*arguments, "--profile", "quick", cwd=tmp_path, GITHUB_STEP_SUMMARY=str(summary))
    assert ran.returncode == 1, ran.stdout + ran.stderr  # a wrong limit, so that there are findings
    written = [file for file in tmp_path.rglob("*") if file.is_file() and file != Path(keys)]
    assert len(written) > len(names)
    for text in (ran.stdout, ran.stderr, *(file.read_text(encoding="utf-8") for file in written)):
        assert "aHVudGVy" not in text
    assert "$HEADER_AUTHORIZATION" in (tmp_path / "r.json").read_text(encoding="utf-8")


def test_a_report_that_cant_be_written_does_not_affect_the_others(keys: str, tmp_path: Path) -> None:
    """/dev/full fails on every write, as a full disk does."""
    reports = ("--html", "/dev/full", "--json", str(tmp_path / "r.json"))
    ran = run("--keys-file", keys, "--select", "PAGE-default-limit", *reports, cwd=tmp_path)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stderr == "lehnz-contract: --html /dev/full: No space left on device\n"
    assert json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["verdict"] == "conforms"


@pytest.mark.parametrize(
    "number",
    [signal.SIGTERM, *(pytest.param(each, marks=pytest.mark.slow) for each in (signal.SIGINT, signal.SIGHUP))],
)
def test_after_a_signal_the_run_cleans_up_and_writes_its_reports(
    number: signal.Signals, keys: str, server: Beside, counter: Counter, tmp_path: Path
) -> None:
    report = tmp_path / "report.json"
    arguments = ("--keys-file", keys, "--settle", "60", "--json", str(report))
    process = subprocess.Popen(
        [*RUN, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(), cwd=tmp_path
    )
    wait_for(lambda: counter.seen > 20)
    process.send_signal(number)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 3, output + errors
    document = json.loads(report.read_text(encoding="utf-8"))
    assert document["notes"][0].startswith(f"interrupted by {number.name}")
    assert document["verdict"] == "inconclusive"
    body, headers = {"strategy": "popular", "limit": 100}, {"X-API-KEY": server.publishable_key}
    left = httpx.post(f"{server.url}/v1/recommend", json=body, headers=headers)
    assert left.json()["data"]["results"] == []


def wait_for(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.02)


def test_a_signal_ends_a_run_that_waits_for_an_answer(tmp_path: Path) -> None:
    keys = ("--publishable-key", "lehnz_pk_1", "--secret-key", "lehnz_sk_1")
    with serving(SERVERS["nothing at all"]) as url:
        process = subprocess.Popen(
            [*RUN, "--target", url, *keys, "--timeout", "500"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(), cwd=tmp_path,
        )  # fmt: skip
        wait_for(lambda: handled(process.pid))
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=60)
    assert process.returncode == 3, output + errors
    assert errors == f"lehnz-contract: {url}: interrupted by SIGTERM\n"


def handled(pid: int) -> bool:
    """Return whether the process has installed its own handler for SIGTERM."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt:"))
    return bool(int(caught.split()[1], 16) >> (signal.SIGTERM - 1) & 1)


def test_a_target_that_is_not_up_is_waited_for_and_then_reported(tmp_path: Path) -> None:
    with serving(SERVERS["a closed door"]) as url:
        pass
    keys = ("--publishable-key", "lehnz_pk_1", "--secret-key", "lehnz_sk_1")
    ran = run("--target", url, *keys, "--wait-for-target", "0.5", cwd=tmp_path)
    assert ran.returncode == 3
    assert ran.stderr == f"lehnz-contract: {url}: nothing answered within --wait-for-target 0.5 s\n"
