"""Limit and page: their defaults and maximum; all pages are slices of one list."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from contracts.checks.common import expect_no_crash
from contracts.exchange import Exchange
from contracts.outcome import Blocked, Skipped
from contracts.rules.pages import shown_page
from contracts.run.probe import Look, Probe
from contracts.run.registry import check
from fixtures.bodies import event_body

LONG, SHORT, EXACT = 105, 12, 10
MORE_THAN_A_PAGE = 22  # items; a page has 20 by default
_BEYOND = {"beyond 2^31": 2**31 + 11, "2^53 and one": 2**53 + 1, "2^64": 2**64, "10^30": 10**30}


@dataclass
class Aisle:
    category: str
    items: list[str]


def aisle(probe: Probe, size: int) -> Aisle:
    """Return that many items of one category, made by the first check that needs them."""
    size = size if probe.visibility.arrays else MORE_THAN_A_PAGE  # without arrays every item costs a request
    return probe.once(_make_aisle, probe, size, key=size)


def _make_aisle(probe: Probe, size: int) -> Aisle:
    category = probe.name("aisle")
    items = [probe.item("aisle", category) for _ in range(size)]
    probe.stock(items, others=1)
    found = Aisle(category, [item["item_id"] for item in items])
    _prefer(probe, found.items[:SHORT])
    return found


def _prefer(probe: Probe, items: list[str]) -> None:
    """Let more users buy some of the items than others, so that scores differ within every page."""
    others, names = [probe.name("newcomer") for _ in range(3)], ("view", "purchase")
    events = [
        event_body(name, user, item) for n, item in enumerate(items) for user in others[: n % 4] for name in names
    ]
    probe.ingest(events)


def _visible(probe: Probe, found: Aisle) -> None:
    """Wait until all items are in the list, as far as total_count shows."""

    def look() -> Look:
        exchange = probe.look(found.category, limit=3)
        total = exchange.counted("total_count")
        return Look(isinstance(total, int) and total >= min(len(found.items), 100), f"{total!r} items", (exchange,))

    probe.eventually(look)


@check("PAGE-default-limit")
def default_limit(probe: Probe) -> Iterator[None]:
    found = aisle(probe, MORE_THAN_A_PAGE if probe.plan.brief else LONG)
    yield
    _visible(probe, found)
    channel = probe.visibility.channel
    if channel is None:
        raise Blocked("no list shows a record of this run (QUEUE-becomes-visible)")
    body = channel.body(found.category)
    del body["limit"], body["page"]
    exchange = probe.must_recommend(**body)
    probe.recommend(**body, page=2)  # PAGE-turns judges it
    probe.expect(
        exchange.counted("limit") == 20, "limit", "pagination.limit 20",
        f"pagination.limit {exchange.pagination.get('limit')!r}", exchange,
    )  # fmt: skip
    probe.expect(len(exchange.results) <= 20, "results", "at most 20 results", f"{len(exchange.results)}", exchange)
    full = probe.look(found.category, limit=20)
    probe.expect(
        len(exchange.results) == len(full.results), "as limit 20",
        f"as many results as with limit 20: {len(full.results)}", f"{len(exchange.results)}", exchange, full,
    )  # fmt: skip
    probe.expect(
        exchange.counted("page") == 1, "page", "pagination.page 1",
        f"pagination.page {exchange.pagination.get('page')!r}", exchange,
    )  # fmt: skip


@check("PAGE-most-100")
def most_100(probe: Probe) -> Iterator[None]:
    """Check that any other limit than 1 to 100 is refused or replaced, and that there are never more than 100
    results."""
    found = aisle(probe, LONG)
    yield
    _visible(probe, found)
    body = _body(probe, found.category)
    if len(found.items) < LONG:
        body.pop("filters", None)
        total = probe.must_recommend(**body).counted("total_count")
        if not isinstance(total, int) or total <= 100:
            raise Skipped("the target takes no arrays, and its own list is no longer than 100")
    for limit in (101, 1000, 0, -1):
        exchange = probe.recommend(**(body | {"limit": limit}))
        if expect_no_crash(probe, exchange, f"limit {limit}"):
            count = len(exchange.results)
            probe.expect(count <= 100, f"limit {limit}", "at most 100 results, or a refusal", f"{count}", exchange)
    for strategy in () if probe.plan.quick else probe.operations.needing("context_item_id"):
        # PAGE-limit-respected judges these.
        probe.recommend(strategy=strategy, context_item_id=found.items[0], user_id=probe.name("user"), limit=500)


@check("PAGE-limit-honoured")
def limit_honoured(probe: Probe) -> Iterator[None]:
    """Check that any limit from 1 to 100 is accepted and echoed, and returns that many items if there are enough."""
    found = aisle(probe, LONG)
    yield
    _visible(probe, found)
    for limit in (1, 7, 100):
        exchange = probe.recommend(**(_body(probe, found.category) | {"limit": limit}))
        if not probe.expect_status(exchange, (200,), f"limit {limit}: status"):
            continue
        total = exchange.counted("total_count")
        probe.expect(
            exchange.counted("limit") == limit, f"limit {limit}: echo", f"pagination.limit {limit}",
            f"{exchange.pagination.get('limit')!r}", exchange,
        )  # fmt: skip
        if isinstance(total, int) and total >= limit:
            count = len(exchange.results)
            probe.expect(count == limit, f"limit {limit}", f"{limit} of {total} results", f"{count}", exchange)
    for first, second in ((9, 4), (3, 8)):  # page 2 must not have the size of another request's page 1
        probe.look(found.category, limit=first)
        exchange = probe.look(found.category, limit=second, page=2)
        total, count = exchange.counted("total_count"), len(exchange.results)
        if isinstance(total, int) and total >= 2 * second:
            case = f"page 2, limit {second}"
            probe.expect(count == second, case, f"{second} of {total} results", f"{count}", exchange)


@check("PAGE-odd-numbers")
def odd_numbers(probe: Probe) -> None:
    for name, value in {"0": 0, "-1": -1, "a text": "ten", "half": 1.5, "a list": [1], **_BEYOND}.items():
        for field in ("page",) if value in (0, -1) else ("limit", "page"):  # PAGE-most-100 sends these as limits
            body: dict[str, Any] = {"strategy": "popular", field: value}
            exchange = probe.recommend(**body)
            if expect_no_crash(probe, exchange, f"{field} {name}"):
                count = len(exchange.results)
                probe.expect(count <= 100, f"{field} {name}", "at most 100 results", f"{count}", exchange)


def _body(probe: Probe, category: str) -> dict[str, Any]:
    if probe.visibility.channel is None:
        raise Blocked("no list shows a record of this run (QUEUE-becomes-visible)")
    return probe.visibility.channel.body(category)


def _walk(probe: Probe, category: str, limit: int, most: int = 8) -> list[Exchange]:
    """Return pages from 1 on, until one has no next page."""
    pages = []
    for page in range(1, most + 1):
        pages.append(probe.look(category, limit=limit, page=page))
        if pages[-1].pagination.get("has_next") is not True:
            break
    return pages


@check("PAGE-second-differs")
def second_differs(probe: Probe) -> Iterator[None]:
    found = aisle(probe, SHORT)
    yield
    _visible(probe, found)
    first = probe.look(found.category, limit=5)
    second = probe.look(found.category, limit=5, page=2)
    if first.pagination.get("has_next") is True:
        probe.expect(first.ids != second.ids, "page 2", "another list than page 1", "the same items", first, second)
        probe.expect(bool(second.ids), "page 2 has items", "items, as has_next said", "an empty page", first, second)
    probe.expect(second.counted("page") == 2, "echo", "pagination.page 2", f"{second.pagination.get('page')!r}", second)


@check("PAGE-total-reached")
def total_reached(probe: Probe) -> Iterator[None]:
    """Check that, with a limit of five, a list of more than five items has a next page."""
    found = aisle(probe, SHORT)
    yield
    _visible(probe, found)

    def look() -> Look:
        whole, first = probe.look(found.category), probe.look(found.category, limit=5)
        more = len(whole.ids) > 5 and first.pagination.get("has_next") is not True
        return Look(
            not more, f"has_next {first.pagination.get('has_next')!r} with {len(whole.ids)} items", (whole, first)
        )

    probe.expect_eventually(look, "has_next", "has_next true when limit 100 shows more than one page of 5 holds")


@check("PAGE-disjoint")
def disjoint(probe: Probe) -> Iterator[None]:
    """Check that pages don't overlap and add up to total_count; repeatedly, because a list may change meanwhile."""
    aisles = [aisle(probe, SHORT), aisle(probe, EXACT)]
    yield
    if probe.visibility.channel and not probe.visibility.channel.filtered:
        raise Blocked("no list by category shows a record of this run, and the others are too long to walk through")
    for found in aisles:
        _visible(probe, found)

        def look(found: Aisle = found) -> Look:
            pages = _walk(probe, found.category, limit=5)
            ids = [item_id for page in pages for item_id in page.ids]
            total = pages[0].counted("total_count")
            held = len(ids) == len(set(ids)) == total
            return Look(held, f"{len(ids)} ids, {len(set(ids))} different, total_count {total!r}", tuple(pages))

        probe.expect_eventually(look, f"{len(found.items)} items", "pages that don't overlap and add up to total_count")


@check("PAGE-past-the-end")
def past_the_end(probe: Probe) -> Iterator[None]:
    found = aisle(probe, SHORT)
    yield
    for page in (40, 10**6):
        expect_no_crash(probe, probe.recommend(**(_body(probe, found.category) | {"page": page})), f"page {page}")


@check("PAGE-past-the-end-is-empty")
def past_the_end_is_empty(probe: Probe) -> Iterator[None]:
    found = aisle(probe, SHORT)
    yield
    exchange = probe.recommend(**(_body(probe, found.category) | {"page": 40}))
    if exchange.ok and shown_page(exchange) == 40:
        probe.expect(not exchange.ids, "results", "no items on page 40", f"{len(exchange.ids)}", exchange)
