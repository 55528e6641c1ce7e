"""Mutants of the mock's own source: one operator at one place of one module, as in mutation testing.

Only modules that a client of the documented API reaches are mutated. Nothing here depends on what the code at a place
means."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from tests.mutants.drawn.tree import ROOT

FOLDERS = ("http", "http/operations", "state", "state/recommender")
# Modules that only the dashboard, the control plane, the first edition, seeding or the clock use.
OUTSIDE = {
    "clock.py", "docs_page.py", "file_name.py", "filling.py", "first_edition.py", "form.py", "insight.py",
    "on_demand.py", "origin.py", "seeded.py", "timing.py", "welcome.py",
}  # fmt: skip
_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_COMPUTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
}  # fmt: skip
KINDS = ("comparison", "and, or", "negated condition", "number", "arithmetic")


@dataclass(frozen=True)
class Place:
    """A place in the source. `number`: among the nodes of this module that an operator of the kind changes, in the
    order of `ast.walk`."""

    module: str  # path below mock_server
    kind: str
    number: int
    line: int

    @property
    def name(self) -> str:
        return f"{self.module}:{self.line} {self.kind}"


def modules() -> list[str]:
    package = ROOT / "mock_server"
    found = [path for folder in FOLDERS for path in (package / folder).glob("*.py") if path.name not in OUTSIDE]
    return sorted(str(path.relative_to(package)) for path in found)


def places(module: str, source: str) -> Iterator[Place]:
    tree = ast.parse(source)
    for kind in KINDS:
        for number, node in enumerate(_nodes(tree, kind)):
            yield Place(module, kind, number, node.lineno)


def mutated(source: str, place: Place) -> str:
    """Return the module's source with the operator applied at that place."""
    tree = ast.parse(source)
    node = _nodes(tree, place.kind)[place.number]
    if isinstance(node, ast.Compare):
        node.ops[0] = _COMPARED[type(node.ops[0])]()
    elif isinstance(node, ast.BoolOp):
        node.op = ast.And() if isinstance(node.op, ast.Or) else ast.Or()
    elif isinstance(node, ast.If | ast.IfExp):
        node.test = ast.UnaryOp(ast.Not(), node.test)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        node.value += 1
    elif isinstance(node, ast.BinOp):
        node.op = _COMPUTED[type(node.op)]()
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"


def draw(seed: int) -> list[Place]:
    """Return all places in a random order in which the kinds take turns."""
    random = Random(seed)
    every = [place for module in modules() for place in places(module, _source(module))]
    by_kind = {kind: [place for place in every if place.kind == kind] for kind in KINDS}
    for found in by_kind.values():
        random.shuffle(found)
    turns = max(map(len, by_kind.values()))
    return [found[turn] for turn in range(turns) for found in by_kind.values() if turn < len(found)]


def _source(module: str) -> str:
    return (ROOT / "mock_server" / module).read_text(encoding="utf-8")


def _nodes(tree: ast.AST, kind: str) -> list[ast.expr | ast.If]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.expr | ast.If) and _is_of(node, kind)]


def _is_of(node: ast.AST, kind: str) -> bool:
    match kind:
        case "comparison":
            return isinstance(node, ast.Compare)
        case "and, or":
            return isinstance(node, ast.BoolOp)
        case "negated condition":
            return isinstance(node, ast.If | ast.IfExp) and ast.unparse(node.test) != "TYPE_CHECKING"
        case "number":
            return isinstance(node, ast.Constant) and type(node.value) in (int, float)
        case _:
            return isinstance(node, ast.BinOp) and type(node.op) in _COMPUTED
