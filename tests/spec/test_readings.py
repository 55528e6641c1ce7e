"""docs/readings.md numbers its readings without gaps; openapi.yaml, code and documents quote them correctly."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.shipped import ACCOUNTS, SPEC

ROOT = Path(__file__).parents[2]
ENTRY = re.compile(r"^\| (R\d+)\b[^|]*\|[^|]*\|(.*)\|[^|]*\|$", re.MULTILINE)
MENTION = re.compile(r"\bR[1-9]\d?\b")
ROWS = ENTRY.findall((ROOT / "docs/readings.md").read_text(encoding="utf-8").replace(r"\|", "/"))
LEDGER = dict(ROWS)
QUOTING = ("fixtures", "mock_server", "contracts", "load", "tests", "bench", "docs")


def values_of(extension: str, node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for child in node:
            yield from values_of(extension, child)
    elif isinstance(node, dict):
        value = node.get(extension, [])
        yield from value if isinstance(value, list) else [value]
        for child in node.values():
            yield from values_of(extension, child)


def test_readings_are_numbered_from_r1_without_gap_or_repeat() -> None:
    assert [name for name, _ in ROWS] == [f"R{number}" for number in range(1, len(ROWS) + 1)]


def test_the_contracts_quote_only_existing_readings() -> None:
    quoted = {reading for spec in (SPEC, ACCOUNTS) for reading in values_of("x-reading", spec.document)}
    assert len(quoted) > 30
    assert quoted <= LEDGER.keys()


def test_the_contract_names_a_source_of_a_known_kind() -> None:
    sources = set(values_of("x-source", SPEC.document))
    assert "ours" in sources
    known = r"ours|changelog|page:(www|apex)/[a-z-]+"
    assert {source for source in sources if not re.fullmatch(known, source)} == set()


def test_code_and_documents_quote_only_existing_readings() -> None:
    files = [
        path
        for folder in QUOTING
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".py", ".md"} and "node_modules" not in path.parts
    ]
    quoted = {
        (str(path.relative_to(ROOT)), mention)
        for path in files
        for mention in MENTION.findall(path.read_text(encoding="utf-8"))
    }
    assert {(path, mention) for path, mention in quoted if mention not in LEDGER} == set()


LIMIT = SPEC.limits["organisation"]
REQUEST, FIRST_EDITION = SPEC.schema("Limit"), SPEC.schema("FirstEditionLimit")


@pytest.mark.parametrize(
    ("reading", "statement"),
    [
        ("R7", f"default {REQUEST['default']}, {REQUEST['minimum']} to {REQUEST['maximum']}"),
        ("R7", f"first edition: default {FIRST_EDITION['default']}"),
        ("R34", f"at most {SPEC.document['x-limits']['ranking_depth']:,} (`x-limits.ranking_depth`)"),
        ("R36", f"{LIMIT.limit:,} per {LIMIT.window_seconds} s per organisation"),
    ],
)
def test_numbers_in_a_reading_agree_with_the_contract(reading: str, statement: str) -> None:
    assert statement in LEDGER[reading]
