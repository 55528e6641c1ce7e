"""Generators for the texts of generated bodies: one for each format that the judged contract names.

Hypothesis takes some 2 ms for a text from a pattern, and a quarter of that for one from an alphabet.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import schemathesis
from hypothesis import strategies as st

from fixtures.judged.texts import moment, printable, text, word

Node = dict[str, Any]
_WORD, _LONGEST = "abcdefghijklmnopqrstuvwxyz0123456789_", 24
_PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))
_EPOCH, _SECONDS = datetime(2000, 1, 1, tzinfo=UTC), 30 * 365 * 86_400


def identifier(prefix: str) -> Node:
    return text(f"identifier-{prefix}", f"^{prefix}[a-z0-9_]{{1,24}}$")


def register(prefix: str) -> None:
    """Register the generators for one run with schemathesis."""
    words = st.text(_WORD, min_size=1, max_size=_LONGEST)
    makers = {
        word()["format"]: words,
        printable()["format"]: st.text(_PRINTABLE, max_size=60),
        moment()["format"]: st.integers(0, _SECONDS).map(_moment),
        identifier(prefix)["format"]: words.map(lambda each: prefix + each),
    }
    for name, strategy in makers.items():
        schemathesis.openapi.format(name, strategy)


def _moment(seconds: int) -> str:
    then = _EPOCH + timedelta(seconds=seconds)
    return then.replace(day=min(then.day, 28)).strftime("%Y-%m-%dT%H:%M:%SZ")
