"""The command `lehnz-mock`: help, banner, shutdown, and one-line errors."""

import ast
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.started_mock import COMMAND, ROOT, SECONDS, Started, spawned, started


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """A mock of thirty organisations without data."""
    folder = tmp_path_factory.mktemp("empty")
    with started(folder, "--seed-data", "none", "--orgs", "30") as mock:
        yield mock


def test_a_port_in_use_is_one_line_that_says_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = (*COMMAND, "--port", str(port))
        result = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert result.returncode == 2
    assert result.stderr == (
        f"lehnz-mock: port {port} on 127.0.0.1 is in use: choose another with --port, or any with --port 0\n"
    )


def test_an_old_python_gets_one_line_with_the_needed_version() -> None:
    ast.parse((ROOT / "mock_server/__main__.py").read_text(encoding="utf-8"), feature_version=(3, 7))
    code = (
        "import sys; sys.version_info = (3, 10, 4); import runpy; runpy.run_module('mock_server', run_name='__main__')"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert result.stderr == "lehnz-mock: Python 3.11 or newer is needed, and this is 3.10\n"


def test_the_mock_listens_on_both_loopback_addresses(empty: Started) -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no ::1")
    port = httpx.URL(empty.url).port
    for address in ("127.0.0.1", "[::1]"):
        assert httpx.get(f"http://{address}:{port}/_mock/health").status_code == 200


def test_a_stop_answers_open_requests_and_reports_data_that_never_became_visible(tmp_path: Path) -> None:
    with started(tmp_path, "--seed-data", "none", "--ingest-delay", "60", "--quiet") as mock:
        headers = {"X-API-KEY": mock.found["organisations"][0]["secret_key"]}
        body = {"item_id": "a", "item_type": "product", "status": "active"}
        with httpx.Client(base_url=mock.url, headers=headers) as client:
            assert client.post("/v1/ingest/items/upsert", json=body).status_code == 202
            assert mock.end() == 0
        assert mock.out == ""
        assert re.fullmatch(r"\S+ warning: stopped; 1 accepted request not visible yet\n", mock.log)


def test_a_second_signal_stops_at_once_and_is_no_failure(tmp_path: Path) -> None:
    """make forwards a signal that the terminal has already sent to every process."""
    with started(tmp_path, "--seed-data", "none", "--quiet") as mock:
        mock.process.send_signal(signal.SIGTERM)
        assert mock.end() == 0
        assert mock.log == ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_during_the_start_is_no_failure(tmp_path: Path, number: signal.Signals) -> None:
    process, log = spawned(tmp_path, "--port", "0", "--seed-data", "large"), tmp_path / "log"
    try:
        while "applying 1,000,000 events" not in log.read_text(encoding="utf-8"):
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(number)
        assert process.wait(SECONDS) == 0
    finally:
        process.kill()
    assert len(log.read_text(encoding="utf-8").splitlines()) == 1
