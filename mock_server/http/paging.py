"""Pages of a list. JSON has one number type, so `limit` and `page` may be 20.0 (R43) or very large."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

Each = TypeVar("Each", covariant=True)


class Pageable(Protocol[Each]):
    def __len__(self) -> int: ...

    def __getitem__(self, where: slice, /) -> Sequence[Each]: ...


def start_of(total: int, limit: float, page: float) -> int:
    """Return the index of the page's first entry. A page after the last is empty."""
    return min(int(page) - 1, total) * int(limit)


def pagination_of(total: int, limit: float, page: float) -> dict[str, Any]:
    """Return `pagination` as the documents define it."""
    return {
        "page": int(page) if page < 2**53 else page,  # larger numbers are doubles in JSON
        "limit": int(limit),
        "total_count": total,
        "has_next": page * int(limit) < total,
    }


def page_of(found: Pageable[Each], limit: float, page: float) -> tuple[Sequence[Each], dict[str, Any]]:
    """Return the entries of a page, and `pagination`."""
    total, start = len(found), start_of(len(found), limit, page)
    return found[start : start + int(limit)], pagination_of(total, limit, page)
