"""The package with other settings: CommonJS and ES modules, every strict flag, every module resolution."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.npm_package import PACKAGE, TSC, needs_package

pytestmark = needs_package

USE = """import { Lehnz, LehnzError, type Recommendation } from "lehnz-mock/client";
import type { Event, RecommendRequest } from "lehnz-mock/types";
import { expect, test } from "lehnz-mock/playwright";
import { freshOrganisation } from "lehnz-mock/jest";

export const query: RecommendRequest = { strategy: "similar", context_item_id: "prod_7", limit: 4 };
export const event: Event = { user_id: "ada", event_family: "engagement", event_name: "click", item_id: "prod_7" };
export async function list(): Promise<Recommendation> {
  const onError = (error: LehnzError): void => console.warn(error.status);
  const lehnz = new Lehnz({ url: "http://127.0.0.1:4010", key: "lehnz_pk_x", onError });
  lehnz.track([{ event_name: "view", item_id: "prod_7" }, { event_name: "wished", event_family: "engagement" }]);
  return lehnz.recommend(query);
}
export const names = async (): Promise<string> => (await freshOrganisation()).organisation.tenant_id;
test("a page", async ({ page, lehnz }) => {
  await lehnz.verify({ operation_id: "recommend" });
  await expect(page.getByRole("listitem")).toHaveCount(8);
});
"""
STRICT = ["strict", "exactOptionalPropertyTypes", "noUncheckedIndexedAccess", "noImplicitOverride", "noImplicitReturns"]
STRICT += ["noPropertyAccessFromIndexSignature", "noUnusedLocals", "noUnusedParameters", "noFallthroughCasesInSwitch"]
STRICT += ["isolatedModules", "noUncheckedSideEffectImports", "noEmit"]
# "type" of package.json, the compiler's "module", and its "moduleResolution".
PROJECTS = [
    ("commonjs", "node16", "node16"),
    ("module", "node16", "node16"),
    ("commonjs", "nodenext", "nodenext"),
    ("module", "esnext", "bundler"),
]


def project(folder: Path, kind: str) -> Path:
    modules = folder / "node_modules"
    modules.mkdir()
    (modules / "lehnz-mock").symlink_to(PACKAGE)
    for scope in ("@playwright", "@types"):
        (modules / scope).symlink_to(PACKAGE / "node_modules" / scope)
    (folder / "package.json").write_text(json.dumps({"name": "shop", "type": kind}), encoding="utf-8")
    return folder


def run(folder: Path, *command: str | Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "module", "resolution"), PROJECTS)
def test_the_package_compiles_under_every_strict_flag(tmp_path: Path, kind: str, module: str, resolution: str) -> None:
    folder = project(tmp_path, kind)
    options: dict[str, Any] = dict.fromkeys(STRICT, True)
    options |= {"module": module, "moduleResolution": resolution, "target": "es2022", "types": ["node"]}
    options["lib"] = ["esnext", "dom"]  # needed by Playwright's own types
    settings = {"compilerOptions": options, "files": ["use.ts"]}
    (folder / "tsconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    (folder / "use.ts").write_text(USE, encoding="utf-8")
    run(folder, TSC, "--pretty", "false")


@pytest.mark.parametrize("kind", ["commonjs", "module"])
def test_node_loads_the_package_as_either_kind_of_module(tmp_path: Path, kind: str) -> None:
    names = {"client": "Lehnz", "types": "standardEvents", "jest": "freshOrganisation", "playwright": "test"}
    load = "require" if kind == "commonjs" else "await import"
    lines = [f'console.log(typeof ({load}("lehnz-mock/{entry}")).{name});' for entry, name in names.items()]
    folder = project(tmp_path, kind)
    (folder / "main.js").write_text("\n".join(lines), encoding="utf-8")
    flag = ["--no-experimental-require-module"] if kind == "commonjs" else []  # as in older versions of Node
    assert run(folder, "node", *flag, "main.js").split() == ["function", "object", "function", "function"]
