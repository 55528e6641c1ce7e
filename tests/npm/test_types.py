"""lehnz-mock/types: made from openapi.yaml, and closed, so that a typo does not compile."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.control_document import control_document
from tests.support.npm_package import PACKAGE, TSC, needs_package

pytestmark = needs_package

HEAD = """import type { Event, Item, RecommendRequest, Recommendation, paths } from "lehnz-mock/types";
declare const answer: Recommendation;
export const names: string[] = answer.results.map((result) => result.item_id);
export type Path = keyof paths;
"""
GOOD = [
    'const query: RecommendRequest = { strategy: "similar", context_item_id: "a" };',
    "const query: RecommendRequest = {};",
    'const query: RecommendRequest = { filters: { category: ["shoes"], price: 9.5, brand: null } };',
    'const item: Item = { item_id: "a", item_type: "product", status: "active", attributes: { any: 1 } };',
    'const event: Event = { user_id: "a", event_family: "engagement", event_name: "click", item_id: "b" };',
    'const path: Path = "/v1/recommend";',
]
BAD = [
    'const query: RecommendRequest = { userId: "user_1" };',
    "const query: RecommendRequest = { limt: 4 };",
    'const query: RecommendRequest = { strategy: "best" };',
    'const item: Item = { item_id: "a", item_type: "product" };',
    'const event: Event = { user_id: "a", event_family: "click", event_name: "click" };',
    'const event: Event = { user_id: "a", event_family: "engagement", event_name: "click", itemId: "b" };',
    "const score: string = answer.results[0]?.score;",
    'const path: Path = "/v1/recommendations";',
]


def project(folder: Path, lines: list[str]) -> Path:
    """Make a project with these lines, each in its own block."""
    options: dict[str, Any] = {
        "strict": True,
        "noUncheckedIndexedAccess": True,
        "exactOptionalPropertyTypes": True,
        "noEmit": True,
    }
    options |= {"erasableSyntaxOnly": True, "verbatimModuleSyntax": True, "isolatedModules": True}
    options |= {"module": "esnext", "moduleResolution": "bundler", "target": "es2023", "types": []}
    settings = {"compilerOptions": options, "files": ["use.ts"]}
    (folder / "node_modules").mkdir()
    (folder / "node_modules/lehnz-mock").symlink_to(PACKAGE)
    (folder / "tsconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    blocks = [f"{{\n{line}\n}}" for line in lines]
    (folder / "use.ts").write_text(HEAD + "\n".join(blocks), encoding="utf-8")
    return folder


def compiled(folder: Path) -> tuple[int, str]:
    done = subprocess.run([TSC, "--pretty", "false"], cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def test_the_types_agree_with_the_contract_and_the_control_plane() -> None:
    command = ["node", str(PACKAGE / "scripts/types.mjs"), "--check"]
    done = subprocess.run(command, input=control_document(), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_documented_requests_compile_and_typos_and_wrong_types_do_not(tmp_path: Path) -> None:
    marked = [f"// @ts-expect-error\n{line}" for line in BAD]
    assert compiled(project(tmp_path, GOOD + marked)) == (0, "")


@pytest.mark.parametrize("name", ["register", "login", "Account"])
def test_the_types_contain_nothing_undocumented(name: str) -> None:
    types = (PACKAGE / "src/types.ts").read_text(encoding="utf-8")
    assert f"{name}: {{" not in types
