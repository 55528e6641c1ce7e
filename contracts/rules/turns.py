"""Finds pages that were requested in sequence."""

import itertools
from collections.abc import Iterator
from typing import Any

from contracts.exchange import Exchange
from contracts.rules.numbers import whole


def turned_pages(exchanges: list[Exchange]) -> Iterator[tuple[Exchange, Exchange]]:
    """Yield pairs of exchanges of one organisation: the second one requested the next page, right after the first."""
    for one, following in itertools.pairwise(exchanges):
        near = following.number == one.number + 1 and following.organisation == one.organisation
        body: Any = one.request_json
        turned = near and isinstance(body, dict) and whole(page := body.get("page", 1))
        if turned and {**body, "page": page + 1} == following.request_json:
            yield one, following
