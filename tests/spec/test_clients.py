"""Common generators make working clients from openapi.yaml: each is compiled and calls a mock."""

import compileall
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fixtures.spec import SPEC_PATH
from tests.support.mock_beside import Beside, mock_beside
from tests.support.node_tools import NODE, TOOLS, needs_node

PYTHON_CLIENT = """
import json, sys, time
from shop_client import AuthenticatedClient
from shop_client.api.ingestion import ingest_events, upsert_items
from shop_client.api.recommendations import recommend
from shop_client.models import Attributes, Event, Filters, Item, RecommendRequest, Status

url, publishable, secret = sys.argv[1:]
def client(key):
    return AuthenticatedClient(url, token=key, prefix="", auth_header_name="X-API-KEY")

kitchen = Attributes.from_dict({"category": "kitchen"})
mug = Item(item_id="py-mug", item_type="product", status=Status.ACTIVE, attributes=kitchen)
sock = Item(item_id="py-sock", item_type="product", status=Status.ACTIVE)
upserted = upsert_items.sync(client=client(secret), body=[mug, sock])
view = Event(user_id="py-user", event_family="engagement", event_name="view", item_id="py-mug")
tracked = ingest_events.sync(client=client(publishable), body=view)
for _ in range(100):
    wanted = RecommendRequest(strategy="popular", limit=5, filters=Filters.from_dict({"category": ["kitchen"]}))
    answer = recommend.sync(client=client(publishable), body=wanted)
    if answer.data.results:
        break
    time.sleep(0.05)
refused = upsert_items.sync(client=client(publishable), body=mug)
print(json.dumps({
    "accepted": [upserted.data.accepted, tracked.data.accepted],
    "ids": [result.item_id for result in answer.data.results],
    "refused": [refused.success, type(refused.error).__name__],
}))
"""


@pytest.fixture
def mock() -> Iterator[Beside]:
    with mock_beside("--ingest-delay", "0", "--validate-responses") as server:
        yield server


def run(*command: str, cwd: Path, **environment: str) -> str:
    result = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=cwd, env={**os.environ, **environment}
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def said(output: str) -> Any:
    return json.loads(output.splitlines()[-1])


@pytest.fixture(scope="module")
def typescript_client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("typescript")
    for name in ("client.ts", "package.json", "tsconfig.json"):
        shutil.copy(NODE / name, folder)
    (folder / "node_modules").symlink_to(NODE / "node_modules")
    run(str(TOOLS / "openapi-typescript"), str(SPEC_PATH), "--output", "api.ts", cwd=folder)
    run(str(TOOLS / "tsc"), "--strict", "--project", ".", cwd=folder)
    return folder / "out/client.js"


@pytest.fixture(scope="module")
def python_client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("python")
    path = os.pathsep.join(
        [str(Path(sys.executable).parent), os.environ["PATH"]]
    )  # the generator formats its output with ruff
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--path", str(SPEC_PATH), "--meta", "none"]
    output = run(*command, "--output-path", "shop_client", cwd=folder, PATH=path)
    assert "Warning" not in output, output
    assert compileall.compile_dir(folder, quiet=2)
    return folder


@needs_node
@pytest.mark.slow
def test_a_strict_typescript_client_talks_to_the_mock(typescript_client: Path, mock: Beside) -> None:
    keys = (mock.url, mock.publishable_key, mock.secret_key)
    assert said(run("node", str(typescript_client), *keys, cwd=typescript_client.parent)) == {
        "accepted": [1, 1],
        "ids": ["ts-mug"],
        "similar": "similar",
        "refused": [403, False, "string"],
    }


def test_a_generated_python_client_talks_to_the_mock(python_client: Path, mock: Beside) -> None:
    keys = (mock.url, mock.publishable_key, mock.secret_key)
    assert said(run(sys.executable, "-c", PYTHON_CLIENT, *keys, cwd=python_client)) == {
        "accepted": [2, 1],
        "ids": ["py-mug"],
        "refused": [False, "str"],
    }
