"""The layout of load/ lets `locust -f load` run as plain locust, and lets the verdicts be tested without locust."""

import ast
import subprocess
import sys
from importlib.metadata import packages_distributions

from tests.support.nest import ROOT

FOLDER = ROOT / "load"
LOCUSTS = "_client _clients _hooks _http _node _open_load _preflight _probe_shots _referee _run _users"
WITH_LOCUST = set(LOCUSTS.split())
WITH_GEVENT = WITH_LOCUST | {"_probe", "_drain", "_search_lead", "_web", "locustfile"}


def test_locust_finds_one_locust_file() -> None:
    assert [path.name for path in FOLDER.rglob("*.py") if not path.name.startswith("_")] == ["locustfile.py"]


def test_no_file_takes_the_name_of_another_module() -> None:
    """While locust loads the folder, it is first on sys.path."""
    others = set(sys.stdlib_module_names) | set(packages_distributions())
    assert not {path.stem for path in FOLDER.rglob("*.py")} & (others - {"__init__", "__main__"})


def test_modules_that_judge_import_neither_locust_nor_gevent() -> None:
    pure = [f"load.{path.stem}" for path in FOLDER.glob("*.py") if path.stem not in WITH_GEVENT | {"__init__"}]
    code = f"import sys, {', '.join(sorted(pure))}; print(*({{'gevent', 'locust'}} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, text=True, capture_output=True, check=True)
    assert found.stdout.strip() == ""


def test_the_folder_imports_only_fixtures_and_libraries() -> None:
    names = set()
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                names.add((node.module or "").split(".")[0])
            elif isinstance(node, ast.Import):
                names.update(alias.name.split(".")[0] for alias in node.names)
    assert not names & {"mock_server", "contracts", "tests", "bench"}


def test_no_module_is_longer_than_300_lines() -> None:
    assert not [path.name for path in FOLDER.glob("*.py") if path.read_text(encoding="utf-8").count("\n") > 300]
