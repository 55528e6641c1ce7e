"""The script beside a finding: 1 while the fault is there, 0 when it is mended, 3 when that can't be told."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contracts.catalogue import load_catalogue
from contracts.options import read_arguments
from contracts.report.reproduce import write_scripts
from contracts.session import Report, judge
from contracts.settings import settings_of
from tests.support.mock_beside import Beside, mock_beside

ROOT = Path(__file__).parents[2]


class Broken:
    """A layer before the mock, for as long as `broken`: refusals of items are 202, and every list begins with page 1
    of everything."""

    broken = True
    gateway = ""  # the header that a gateway in front of it wants

    def __call__(self, app: ASGIApp) -> ASGIApp:
        async def layer(scope: Scope, receive: Receive, send: Send) -> None:
            async def tamper(message: Message) -> None:
                if message["type"] == "http.response.start" and message["status"] == 400:
                    message = {**message, "status": 202}
                await send(message)

            async def unfiltered() -> Message:
                message = await receive()
                body = re.sub(rb'"filters":\{[^}]*\}', b'"filters":{}', message.get("body", b""))
                return {**message, "body": body + b" " * (len(message["body"]) - len(body))} if body else message

            tampered = self.broken and scope.get("path") == "/v1/ingest/items/upsert"
            blind = self.broken and scope.get("path") == "/v1/recommend"
            await app(scope, unfiltered if blind else receive, tamper if tampered else send)

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
    script = tmp_path / f"{check}.sh"
    nothing = {"LEHNZ_CONTRACT": "/nowhere"}
    there = run(script, mock, **nothing)
    assert there.returncode == 1, there.stdout + there.stderr
    server.broken = False
    gone = run(script, mock, **nothing)
    assert gone.returncode == 0, gone.stdout + gone.stderr


@pytest.mark.slow
def test_data_that_the_finding_speaks_of_is_made_anew(server: Broken, mock: Beside, tmp_path: Path) -> None:
    write_scripts(judged(mock, tmp_path, "--select", "FILTER-equality"), tmp_path)
    script = tmp_path / "FILTER-equality.sh"
    text = script.read_text(encoding="utf-8")
    assert text.count("must POST /v1/ingest/items/upsert") >= 1
    assert "lehnz_pk" not in text.replace("lehnz_pk_}", "")
    there = run(script, mock)
    assert there.returncode == 1, there.stdout + there.stderr
    server.broken = False
    gone = run(script, mock)
    assert gone.returncode == 0, gone.stdout + gone.stderr
    assert "can not be told" in run(script, mock, LEHNZ_CONTRACT="/nowhere").stdout
    assert run(script, mock, LEHNZ_CONTRACT="/nowhere").returncode == 3


@pytest.mark.slow
def test_headers_are_variables_and_are_sent(mock: Beside, tmp_path: Path) -> None:
    arguments = ("--select", "ITEM-status-enum", "--header", 'X-Gateway: Basic it\'s "so" $PK')
    write_scripts(judged(mock, tmp_path, *arguments), tmp_path)
    script = tmp_path / "ITEM-status-enum.sh"
    assert "it's" not in script.read_text(encoding="utf-8")
    unset = run(script, mock)
    assert (unset.returncode, unset.stderr) == (3, "set HEADER_X_GATEWAY\n")
    assert run(script, mock, HEADER_X_GATEWAY='Basic it\'s "so" $PK').returncode == 1


def test_a_target_that_is_gone_cant_be_told(mock: Beside, tmp_path: Path) -> None:
    write_scripts(judged(mock, tmp_path, "--select", "ITEM-status-enum"), tmp_path)
    assert run(tmp_path / "ITEM-status-enum.sh", mock, TARGET="http://127.0.0.1:9").returncode == 3
