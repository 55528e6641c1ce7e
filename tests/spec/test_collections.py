"""The exported collection in Postman's and Bruno's runners: each request is answered, with the keys in variables."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from fixtures.mock_process import running_mock
from tests.support.node_tools import NODE

TOOLS = NODE / "collections"
BIN = TOOLS / "node_modules/.bin"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not BIN.exists(), reason="needs Node 20.19: apt-get install nodejs npm, then make test-slow"),
]


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The file as saved from the dashboard; its mock is running."""
    path = tmp_path_factory.mktemp("collection") / "lehnz.postman_collection.json"
    with running_mock("--ingest-delay", "0") as mock:
        path.write_text(httpx.get(f"{mock.url}/_mock/collection").text, encoding="utf-8")
        yield path


def requests_in(collection: Path) -> int:
    folders = json.loads(collection.read_text(encoding="utf-8"))["item"]
    return sum(len(folder["item"]) for folder in folders)


def run(folder: Path, *command: str | Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def results(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def test_postmans_runner_gets_an_answer_to_every_request(collection: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    run(tmp_path, BIN / "newman", "run", collection, "--reporters", "json", "--reporter-json-export", report)
    codes = [each["response"]["code"] for each in results(report)["run"]["executions"]]
    assert len(codes) == requests_in(collection)
    assert set(codes) == {200, 202}


def test_brunos_importer_and_runner_get_an_answer_to_every_request(collection: Path, tmp_path: Path) -> None:
    report, folder = tmp_path / "report.json", tmp_path / "bruno"
    run(TOOLS, "node", "bruno.cjs", collection, folder)
    run(folder, BIN / "bru", "run", "-r", "--output", report)
    codes = [each["response"]["status"] for each in results(report)[0]["results"]]
    assert len(codes) == requests_in(collection)
    assert set(codes) == {200, 202}
