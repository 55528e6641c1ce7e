"""The catalogue: one entry per documented statement, read from `catalogue/*.toml`. Ids never change."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts.outcome import Level

FOLDER = Path(__file__).with_name("catalogue")


@dataclass(frozen=True)
class Entry:
    id: str
    area: str
    level: Level
    statement: str  # one sentence that the check judges
    source: str  # where the documents state it
    words: tuple[str, ...] = ()  # for a MUST: its basis in the API Reference or the Changelog; table cells end with |
    reading: str = ""  # R-numbers of docs/readings.md
    needs: tuple[str, ...] = ()  # "other-organisation", "exhaust", "strict-keys", "account-limit", "generated"
    depends: tuple[str, ...] = ()  # checks whose failure explains a failure of this check
    quick: bool = False  # part of the quick profile
    first_edition: bool = False  # also judged with --edition first


def load_catalogue() -> dict[str, Entry]:
    """Read all entries by id, in the order of the files. An invalid file is an internal error and raises."""
    entries: dict[str, Entry] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        for entry in read_area(path):
            if entry.id in entries:
                raise ValueError(f"{path.name}: {entry.id} is there twice")
            entries[entry.id] = entry
    for entry in entries.values():
        for name in entry.depends:
            if name not in entries:
                raise ValueError(f"{entry.id} depends on {name}, which does not exist")
    return entries


def read_area(path: Path) -> list[Entry]:
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    area, source = document["area"], document.get("source", "")
    return [_entry(node, area, source) for node in document["check"]]


def _entry(node: dict[str, Any], area: str, source: str) -> Entry:
    fields = {"source": source, **node, "area": area, "level": Level(node["level"])}
    for name in ("words", "needs", "depends"):
        given = fields.get(name, ())
        fields[name] = (given,) if isinstance(given, str) else tuple(given)
    return Entry(**fields)
