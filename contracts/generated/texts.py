"""The texts that generated bodies are made of: a pattern says what is one, a format of its own makes one.

Hypothesis takes some 2 ms for a text from a pattern, and a quarter of that for one from an alphabet.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import schemathesis
from hypothesis import strategies as st

Node = dict[str, Any]
_WORD, _LONGEST = "abcdefghijklmnopqrstuvwxyz0123456789_", 24
_PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))
_DATE = "20[0-2][0-9]-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])"
_EPOCH, _SECONDS = datetime(2000, 1, 1, tzinfo=UTC), 30 * 365 * 86_400


def word() -> Node:
    return _text("word", "^[a-z0-9_]{1,24}$")


def printable() -> Node:
    """ASCII without control characters, at most 60 of them."""
    return _text("printable", "^[ -~]{0,60}$")


def moment() -> Node:
    """YYYY-MM-DDTHH:MM:SSZ; no month has a day after the 28th."""
    return _text("moment", f"^{_DATE}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$")


def identifier(prefix: str) -> Node:
    return _text(f"identifier-{prefix}", f"^{prefix}[a-z0-9_]{{1,24}}$")


def _text(name: str, pattern: str) -> Node:
    return {"type": "string", "pattern": pattern, "format": name}


def register(prefix: str) -> None:
    """Tell schemathesis how the texts of a run are made."""
    words = st.text(_WORD, min_size=1, max_size=_LONGEST)
    makers = {
        word()["format"]: words,
        printable()["format"]: st.text(_PRINTABLE, max_size=60),
        moment()["format"]: st.integers(0, _SECONDS).map(_moment),
        identifier(prefix)["format"]: words.map(lambda text: prefix + text),
    }
    for name, strategy in makers.items():
        schemathesis.openapi.format(name, strategy)


def _moment(seconds: int) -> str:
    then = _EPOCH + timedelta(seconds=seconds)
    return then.replace(day=min(then.day, 28)).strftime("%Y-%m-%dT%H:%M:%SZ")
