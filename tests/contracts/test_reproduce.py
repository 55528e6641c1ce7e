"""The script beside a finding: exit 1 if the defect is there, 0 if it is gone, 3 if unknown."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contracts.catalogue import load_catalogue
from contracts.options import read_arguments
from contracts.outcome import Outcome
from contracts.report.reproduce import script, write_scripts
from contracts.session import Report, judge
from contracts.settings import settings_of
from tests.support.mock_beside import Beside, mock_beside

ROOT = Path(__file__).parents[2]


class Broken:
    """A layer in front of the mock that breaks it while `broken`: refused items get a 202, filters are ignored,
    has_next is null, and every recommendation says that 500 requests remain."""

    broken = True
    gateway = ""  # the header that a gateway requires

    def __call__(self, app: ASGIApp) -> ASGIApp:
        async def layer(scope: Scope, receive: Receive, send: Send) -> None:
            async def tamper(message: Message) -> None:
                if message["type"] == "http.response.start" and message["status"] == 400:
                    message = {**message, "status": 202}
                await send(message)

            async def tamper_list(message: Message) -> None:
                if message["type"] == "http.response.body":
                    body = re.sub(
                        rb'"has_next":(true|false)',
                        lambda x: b'"has_next":' + b"null".ljust(len(x[1])),
                        message["body"],
                    )
                    message = {**message, "body": body}
                else:
                    headers = [(n, b"500" if n.lower() == b"ratelimit-remaining" else v) for n, v in message["headers"]]
                    message = {**message, "headers": headers}
                await send(message)

            async def unfiltered() -> Message:
                message = await receive()
                body = re.sub(rb'"filters":\{[^}]*\}', b'"filters":{}', message.get("body", b""))
                return {**message, "body": body + b" " * (len(message["body"]) - len(body))} if body else message

            tampered = self.broken and scope.get("path") == "/v1/ingest/items/upsert"
            blind = self.broken and scope.get("path") == "/v1/recommend"
            await app(scope, unfiltered if blind else receive, tamper if tampered else tamper_list if blind else send)

        return layer


@pytest.fixture
def server() -> Broken:
    return Broken()


@pytest.fixture
def mock(server: Broken) -> Iterator[Beside]:
    with mock_beside("--seed-data", "none", "--rate-limit", "9000/15m", around=server) as running:
        yield running


def judged(mock: Beside, folder: Path, *arguments: str) -> Report:
    options = ["--keys-file", str(mock.write_keys(folder)), "--rate-limit", "9000/15m", "--no-generated", *arguments]
    catalogue = load_catalogue()
    return judge(settings_of(read_arguments(options), catalogue, {}), catalogue, lambda _: None)


def run(script: Path, mock: Beside, **more: str) -> "subprocess.CompletedProcess[str]":
    suite = script.parent / "lehnz-contract"
    suite.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m contracts "$@"\n', encoding="utf-8")
    suite.chmod(0o755)
    keys = {"PK": mock.publishable_key, "SK": mock.secret_key, "LEHNZ_CONTRACT": str(suite)}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LEHNZ_")}
    return subprocess.run(
        ["sh", str(script)],
        env={**environment, "PYTHONPATH": str(ROOT), **keys, **more},
        capture_output=True, text=True, timeout=120, cwd=script.parent, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("check", ["ITEM-requires-item-type", "ITEM-status-enum"])
def test_a_status_is_judged_by_curl_alone(check: str, server: Broken, mock: Beside, tmp_path: Path) -> None:
    write_scripts(judged(mock, tmp_path, "--select", check), tmp_path)
    path = tmp_path / f"{check}.sh"
    nothing = {"LEHNZ_CONTRACT": "/nowhere"}
    there = run(path, mock, **nothing)
    assert there.returncode == 1, there.stdout + there.stderr
    server.broken = False
    gone = run(path, mock, **nothing)
    assert gone.returncode == 0, gone.stdout + gone.stderr


NOTHING_OF_OURS = {"LEHNZ_CONTRACT": "/nowhere"}


@pytest.mark.parametrize(("check", "made"), [("FILTER-equality", True), ("REC-pagination-types", False)])
def test_a_finding_about_json_is_judged_by_python3_alone(
    check: str, made: bool, server: Broken, mock: Beside, tmp_path: Path
) -> None:
    """`made`: the finding is about data, and the script creates new data."""
    write_scripts(judged(mock, tmp_path, "--select", check), tmp_path)
    path = tmp_path / f"{check}.sh"
    text = path.read_text(encoding="utf-8")
    assert ("must POST /v1/ingest/items/upsert" in text) is made
    assert "lehnz_pk" not in text.replace("lehnz_pk_}", "")
    there = run(path, mock, **NOTHING_OF_OURS)
    assert there.returncode == 1, there.stdout + there.stderr
    server.broken = False
    gone = run(path, mock, **NOTHING_OF_OURS)
    assert gone.returncode == 0, gone.stdout + gone.stderr
    assert run(path, mock, **NOTHING_OF_OURS, TARGET="http://127.0.0.1:9").returncode == 3


@pytest.mark.slow
def test_a_finding_about_several_answers_is_judged_by_the_suite(server: Broken, mock: Beside, tmp_path: Path) -> None:
    write_scripts(judged(mock, tmp_path, "--select", "RATE-counts-down"), tmp_path)
    path = tmp_path / "RATE-counts-down.sh"
    there = run(path, mock)
    assert there.returncode == 1, there.stdout + there.stderr
    server.broken = False
    gone = run(path, mock)
    assert gone.returncode == 0, gone.stdout + gone.stderr
    unsaid = run(path, mock, **NOTHING_OF_OURS)
    assert unsaid.returncode == 3
    assert "result unknown" in unsaid.stdout


@pytest.mark.slow
def test_headers_are_taken_from_variables_and_sent(mock: Beside, tmp_path: Path) -> None:
    arguments = ("--select", "ITEM-status-enum", "--header", 'X-Gateway: Basic it\'s "so" $PK')
    write_scripts(judged(mock, tmp_path, *arguments), tmp_path)
    path = tmp_path / "ITEM-status-enum.sh"
    assert "it's" not in path.read_text(encoding="utf-8")
    unset = run(path, mock)
    assert (unset.returncode, unset.stderr) == (3, "set HEADER_X_GATEWAY\n")
    assert run(path, mock, HEADER_X_GATEWAY='Basic it\'s "so" $PK').returncode == 1


def test_without_a_target_the_result_is_unknown(mock: Beside, tmp_path: Path) -> None:
    write_scripts(judged(mock, tmp_path, "--select", "ITEM-status-enum"), tmp_path)
    assert run(tmp_path / "ITEM-status-enum.sh", mock, TARGET="http://127.0.0.1:9").returncode == 3


def test_a_script_contains_authorities_and_proxy_but_not_the_proxys_password(mock: Beside, tmp_path: Path) -> None:
    report = judged(mock, tmp_path, "--select", "ITEM-status-enum")
    (result,) = [each for each in report.results if each.outcome is Outcome.FAIL]
    connection = replace(report.target.connection, ca_file="/etc/our ca.pem", proxy="http://me:hunter2@proxy:3128")
    text = script(replace(report, target=replace(report.target, connection=connection)), result)
    assert "CA_FILE=${CA_FILE:-'/etc/our ca.pem'}" in text
    assert '${CA_FILE:+--cacert "$CA_FILE"}' in text
    assert "set PROXY" in text
    assert "hunter2" not in text
