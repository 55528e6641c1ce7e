"""Which page a recommendation request asked for, and which one the response shows."""

import itertools
from collections.abc import Iterator
from typing import Any

from contracts.exchange import Exchange
from contracts.rules.numbers import whole


def asked_limit(exchange: Exchange) -> int | None:
    """Return the requested limit if it is one from 1 to 100, else None."""
    return _asked(exchange, "limit", 20, most=100)


def asked_page(exchange: Exchange) -> int | None:
    """Return the number of the requested page if every server supports it, else None."""
    return _asked(exchange, "page", 1, most=1_000)


def _asked(exchange: Exchange, name: str, default: int, most: int) -> int | None:
    body = exchange.request_json
    value = body.get(name, default) if isinstance(body, dict) else None
    return int(value) if whole(value) and 1 <= value <= most else None


def shown_page(exchange: Exchange) -> int | None:
    """Return the number of the page that is shown: the requested one, or the last one if the response says that it
    shows that in place of a page past the end (R33)."""
    asked, limit, total = asked_page(exchange), asked_limit(exchange), exchange.counted("total_count")
    if asked is None or limit is None or total is None:
        return asked
    last = max(1, -(-total // limit))
    return last if asked > last == exchange.pagination.get("page") else asked


def turned_pages(exchanges: list[Exchange]) -> Iterator[tuple[Exchange, Exchange]]:
    """Yield pairs of exchanges of one organisation: the second one requested the next page, right after the first."""
    for one, following in itertools.pairwise(exchanges):
        near = following.number == one.number + 1 and following.organisation == one.organisation
        body: Any = one.request_json
        turned = near and isinstance(body, dict) and whole(page := body.get("page", 1))
        turned = turned and {**body, "page": page + 1} == following.request_json
        if turned and shown_page(following) == asked_page(following):
            yield one, following
