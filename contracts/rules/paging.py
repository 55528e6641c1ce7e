"""Compares limit, page, total_count and has_next with each other and with the request."""

from collections.abc import Iterator

from contracts.exchange import ODD, Exchange
from contracts.rules.numbers import whole
from contracts.rules.pages import asked_limit, shown_page, turned_pages
from contracts.rules.recommendation import served
from contracts.run.registry import Violation, each, rule
from contracts.run.run import Run

_BY_CHANCE = 4  # items; by chance, fewer may be on two pages of a list that varies


@each("PAGE-has-next", served, "has_next exactly while page x limit is below total_count")
def has_next(_: Run, exchange: Exchange) -> tuple[str, str] | None:
    page, limit, total = (exchange.pagination.get(name) for name in ("page", "limit", "total_count"))
    said = exchange.pagination.get("has_next")
    said = False if said is None else said
    if not (whole(page) and whole(limit) and whole(total) and isinstance(said, bool)) or page < 1 or limit < 1:
        return None  # REC-pagination-types judges this
    where = "past the end" if (page - 1) * limit >= total > 0 else "page"
    return (
        None
        if said == (page * limit < total)
        else (where, f"has_next {said}: page {page}, limit {limit}, total {total}")
    )


@each("PAGE-first-holds-items", lambda x: served(x) and whole(x.pagination.get("total_count")), "items on page 1")
def first_page_holds_items(_: Run, exchange: Exchange) -> tuple[str, str] | None:
    body, total = exchange.request_json, exchange.pagination["total_count"]
    first = isinstance(body, dict) and body.get("page", 1) == 1 and asked_limit(exchange) is not None
    empty = first and total > 0 and not exchange.data.get("results")
    return ("page 1", f"no items on page 1, total_count {total}") if empty else None


@each("PAGE-limit-respected", served, "no more results than pagination.limit, and than asked for")
def limit_respected(_: Run, exchange: Exchange) -> tuple[str, str] | None:
    body = exchange.request_json
    asked = body.get("limit") if isinstance(body, dict) else None
    most = asked if whole(asked) and 1 <= asked <= 100 else 100
    listed = exchange.data.get("recommended_items")
    count = max(len(exchange.results), len(listed) if isinstance(listed, list) else 0)
    if count > most:
        return "asked", f"{count} items for limit {asked!r}"
    said = exchange.pagination.get("limit")
    return ("said", f"{count} items with pagination.limit {said}") if whole(said) and count > said > 0 else None


@each("PAGE-count-fits", lambda x: served(x) and whole(x.pagination.get("total_count")), "results within total_count")
def count_fits(_: Run, exchange: Exchange) -> tuple[str, str] | None:
    count, total = len(exchange.results), exchange.pagination["total_count"]
    return ("total_count", f"{count} results, total_count {total}") if count > total else None


@each("PAGE-echo", served, "the page and the limit that were asked for")
def echo(_: Run, exchange: Exchange) -> tuple[str, str] | None:
    if exchange.operation != "recommend":
        return None
    for name, wanted in (("limit", asked_limit(exchange)), ("page", shown_page(exchange))):
        said = exchange.pagination.get(name)
        past = name == "page" and not exchange.results  # a server may return the last page's number there (R33)
        if wanted is not None and whole(said) and said != wanted and not past:
            return name, f"{name} {said} for {wanted}"
    return None


@each("PAGE-total-covers", lambda x: served(x) and bool(x.results), "total_count that covers this page")
def total_covers(_: Run, exchange: Exchange) -> tuple[str, str] | None:
    limit, page, total = asked_limit(exchange), shown_page(exchange), exchange.counted("total_count")
    if limit is None or page is None or total is None or exchange.operation != "recommend":
        return None
    least = (page - 1) * limit + len(exchange.results)
    return None if total >= least else ("total_count", f"total_count {total} with {least} items up to here")


@each(
    "PAGE-full", lambda x: served(x) and x.pagination.get("has_next") is True, "a full page, when there is a next one"
)
def full(_: Run, exchange: Exchange) -> tuple[str, str] | None:
    limit = asked_limit(exchange)
    count = len(exchange.results)
    short = limit is not None and exchange.operation == "recommend" and count < limit
    return ("short", f"{count} of {limit} items, and has_next true") if short else None


def _served_or_refused(exchange: Exchange) -> bool:
    return served(exchange) or (exchange.operation == "recommend" and exchange.status in ODD)


@rule("PAGE-turns", _served_or_refused, timed=True)
def turns(run: Run, exchanges: list[Exchange]) -> Iterator[Violation]:
    """Expect a page that was requested right after the previous one to contain other items, and at least one. If
    something was written shortly before, the list may have become shorter."""
    for one, following in turned_pages(exchanges):
        if one.pagination.get("has_next") is not True:
            continue
        settled = _is_settled(run, one, following)
        if following.ok and len(one.ids) >= _BY_CHANCE and one.ids == following.ids:
            yield Violation("the same page", "other items than on the page before", "the same", (one, following))
        elif settled and not following.ok:
            yield Violation("refused", "the next page", f"status {following.status}", (one, following))
        elif settled and not following.results:
            actual = f"no items on page {following.request_json['page']}"
            yield Violation("no next page", "items, as has_next said", actual, (one, following))


@rule("PAGE-no-overlap", served, timed=True)
def no_overlap(run: Run, exchanges: list[Exchange]) -> Iterator[Violation]:
    """Expect no item on two pages that were requested in sequence while nothing was written. A list may change anyway,
    so only a repeated overlap counts."""
    found = []
    for one, following in turned_pages(exchanges):
        both = {*one.ids} & {*following.ids}
        if both and _is_settled(run, one, following):
            actual = f"{sorted(both)[0]} on both pages"
            found.append(Violation("overlap", "no item on two pages", actual, (one, following)))
    yield from found if len(found) > 1 else ()


def _is_settled(run: Run, one: Exchange, following: Exchange) -> bool:
    """Return whether everything that was written before the second of two pages was visible on the first."""
    return one.sent_at > run.model.last_write_before(following.sent_at) + run.model.settle
