"""Rules about the code that import-linter can't check (pyproject.toml): which modules may read the clock or draw random
numbers, which middleware is forbidden, and how long a module may be."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("fixtures", "mock_server", "contracts", "load")
FOLDERS = (*PACKAGES, "bench", "tests")

# The mock's folders that get clock and randomness as arguments, and the modules that read them from the machine.
PURE = ("state", "spec")
ASKING = {"context", "mock"}

WALL_CLOCK = {"time", "sched"}
UNSEEDED = {"secrets"}
CALLS = {
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "uuid": {"uuid1", "uuid4"},
    "os": {"urandom", "getrandom"},
    "random": {"*"},  # the functions of `random` share one hidden state; `random.Random(seed)` has its own
}
SEEDED = {"Random"}


def modules(package: str) -> list[Path]:
    return sorted(path for path in (ROOT / package).rglob("*.py") if "node_modules" not in path.parts)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Return (module, name) of every import at any depth; the name is empty for `import module`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (("." * node.level + (node.module or ""), alias.name) for alias in node.names)


def impure(tree: ast.AST) -> Iterator[str]:
    """Yield the calls in this module that read the machine's clock or its random numbers."""
    for module, name in imports(tree):
        if module in WALL_CLOCK | UNSEEDED or (name and _asks_the_machine(module, name)):
            yield f"import of {module}.{name}".rstrip(".")
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
            if _asks_the_machine(owner, node.attr):
                yield f"{owner}.{node.attr} in line {node.lineno}"
        elif (
            isinstance(node, ast.Call)
            and not node.args
            and not node.keywords
            and _called(node) in {"Random", "default_rng"}
        ):
            yield f"{_called(node)}() without a seed in line {node.lineno}"


def _asks_the_machine(owner: str, name: str) -> bool:
    calls = CALLS.get(owner, set())
    return name in calls or ("*" in calls and name not in SEEDED)


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _exempt(path: Path) -> bool:
    return path.stem == "clock" or path.parent.name == "snapshots"


def pure_modules() -> list[Path]:
    beside = [path for path in (ROOT / "mock_server").glob("*.py") if path.stem not in {*ASKING, "__main__"}]
    folders = [path for folder in PURE for path in modules(f"mock_server/{folder}") if not _exempt(path)]
    return folders + beside


def test_every_module_with_an_exception_reads_the_clock_or_random_numbers() -> None:
    """A leftover exception would also allow a future module of that name to read the clock."""
    trees = {name: tree_of(ROOT / f"mock_server/{name}.py") for name in ASKING}
    assert [name for name, tree in trees.items() if not list(impure(tree))] == []


def test_the_domain_gets_time_and_randomness_as_arguments() -> None:
    found = {name_of(path): list(impure(tree_of(path))) for path in pure_modules()}
    assert {name: reasons for name, reasons in found.items() if reasons} == {}


@pytest.mark.parametrize(
    "source",
    [
        "import time",
        "from time import monotonic",
        "def now():\n    from datetime import datetime\n    return datetime.now()",
        "import datetime\ndatetime.datetime.utcnow()",
        "from datetime import date\ndate.today()",
        "import random\nrandom.choice([1])",
        "from random import shuffle",
        "import random\nrandom.Random()",
        "from random import Random\nRandom()",
        "import uuid\nuuid.uuid4()",
        "from uuid import uuid4",
        "import secrets",
        "import os\nos.urandom(8)",
        "import numpy as np\nnp.random.rand()",
        "import numpy as np\nnp.random.default_rng()",
    ],
)
def test_uses_of_the_machines_clock_and_random_numbers_are_found(source: str) -> None:
    assert list(impure(ast.parse(source)))


@pytest.mark.parametrize(
    "source",
    [
        "from random import Random\nRandom(42).choice([1])",
        "import random\nrandom.Random('seed')",
        "from datetime import datetime\ndatetime.fromisoformat('2026-06-01')",
        "import uuid\nuuid.UUID(int=1)",
        "import numpy as np\nnp.argsort([1])",
        "def f(clock):\n    return clock.now()",
    ],
)
def test_seeded_random_numbers_and_a_given_clock_are_allowed(source: str) -> None:
    assert list(impure(ast.parse(source))) == []


@pytest.mark.parametrize("package", PACKAGES)
def test_no_layer_uses_starlettes_slow_middleware(package: str) -> None:
    """BaseHTTPMiddleware and @app.middleware("http") cost three quarters of the throughput: docs/benchmarks.md."""
    for path in modules(package):
        for node in ast.walk(tree_of(path)):
            names = {getattr(node, "id", None), getattr(node, "attr", None), getattr(node, "name", None)}
            assert "BaseHTTPMiddleware" not in names, name_of(path)
            if isinstance(node, ast.Call) and _called(node) == "middleware":
                assert not any(
                    isinstance(argument, ast.Constant) and argument.value == "http" for argument in node.args
                ), name_of(path)


def test_no_module_is_over_300_lines() -> None:
    lengths = {
        name_of(path): len(path.read_text(encoding="utf-8").splitlines())
        for folder in FOLDERS
        for path in modules(folder)
    }
    assert {name: length for name, length in lengths.items() if length > 300} == {}


def test_no_test_module_imports_another() -> None:
    """Shared code belongs in tests/support."""
    known = {
        name_of(path): [module for module, _ in imports(tree_of(path)) if ".test_" in module]
        for path in modules("tests")
    }
    assert {name: names for name, names in known.items() if names and ".load." not in names[0]} == {}
