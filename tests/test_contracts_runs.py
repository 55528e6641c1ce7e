"""Whole runs over a real socket: green on the mock, red on a broken one, honest when starved; and their reports."""

import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from contracts import bundled
from contracts.catalogue import load_catalogue

ROOT = Path(__file__).parents[1]
BROKEN = """
import json, os, sys
from mock_server.command import running
from mock_server.command.options import read_settings
make = running.create_app
def create_app(mock, routes=()):
    app = make(mock, routes)
    async def broken(scope, receive, send):
        async def tamper(message):
            body = message["type"] == "http.response.body" and scope["path"] == "/v1/recommend"
            if body and os.path.exists(os.environ["BROKEN_WHILE_THERE"]):
                message = {**message, "body": message["body"].replace(b'"has_next":true', b'"has_next":null')}
            await send(message)
        await app(scope, receive, tamper if scope["type"] == "http" else send)
    return broken
running.create_app = create_app
running.run(read_settings(sys.argv[1:]))
"""

Judge = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def judged(tmp_path: Path) -> Iterator[Callable[..., tuple[str, Judge]]]:
    """Starts a mock and gives its URL and `lehnz-contract` aimed at it."""
    opened: list[Any] = []

    def start(*options: str, command: tuple[str, ...] = (sys.executable, "-m", "mock_server")) -> tuple[str, Judge]:
        mock = bundled.mock("--seed-data", "none", "--ingest-delay", "0.05", *options, command=command)
        opened.append(mock)
        url, pairs = mock.__enter__()
        keys = tmp_path / "keys.json"
        organisations = [{"publishable_key": p.publishable, "secret_key": p.secret} for p in pairs]
        keys.write_text(json.dumps({"url": url, "organisations": organisations}), encoding="utf-8")

        def run(*arguments: str, **facts: Any) -> "subprocess.CompletedProcess[str]":
            line = [sys.executable, "-m", "contracts", "--keys-file", str(keys), "--no-reference", *arguments]
            environment = {**os.environ, **facts.pop("env", {})}
            return subprocess.run(line, capture_output=True, text=True, timeout=240, env=environment, **facts)

        return url, run

    yield start
    for mock in opened:
        mock.__exit__(None, None, None)


def remaining(url: str, keys: Path) -> int:
    """What the server itself says is left, this question included."""
    key = json.loads(keys.read_text())["organisations"][0]["publishable_key"]
    answer = httpx.post(f"{url}/v1/recommend", json={"strategy": "popular"}, headers={"X-API-KEY": key})
    return int(answer.headers["RateLimit-Remaining"])


def test_standard_is_green_on_the_mock_within_900_requests_under_a_seed_of_the_day(judged: Any, tmp_path: Path) -> None:
    url, judge = judged()
    report = tmp_path / "report.json"
    run = judge("--json", str(report), "--strict", "--seed", str(1_000 + datetime.now(UTC).timetuple().tm_yday))
    assert run.returncode == 0, run.stdout
    document = json.loads(report.read_text())
    assert document["verdict"] == "conforms"
    assert {row["reason"] for row in document["not_judged"]} == {"no --exhaust", "no --account-limit"}
    used = 1000 - remaining(url, tmp_path / "keys.json") - 1
    assert used == document["requests"]["main"]
    assert used <= 900


def test_quick_takes_at_most_120_requests_and_cleans_up(judged: Any, tmp_path: Path) -> None:
    url, judge = judged()
    run = judge("--profile", "quick")
    assert run.returncode == 0, run.stdout
    assert 1000 - remaining(url, tmp_path / "keys.json") - 1 <= 120
    key = json.loads((tmp_path / "keys.json").read_text())["organisations"][0]["publishable_key"]
    left = httpx.post(f"{url}/v1/recommend", json={"strategy": "popular", "limit": 100}, headers={"X-API-KEY": key})
    assert left.json()["data"]["results"] == []


def test_a_quota_of_60_ends_inconclusive_never_green(judged: Any) -> None:
    _, judge = judged("--rate-limit", "60/15m")
    run = judge("--rate-limit", "60/15m", "--no-wait")
    assert run.returncode == 3, run.stdout
    assert "inconclusive" in run.stdout.splitlines()[-1]


def test_exhaust_burns_the_second_organisation_and_sees_it_recover(judged: Any) -> None:
    url, judge = judged("--rate-limit", "300/15m", "--clock", "virtual")
    run = judge(
        "--exhaust", "--select", "LIMIT", "--select", "GEN-burnt-keys-429", "--rate-limit", "300/15m", "--control", url
    )  # fmt: skip
    assert run.returncode == 0, run.stdout
    assert "Exhausted        MUST       7" in run.stdout


def test_every_report_of_a_broken_server(judged: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script, fault = tmp_path / "broken.py", tmp_path / "fault"
    script.write_text(BROKEN, encoding="utf-8")
    fault.touch()
    monkeypatch.setenv("BROKEN_WHILE_THERE", str(fault))
    _, judge = judged(command=(sys.executable, str(script)))
    names = {"json": "r.json", "junit": "r.xml", "html": "r.html", "badge": "b.json", "write-deviations": "d.toml"}
    options = [part for name, file in names.items() for part in (f"--{name}", str(tmp_path / file))]
    summary = {"GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}
    options += ["--profile", "quick", "--reproduce", str(tmp_path / "again")]
    run = judge(*options, env=summary)
    assert run.returncode == 1, run.stdout
    assert run.stdout.splitlines()[-1].startswith("fails: 1 MUST")

    checks = {check["id"]: check for check in json.loads((tmp_path / "r.json").read_text())["checks"]}
    assert list(checks) == list(load_catalogue())
    assert checks["REC-pagination-types"]["outcome"] == "fail"
    suite = ElementTree.parse(tmp_path / "r.xml").getroot()[0]  # noqa: S314 - our own file
    assert [case.get("name") for case in suite.iter("testcase")] == list(checks)
    assert suite.get("failures") == "1"
    assert json.loads((tmp_path / "b.json").read_text())["color"] == "red"
    assert "REC-pagination-types" in (tmp_path / "summary.md").read_text()
    page = (tmp_path / "r.html").read_text()
    assert "REC-pagination-types" in page
    assert not re.search(r"(src|href)=.https?:", page)
    for file in (*names.values(), "summary.md", "again/REC-pagination-types.sh"):
        assert not re.search("lehnz_[sp]k_dev", (tmp_path / file).read_text()), f"a key in {file}"
    assert not re.search("lehnz_[sp]k_dev", run.stdout + run.stderr)

    drafted = tmp_path / "d.toml"
    drafted.write_text(drafted.read_text().replace('reason = ""', 'reason = "agreed"'), encoding="utf-8")
    admitted = judge("--profile", "quick", "--config", str(drafted), "--compare", str(tmp_path / "r.json"))
    assert admitted.returncode == 0, admitted.stdout
    assert "known deviation" in admitted.stdout.splitlines()[-1]

    key = json.loads((tmp_path / "keys.json").read_text())["organisations"][0]
    wrapper = tmp_path / "lehnz-contract"
    wrapper.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m contracts "$@"\n', encoding="utf-8")
    wrapper.chmod(0o755)
    keys = {"PK": key["publishable_key"], "SK": key["secret_key"], "LEHNZ_CONTRACT": str(wrapper)}

    def again() -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            ["sh", str(tmp_path / "again/REC-pagination-types.sh")],
            env={**os.environ, **keys}, capture_output=True, text=True, timeout=120, cwd=ROOT,
        )  # fmt: skip

    while_there = again()
    assert while_there.returncode == 1, while_there.stdout + while_there.stderr
    fault.unlink()
    when_gone = again()
    assert when_gone.returncode == 0, when_gone.stdout + when_gone.stderr


def test_two_runs_at_once_on_one_organisation_are_both_right(judged: Any) -> None:
    _, judge = judged("--rate-limit", "5000/15m")
    options = ("--profile", "standard", "--no-generated", "--rate-limit", "5000/15m")
    with ThreadPoolExecutor(2) as runs:
        both = list(runs.map(lambda _: judge(*options), range(2)))
    assert [run.returncode for run in both] == [0, 0], "".join(run.stdout for run in both)


def test_a_target_full_of_other_data_is_judged_as_an_empty_one(judged: Any) -> None:
    _, judge = judged("--seed-data", "medium", "--seed-orgs", "all")
    run = judge("--no-generated")
    assert run.returncode == 0, run.stdout


def test_a_window_of_another_length_than_documented_is_found(judged: Any) -> None:
    _, judge = judged("--rate-limit", "1000/5m")
    run = judge("--select", "RATE-window")
    assert run.returncode == 1, run.stdout
    assert "RateLimit-Reset 900 when a window begins" in run.stdout


def test_the_limit_of_logins_is_judged_when_asked_for(judged: Any) -> None:
    _, judge = judged()
    options = ("--account-limit", "--select", "ACCOUNT", "--strict")
    first = judge(*options)
    assert first.returncode == 0, first.stdout
    assert "Account limit    MUST       3" in first.stdout
    assert judge(*options).returncode != 0, "this address has used up its logins"


def test_a_wrong_limit_of_logins_is_found(judged: Any) -> None:
    _, judge = judged("--auth-rate-limit", "11/15m")
    run = judge("--account-limit", "--select", "ACCOUNT-limit")
    assert run.returncode == 1, run.stdout


def test_the_suite_works_without_the_mock(judged: Any, tmp_path: Path) -> None:
    _, judge = judged()
    for folder in ("contracts", "fixtures"):
        shutil.copytree(ROOT / folder, tmp_path / "alone" / folder, ignore=shutil.ignore_patterns("__pycache__"))
    blocked = "import sys\nsys.modules['mock_server'] = None\n"  # as if it were not installed
    (tmp_path / "alone/sitecustomize.py").write_text(blocked, encoding="utf-8")
    run = judge("--profile", "quick", cwd=tmp_path / "alone", env={"PYTHONPATH": str(tmp_path / "alone")})
    assert run.returncode == 0, run.stdout + run.stderr


def test_plain_pytest_gives_the_same_verdict(judged: Any, tmp_path: Path) -> None:
    judged()
    line = [sys.executable, "-m", "pytest", "contracts", "-q", "--keys-file", str(tmp_path / "keys.json")]
    line += ["--profile", "quick", "--no-reference", "-p", "no:cacheprovider"]
    run = subprocess.run(line, capture_output=True, text=True, timeout=120, cwd=ROOT)
    assert run.returncode == 0, run.stdout
    assert "conforms" in run.stdout
    assert " passed" in run.stdout
