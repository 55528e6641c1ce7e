"""Builds every response body: the success envelope and the error envelope (R12)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from mock_server.errors import ApiError


def success(message: str, data: Any) -> bytes:
    return orjson.dumps({"success": True, "message": message, "data": data, "error": None})


def accepted(noun: str, count: int) -> bytes:
    """Return the body of a 202: how many records were received."""
    return success(f"{noun} accepted", {"accepted": count})


def failure(error: ApiError) -> bytes:
    detail: str | Sequence[dict[str, str]]
    detail = error.detail if isinstance(error.detail, str) else [field._asdict() for field in error.detail]
    return orjson.dumps({"success": False, "message": error.message, "data": None, "error": detail})
