"""Kubb, orval (7 and 8, both with zod) and hey-api generate clients from openapi.yaml that compile strictly and get a
filtered list from the mock. The npm packages are locked in tests/node/generators."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from fixtures.bodies import item_body
from fixtures.spec import SPEC_PATH
from tests.support.mock_beside import Beside, mock_beside
from tests.support.node_tools import NODE

HOME = NODE / "generators"
GENERATORS = {
    "kubb": ["kubb", "generate", "--config", "kubb.config.mjs"],
    "orval7": ["node", "node_modules/orval7/dist/bin/orval.js", "--config", "orval.config.mjs"],
    "orval8": ["orval", "--config", "orval.config.mjs"],
    "heyapi": ["openapi-ts", "-i", str(SPEC_PATH), "-o", "made/heyapi", "-c", "@hey-api/client-fetch"],
}
INSTALLED = HOME / "node_modules"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not INSTALLED.exists(), reason="needs the generators: make test-slow installs them"),
]


@pytest.fixture(scope="module")
def shop() -> Iterator[Beside]:
    """A mock with a mug in the kitchen, and a sock."""
    with mock_beside("--ingest-delay", "0", "--validate-responses") as mock:
        items = [item_body("mug", attributes={"category": "kitchen"}), item_body("sock")]
        headers = {"X-API-KEY": mock.secret_key}
        httpx.post(f"{mock.url}/v1/ingest/items/upsert", json=items, headers=headers).raise_for_status()
        yield mock


def run(*command: str, cwd: Path, **environment: str) -> str:
    path = os.pathsep.join([str(cwd / "node_modules/.bin"), os.environ["PATH"]])
    result = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=cwd, env={**os.environ, "PATH": path, **environment}
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.mark.parametrize("name", GENERATORS)
def test_a_generated_client_compiles_strictly_and_gets_a_filtered_list(name: str, shop: Beside, tmp_path: Path) -> None:
    for part in ("kubb.config.mjs", "orval.config.mjs", "package.json"):
        shutil.copy(HOME / part, tmp_path)
    (tmp_path / "node_modules").symlink_to(INSTALLED)
    (tmp_path / "use").mkdir()
    for part in ("shop.ts", f"{name}.ts"):
        shutil.copy(HOME / "use" / part, tmp_path / "use")
    shutil.copy(HOME / "tsconfig.json", tmp_path)
    where = {"SPEC": str(SPEC_PATH.resolve()), "BASE_URL": shop.url, "FOLDER": name}
    run(*GENERATORS[name], cwd=tmp_path, **where)
    run("tsc", "--project", ".", cwd=tmp_path)
    built = [f"use/{name}.ts", "--bundle", "--platform=node", "--format=esm", "--outfile=made/client.mjs"]
    run("esbuild", *built, "--log-level=error", cwd=tmp_path)
    said = run("node", "made/client.mjs", shop.publishable_key, cwd=tmp_path, BASE_URL=shop.url)
    assert json.loads(said.splitlines()[-1]) == ["mug"]
