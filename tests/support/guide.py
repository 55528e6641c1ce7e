"""Reads the code blocks of docs/frontend.md, exactly as in the guide."""

import re
from dataclasses import dataclass
from pathlib import Path

GUIDE = Path(__file__).parents[2] / "docs/frontend.md"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"`([\w./-]+\.\w+)`")


@dataclass(frozen=True)
class Block:
    """A code block. `file`: the last file name with a suffix in the paragraph before the block; empty for commands."""

    section: str
    language: str
    text: str
    file: str


def blocks() -> list[Block]:
    page = GUIDE.read_text(encoding="utf-8")
    found = []
    for match in _BLOCK.finditer(page):
        before = page[: match.start()].rstrip()
        section = re.findall(r"^##+ (.+)$", before, re.MULTILINE)[-1]
        paragraph = before.rsplit("\n\n", 1)[-1]
        names = [name for name in _FILE.findall(paragraph) if not name.startswith("npm/")]
        is_file = paragraph.endswith(":") and names
        found.append(Block(section, match[1], match[2], names[-1] if is_file else ""))
    return found


def file(name: str, section: str | None = None) -> str:
    (text,) = (each.text for each in blocks() if each.file == name and section in (None, each.section))
    return text


def commands(section: str) -> list[str]:
    """Return the lines of the section's shell blocks."""
    found = [each for each in blocks() if each.section == section and each.language == "sh" and not each.file]
    return [line for each in found for line in each.text.splitlines()]
