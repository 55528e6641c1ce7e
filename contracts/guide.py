"""Writes the catalogue as a page: `python -m contracts.guide > docs/checks.md`."""

from contracts.catalogue import Entry, load_catalogue

_HEAD = """\
# Every check

Generated from `contracts/catalogue/` by `python -m contracts.guide > docs/checks.md`. Ids never change.
**MUST**: a failure makes a server non-conforming. **SHOULD** counts under `--strict`. **INFO** is shown, never counted.
Readings: `docs/readings.md`.
"""


def page(catalogue: dict[str, Entry]) -> str:
    lines = [_HEAD]
    area = ""
    for entry in catalogue.values():
        if entry.area != area:
            area = entry.area
            lines += [
                f"\n## {area}\n",
                "| id | level | statement | source | reading | quick |",
                "|---|---|---|---|---|---|",
            ]
        quick = "yes" if entry.quick else ""
        cells = (f"`{entry.id}`", str(entry.level), entry.statement, entry.source, entry.reading, quick)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(page(load_catalogue()), end="")
