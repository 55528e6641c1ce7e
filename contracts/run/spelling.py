"""Spells requests: JSON and HTTP have several spellings with one meaning, and the checks of a run use all of them."""

import json
from collections.abc import Mapping
from typing import Any

SPACED = 4  # a turn with line breaks around and inside the JSON
ACCEPTS = ("*/*", "application/json", "application/json, text/plain, */*")


def encode(body: Any, turn: int = 0) -> bytes:
    """Return JSON as UTF-8, with integers of any size. `turn` picks the spelling: 0 is compact; others have an escape
    for each character that some serialisers escape (those beyond ASCII, and the slash), members in reverse order, or
    line breaks also around them."""
    escaped, reverse, spaced = turn % 2 == 1, turn % 3 == 2, turn % 5 == SPACED
    layout: dict[str, Any] = {"indent": 1} if spaced else {"separators": (",", ":")}
    text = json.dumps(_reversed(body) if reverse else body, ensure_ascii=escaped, **layout)
    text = f"\n{text}\r\n" if spaced else text
    return (text.replace("/", "\\/") if escaped else text).encode("utf-8", "surrogatepass")


def _reversed(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _reversed(value[name]) for name in reversed(value)}
    return [_reversed(each) for each in value] if isinstance(value, list) else value


def spell_headers(headers: Mapping[str, str], fixed: Mapping[str, str], turn: int = 0) -> dict[str, str]:
    """Return the headers, some turns with names in lower case, as many clients send them, and with another `Accept`;
    then those that are `fixed`, as they are."""
    accept = ACCEPTS[turn % len(ACCEPTS)]
    if accept != ACCEPTS[0] and not any(name.lower() == "accept" for name in (*headers, *fixed)):
        headers = {**headers, "Accept": accept}
    return {name.lower() if turn % 7 == 3 else name: value for name, value in headers.items()} | dict(fixed)
