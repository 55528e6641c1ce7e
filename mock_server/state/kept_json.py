"""JSON that is kept in memory."""

from __future__ import annotations

import orjson


def kept_json(value: object) -> bytes:
    """Return the value as JSON. Copied, because the bytes that orjson returns keep their buffer alive, 4 kB even for a
    short text. Raises TypeError."""
    return bytes(memoryview(orjson.dumps(value)))
