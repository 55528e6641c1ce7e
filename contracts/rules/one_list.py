"""Compares responses to the same request with different limits and pages: they are slices of one list."""

from collections.abc import Iterator

from contracts.exchange import Exchange
from contracts.rules.comparable import comparable_responses
from contracts.rules.recommendation import served
from contracts.run.registry import Violation, rule
from contracts.run.run import Run


def _asked(exchange: Exchange) -> bool:
    known = exchange.operation == "recommend" and exchange.organisation is not None
    return served(exchange) and known and isinstance(exchange.request_json, dict)


@rule("PAGE-one-total", _asked, timed=True)
def one_total(run: Run, exchanges: list[Exchange]) -> Iterator[Violation]:
    """Expect equal counts on all pages, except past the end, where the count is not defined (R33)."""
    for _, group in comparable_responses(run, exchanges, "limit", "page"):
        counted = [x for x in group if x.results and x.counted("total_count") is not None]
        for other in counted[1:]:
            one, another = counted[0].counted("total_count"), other.counted("total_count")
            if one != another:
                yield Violation("total_count", f"total_count {one} as before", f"{another}", (counted[0], other))


@rule("PAGE-ends-with-its-list", _asked, timed=True)
def ends_with_its_list(run: Run, exchanges: list[Exchange]) -> Iterator[Violation]:
    """Expect a first page without a next one to contain all items of a longer page of the same list."""
    for _, group in comparable_responses(run, exchanges, "limit", "page"):
        longest = max(group, key=lambda exchange: len(exchange.ids))
        for exchange in group:
            first = exchange.request_json.get("page", 1) == 1
            ended = first and exchange.pagination.get("has_next") is False
            if ended and len(exchange.ids) < len(longest.ids):
                actual = f"has_next false after {len(exchange.ids)} items; another limit shows {len(longest.ids)}"
                yield Violation("has_next", "has_next true: there is more", actual, (longest, exchange))
