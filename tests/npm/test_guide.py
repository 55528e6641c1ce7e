"""docs/frontend.md in a project made by the current `npm create vite`: its commands and files are run unchanged."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
import yaml
from playwright.sync_api import Browser, expect

from tests.support.front_project import Project
from tests.support.guide import blocks, commands, file
from tests.support.npm_package import needs_archive, needs_package
from tests.support.ports import reserved

pytestmark = [pytest.mark.slow, needs_package, needs_archive]

FIRST = "From an empty folder to recommendations"
MOCK = "http://127.0.0.1:4010"
SHOP = "http://localhost:5173/"
PORTS = (4010, 4011, 5173, 5174)  # of the page's commands and files, and Vite's own
BROWSER = shutil.which("chromium") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def workers_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.getbasetemp().parent


@pytest.fixture(scope="module")
def shop(make_project: Callable[..., Project], workers_folder: Path) -> Project:
    with reserved(PORTS, workers_folder):
        pass  # a taken port is reported before the project is made, which takes a minute
    project = make_project(FIRST)
    project.write("src/App.tsx", file("src/App.tsx"))
    return project


@pytest.fixture
def free_ports(workers_folder: Path) -> Iterator[None]:
    with reserved(PORTS, workers_folder):
        yield


@pytest.mark.usefixtures("free_ports")
def test_the_first_block_shows_recommendations_in_the_browser(shop: Project, browser: Browser) -> None:
    start, dev = commands(FIRST)[-2:]
    with shop.running(start, f"{MOCK}/_mock/health"), shop.running(dev, SHOP):
        page = browser.new_page()
        page.goto(SHOP)
        expect(page.get_by_role("listitem")).to_have_count(8)
        page.get_by_role("button").first.click()
        wanted = {"operation_id": "ingestEvents", "body": [{"event_name": "click"}], "wait_seconds": 10}
        answer = httpx.post(f"{MOCK}/_mock/journal/verify", json=wanted, headers={"X-Mock-Control": "1"}, timeout=20)
        assert answer.json()["data"]["verified"]
        page.close()


def test_the_app_compiles_strictly_and_builds_with_the_templates_settings(shop: Project) -> None:
    shop.write("src/query.ts", file("src/query.ts"))
    shop.write("vite.config.ts", file("vite.config.ts"))
    settings = (shop.folder / "tsconfig.app.json").read_text(encoding="utf-8")
    strict = settings.replace('"noEmit": true,', '"noEmit": true, "strict": true, "exactOptionalPropertyTypes": true,')
    assert '"erasableSyntaxOnly": true' in settings
    assert '"verbatimModuleSyntax": true' in settings
    shop.write("tsconfig.app.json", strict)
    shop.run("npm run build")


@pytest.mark.usefixtures("free_ports")
def test_the_server_block_loads_items(shop: Project) -> None:
    shop.write("load.mjs", file("load.mjs"))
    with shop.running("npx lehnz-mock", f"{MOCK}/_mock/health"):
        assert shop.run("node load.mjs") == "1 accepted\n"


def test_the_vitest_setup_works(shop: Project) -> None:
    (install,) = commands("Vitest")
    shop.run(install)
    for name in ("vitest.config.ts", "src/shop.test.ts"):
        shop.write(name, file(name, "Vitest"))
    assert "2 passed" in shop.run("npx vitest run --no-color")


def test_the_jest_setup_works(shop: Project) -> None:
    (install,) = commands("Jest")
    shop.run(install)
    for name in ("jest.config.cjs", "src/shop.jest.cjs"):
        shop.write(name, file(name))
    assert "1 passed" in shop.run("npx jest --config jest.config.cjs")


@pytest.mark.usefixtures("free_ports")
def test_msw_lets_the_mocks_requests_pass(shop: Project) -> None:
    (install,) = commands("Beside MSW")
    shop.run(install)
    shop.write("src/mocks.ts", file("src/mocks.ts"))
    shop.write(
        "msw.mjs",
        'import { setupServer } from "msw/node";\nimport { handlers } from "./src/mocks.ts";\n'
        'setupServer(...handlers).listen({ onUnhandledRequest: "error" });\n'
        f'console.log((await fetch("{MOCK}/_mock/health")).status);\n',
    )
    with shop.running("npx lehnz-mock", f"{MOCK}/_mock/health"):
        assert shop.run("npx esbuild msw.mjs --bundle --platform=node --format=esm --outfile=msw.out.mjs") is not None
        assert "200" in shop.run("node msw.out.mjs")


@pytest.mark.usefixtures("free_ports")
def test_playwright_works_beside_the_dev_server_and_its_errors_point_into_the_spec(shop: Project) -> None:
    install, _ = commands("Playwright")  # the second command downloads a browser; the system's is used instead
    shop.run(install)
    shop.write("playwright.config.ts", file("playwright.config.ts"))
    shop.write("tests/list.spec.ts", file("tests/list.spec.ts"))
    shop.write("tests/wrong.spec.ts", WRONG)
    shop.write("ci.config.ts", SYSTEM_BROWSER.replace("BROWSER", json.dumps(BROWSER)))
    with shop.running("npm run dev", SHOP):
        assert "2 passed" in shop.run("npx playwright test --config ci.config.ts list")
        said = shop.run("npx playwright test --config ci.config.ts wrong", expected=1)
    assert "tests/wrong.spec.ts:6:" in said
    assert "0 requests matched" in said
    assert "> 6 |   await lehnz.verify(" in said
    assert "1 passed" in said


WRONG = """import { expect, test } from "lehnz-mock/playwright";

test("not sent", async ({ page, lehnz }) => {
  await page.goto("/");
  await expect(page.getByRole("listitem")).toHaveCount(8);
  await lehnz.verify({ operation_id: "recommend", body: { strategy: "popular" }, times: 1 });
});

test("a context of one's own meets the worker's organisation", async ({ browser, lehnz, baseURL }) => {
  const page = await (await browser.newContext()).newPage();
  await page.goto(baseURL ?? "");
  await expect(page.getByRole("listitem")).toHaveCount(8);
  await lehnz.verify({ operation_id: "recommend", times: 1 });
});
"""
SYSTEM_BROWSER = """import config from "./playwright.config.ts";
export default { ...config, use: { ...config.use, launchOptions: { executablePath: BROWSER } } };
"""


@pytest.mark.parametrize("template", ["vue-ts"])
def test_the_vue_setup_works(make_project: Callable[..., Project], template: str) -> None:
    project = make_project(FIRST, **{"react-ts": template})
    project.write("src/App.vue", file("src/App.vue"))
    project.run("npm run build")


def test_the_guide_works_with_pnpm_and_the_newest_node(make_project: Callable[..., Project], tmp_path: Path) -> None:
    node = Project(tmp_path, tmp_path)
    node.run("npm init --yes && npm install node@latest pnpm@latest")
    tools = tmp_path / "node_modules/.bin"
    pnpm = f'PATH="{tools}:$PATH" pnpm'
    project = make_project(FIRST, **{"npm install --save-dev": f"{pnpm} add -D", "npm install": f"{pnpm} install"})
    project.write("src/App.tsx", file("src/App.tsx"))
    project.run(f"{pnpm} build")
    assert project.run(f"{pnpm} exec lehnz-mock --version").strip()
    newest = int(project.run(f'"{tools}/node" -p "process.versions.node.split(\\".\\")[0]"'))
    assert newest >= 26


def test_the_next_setup_works(make_project: Callable[..., Project]) -> None:
    project = make_project("Next")
    project.write("app/page.tsx", file("app/page.tsx"))
    project.write("app/layout.tsx", LAYOUT)
    project.run("npm run build")


# The template's layout loads fonts from the internet during the build.
LAYOUT = """export default function Layout({ children }: { children: React.ReactNode }) {
  return <html lang="en"><body>{children}</body></html>;
}
"""


def test_the_container_recipes_match_the_containerfile() -> None:
    compose = yaml.safe_load(file("compose.yaml"))
    assert compose["services"]["mock"]["command"][0] == "--allowed-host"
    assert compose["services"]["shop"]["depends_on"] == ["mock"]
    container = json.loads(file(".devcontainer/devcontainer.json"))
    assert "npx lehnz-mock --version" in container["postCreateCommand"]


def test_the_environment_file_names_the_address_and_key_of_the_first_block() -> None:
    values = [line.partition("=")[2] for line in file(".env.development").splitlines()]
    assert [value for value in values if f'"{value}"' not in file("src/App.tsx")] == []
    assert len(values) == 2


def test_every_block_of_the_page_is_run_by_a_test() -> None:
    here = Path(__file__).read_text(encoding="utf-8")
    names = [each.file for each in blocks() if each.file]
    assert [name for name in names if name not in here] == []
    sections = {each.section for each in blocks() if not each.file}
    assert [name for name in sections if name not in here] == []
