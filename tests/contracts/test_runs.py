"""Whole runs over a real socket: green on the mock, red on a broken one, inconclusive without requests; their reports.

The mock is a thread of this process. The suite runs in this process too, unless a test uses the command
`lehnz-contract`, which adds only the printing (contracts/plugin.py)."""

import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contracts import session
from contracts.catalogue import load_catalogue
from contracts.options import parser
from contracts.outcome import Level, Outcome, Verdict
from contracts.report import write_reports
from contracts.report.terminal import Terminal
from contracts.settings import Settings, settings_of
from fixtures.bodies import item_body
from tests.support.mock_beside import mock_beside

ROOT = Path(__file__).parents[2]
PROFILES = ["quick", pytest.param("standard", marks=pytest.mark.slow)]
OTHER_ITEMS = 1_500  # items: more than the longest list

Start = Callable[..., Path]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a mock in this process; yields the file with its URL and keys."""
    with ExitStack() as running:
        yield lambda *options, **more: running.enter_context(mock_beside(*options, **more)).write_keys(tmp_path)


def command(keys: Path, *arguments: str, **facts: Any) -> "subprocess.CompletedProcess[str]":
    """Run `lehnz-contract` in a separate process, as people do."""
    line = [sys.executable, "-m", "contracts", "--keys-file", str(keys), "--no-reference", *arguments]
    environment = {**os.environ, **facts.pop("env", {})}
    return subprocess.run(line, capture_output=True, text=True, timeout=240, env=environment, **facts)


def settings(keys: Path, *arguments: str) -> Settings:
    options = parser().parse_args(["--keys-file", str(keys), "--no-reference", *arguments])
    return settings_of(vars(options), load_catalogue())


def judge(keys: Path, *arguments: str) -> session.Report:
    """Run the suite in this process."""
    return session.judge(settings(keys, *arguments), load_catalogue(), lambda _: None)


def not_passed(report: session.Report) -> list[str]:
    outcomes = (Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.ERROR)
    return [f"{each.check} {each.outcome} {each.reason}" for each in report.results if each.outcome in outcomes]


def passed(report: session.Report, area: str) -> int:
    """Return how many MUST statements of an area passed."""
    entries = report.catalogue
    return sum(
        entries[each.check].area == area and each.level is Level.MUST and each.outcome is Outcome.PASS
        for each in report.results
    )


def url_in(keys: Path) -> str:
    return str(json.loads(keys.read_text())["url"])


def key_in(keys: Path) -> str:
    return str(json.loads(keys.read_text())["organisations"][0]["publishable_key"])


def remaining(keys: Path) -> int:
    """Return the remaining quota as the server reports it, after this question."""
    body, headers = {"strategy": "popular"}, {"X-API-KEY": key_in(keys)}
    return int(httpx.post(f"{url_in(keys)}/v1/recommend", json=body, headers=headers).headers["RateLimit-Remaining"])


def test_standard_is_green_on_the_mock_within_900_requests(start: Start, tmp_path: Path) -> None:
    keys, report = start(), tmp_path / "report.json"
    options = ("--json", str(report), "--strict", "--seed", "1001")
    judged = judge(keys, *options)
    assert judged.verdict is Verdict.CONFORMS, not_passed(judged)
    write_reports(judged, settings(keys, *options), Terminal(len(load_catalogue())))
    document = json.loads(report.read_text())
    assert document["verdict"] == "conforms"
    assert {row["reason"] for row in document["not_judged"]} == {"no --exhaust", "no --account-limit"}
    used = 1000 - remaining(keys) - 1
    assert used == document["requests"]["main"]
    assert used <= 900


def test_quick_takes_at_most_120_requests_and_cleans_up(start: Start) -> None:
    keys = start()
    report = judge(keys, "--profile", "quick")
    assert report.verdict is Verdict.CONFORMS, not_passed(report)
    assert 1000 - remaining(keys) - 1 <= 120
    flushed = httpx.post(f"{url_in(keys)}/_mock/flush", json={"all": True}, headers={"X-Mock-Control": "1"})
    flushed.raise_for_status()
    body, headers = {"strategy": "popular", "limit": 100}, {"X-API-KEY": key_in(keys)}
    left = httpx.post(f"{url_in(keys)}/v1/recommend", json=body, headers=headers)
    assert left.json()["data"]["results"] == []


def test_a_quota_of_60_ends_inconclusive_never_green(start: Start) -> None:
    report = judge(start("--rate-limit", "60/15m"), "--rate-limit", "60/15m", "--no-wait", "--no-generated")
    assert report.verdict is Verdict.INCONCLUSIVE


def test_generated_inputs_that_a_quota_of_30_starves_are_inconclusive_never_green(start: Start) -> None:
    keys = start("--rate-limit", "30/15m")
    report = judge(keys, "--rate-limit", "30/15m", "--no-wait", "--select", "GEN-valid-accepted")
    assert report.verdict is Verdict.INCONCLUSIVE


def test_exhaust_uses_up_the_second_organisations_window_and_sees_it_recover(start: Start) -> None:
    keys = start("--rate-limit", "300/15m", "--clock", "virtual")
    options = ("--exhaust", "--select", "LIMIT", "--select", "GEN-burnt-keys-429", "--rate-limit", "300/15m")
    report = judge(keys, *options, "--control", url_in(keys))
    assert report.verdict is Verdict.CONFORMS, not_passed(report)
    assert passed(report, "Exhausted") == 8


class HasNextIsNull:
    """A layer in front of the mock that makes has_next null while `broken`."""

    broken = True

    def __call__(self, app: ASGIApp) -> ASGIApp:
        async def layer(scope: Scope, receive: Receive, send: Send) -> None:
            async def tamper(message: Message) -> None:
                if self.broken and message["type"] == "http.response.body" and scope["path"] == "/v1/recommend":
                    message = {**message, "body": message["body"].replace(b'"has_next":true', b'"has_next":null')}
                await send(message)

            await app(scope, receive, tamper if scope["type"] == "http" else send)

        return layer


def test_every_report_of_a_broken_server(start: Start, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    server = HasNextIsNull()
    keys_file = start(around=server)
    names = {"json": "r.json", "junit": "r.xml", "html": "r.html", "badge": "b.json", "write-deviations": "d.toml"}
    options = [part for name, file in names.items() for part in (f"--{name}", str(tmp_path / file))]
    summary = {"GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}
    options += ["--profile", "quick", "--reproduce", str(tmp_path / "again")]
    run = command(keys_file, *options, env=summary)
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
    options = ["--profile", "quick", "--config", str(drafted), "--compare", str(tmp_path / "r.json")]
    admitted = judge(keys_file, *options)
    assert admitted.verdict is Verdict.CONFORMS, not_passed(admitted)
    write_reports(admitted, settings(keys_file, *options), Terminal(len(checks)))
    assert "known deviation" in capsys.readouterr().out.splitlines()[-1]

    key = json.loads(keys_file.read_text())["organisations"][0]
    wrapper = tmp_path / "lehnz-contract"
    wrapper.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m contracts "$@"\n', encoding="utf-8")
    wrapper.chmod(0o755)
    keys = {"PK": key["publishable_key"], "SK": key["secret_key"], "LEHNZ_CONTRACT": str(wrapper)}

    def again() -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            ["sh", str(tmp_path / "again/REC-pagination-types.sh")],
            env={**os.environ, **keys}, capture_output=True, text=True, timeout=240, cwd=ROOT,
        )  # fmt: skip

    while_there = again()
    assert while_there.returncode == 1, while_there.stdout + while_there.stderr
    server.broken = False
    when_gone = again()
    assert when_gone.returncode == 0, when_gone.stdout + when_gone.stderr


@pytest.mark.parametrize("profile", PROFILES)
def test_two_simultaneous_runs_on_one_organisation_are_both_right(start: Start, profile: str) -> None:
    keys, options = start("--rate-limit", "5000/15m"), ("--profile", profile, "--no-generated")
    with ThreadPoolExecutor(2) as runs:
        both = list(runs.map(lambda _: judge(keys, *options, "--rate-limit", "5000/15m"), range(2)))
    assert [report.verdict for report in both] == [Verdict.CONFORMS] * 2, [not_passed(report) for report in both]


@pytest.mark.parametrize("profile", PROFILES)
def test_a_target_full_of_other_data_gets_the_same_verdict_as_an_empty_one(
    start: Start, tmp_path: Path, profile: str
) -> None:
    catalogue = tmp_path / "catalogue.json"
    items = [item_body(f"stranger-{number}") for number in range(OTHER_ITEMS)]
    catalogue.write_text(json.dumps(items), encoding="utf-8")
    keys = start("--seed-data", str(catalogue), "--seed-orgs", "all")
    report = judge(keys, "--profile", profile, "--no-generated")
    assert report.verdict is Verdict.CONFORMS, not_passed(report)


def test_a_window_of_another_length_than_documented_is_found(start: Start) -> None:
    report = judge(start("--rate-limit", "1000/5m"), "--select", "RATE-window")
    assert report.verdict is Verdict.FAILS
    assert "RateLimit-Reset 900 when a window begins" in {finding.expected for _, finding in report.findings()}


def test_the_limit_of_logins_is_judged_when_asked_for(start: Start) -> None:
    keys, options = start(), ("--account-limit", "--select", "ACCOUNT", "--strict")
    first = judge(keys, *options)
    assert first.verdict is Verdict.CONFORMS, not_passed(first)
    assert passed(first, "Account limit") == 3
    assert judge(keys, *options).verdict is not Verdict.CONFORMS, "this address has used up its logins"


def test_a_wrong_limit_of_logins_is_found(start: Start) -> None:
    report = judge(start("--auth-rate-limit", "11/15m"), "--account-limit", "--select", "ACCOUNT-limit")
    assert report.verdict is Verdict.FAILS, not_passed(report)


def test_the_suite_works_without_the_mock(start: Start, tmp_path: Path) -> None:
    keys = start()
    for folder in ("contracts", "fixtures"):
        shutil.copytree(ROOT / folder, tmp_path / "alone" / folder)  # also what is compiled
    blocked = "import sys\nsys.modules['mock_server'] = None\n"  # as if it were not installed
    (tmp_path / "alone/sitecustomize.py").write_text(blocked, encoding="utf-8")
    alone = {"PYTHONPATH": str(tmp_path / "alone"), "PYTHONDONTWRITEBYTECODE": "1"}
    run = command(keys, "--profile", "quick", cwd=tmp_path / "alone", env=alone)
    assert run.returncode == 0, run.stdout + run.stderr


def test_plain_pytest_gives_the_same_verdict(start: Start) -> None:
    line = [sys.executable, "-m", "pytest", "contracts", "-q", "--keys-file", str(start())]
    line += ["--profile", "quick", "--no-reference", "-p", "no:cacheprovider"]
    run = subprocess.run(line, capture_output=True, text=True, timeout=240, cwd=ROOT)
    assert run.returncode == 0, run.stdout
    assert "conforms" in run.stdout
    assert " passed" in run.stdout
