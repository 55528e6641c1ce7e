"""The tools that `make setup` installed under tests/node, and the mark of a test that needs them."""

import shutil
from pathlib import Path

import pytest

NODE = Path(__file__).parents[1] / "node"
TOOLS = NODE / "node_modules/.bin"

needs_node = pytest.mark.skipif(
    not (shutil.which("node") and (TOOLS / "redocly").exists()),
    reason="needs Node 20.19: apt-get install nodejs npm, then make setup",
)
