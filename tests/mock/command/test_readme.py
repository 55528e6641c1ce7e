"""The README's session shows what its commands really print; `python -m tests.mock.command.test_readme` updates it.
The documents' keys are the development keys."""

import re
from pathlib import Path

import pytest

from mock_server.state.organisations import development_key, well_known_id
from tests.support.guides import BLOCKS, KEY_TYPES, TIMES, played

ROOT = Path(__file__).parents[3]


README = ROOT / "README.md"


GUIDE = ROOT / "docs/frontend.md"


def test_the_first_session_of_the_readme_is_real() -> None:
    written = README.read_text(encoding="utf-8")
    assert len(BLOCKS.findall(written)) == 3
    assert TIMES.sub("?", written) == TIMES.sub("?", played(written))


@pytest.mark.parametrize("page", [README, GUIDE], ids=lambda page: page.name)
def test_keys_in_the_documents_are_the_development_keys(page: Path) -> None:
    known = {development_key(kind, well_known_id(number)) for kind in KEY_TYPES for number in (1, 2)}
    found = set(re.findall(r"lehnz_[ps]k_dev_\w+", page.read_text(encoding="utf-8")))
    assert found
    assert found <= known


if __name__ == "__main__":
    README.write_text(played(README.read_text(encoding="utf-8")), encoding="utf-8")
