"""Shows the structure of the code on one screen: `python -m tests.support.structure`, or `make structure`.

Prints the import circles (imports under TYPE_CHECKING count), whether the arrows of pyproject.toml hold, and the
longest modules. Exit code 1 when there is a circle or an arrow is broken."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import grimp

ROOT = Path(__file__).parents[2]
SHIPPED = ("fixtures", "mock_server", "contracts", "load")
FOLDERS = (*SHIPPED, "bench", "tests")
SHOWN = 10


def circles(graph: grimp.ImportGraph) -> list[list[str]]:
    """Return the groups of modules that reach each other by imports."""
    reach = {module: graph.find_upstream_modules(module) for module in graph.modules}
    groups = {frozenset([module, *(each for each in reach[module] if module in reach[each])]) for module in reach}
    return sorted(sorted(group) for group in groups if len(group) > 1)


def lengths() -> dict[str, int]:
    """Return the number of lines of each module, the longest first."""
    found = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*.py")
        if "node_modules" not in path.parts
    }
    return dict(sorted(found.items(), key=lambda each: -each[1]))


def main() -> int:
    found = circles(grimp.build_graph(*SHIPPED, cache_dir=None))
    print(f"import circles: {len(found)}", *(" <-> ".join(group) for group in found), sep="\n  ")
    arrows = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"], cwd=ROOT, check=False
    )
    modules = lengths()
    median = sorted(modules.values())[len(modules) // 2]
    print(f"{len(modules)} modules, {sum(modules.values())} lines, median {median}; the longest:")
    for name, lines in list(modules.items())[:SHOWN]:
        print(f"  {lines:4} {name}")
    return 1 if found or arrows.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
