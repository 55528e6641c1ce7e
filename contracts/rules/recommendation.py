"""What every recommendation looks like, and what never stands in one."""

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any, TypeGuard

from contracts.exchange import Exchange
from contracts.run.registry import Violation, each, rule
from contracts.run.run import Run

_KEYS = ("recommendation_id", "tenant_id", "domain", "strategy", "mode", "results", "recommended_items", "pagination")


def served(exchange: Exchange) -> bool:
    return exchange.operation is not None and "ecommend" in exchange.operation and exchange.ok


def _number(value: Any) -> TypeGuard[float]:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)


def _whole(value: Any) -> TypeGuard[int]:
    return _number(value) and (isinstance(value, int) or value.is_integer())


@each("VALID-accepted", lambda x: x.valid and x.status != 429, "200, or 202 for ingestion")
def valid_accepted(_: Run, exchange: Exchange) -> tuple[str, str] | None:
    actual = exchange.failure or f"status {exchange.status}"
    return None if exchange.ok else (f"{exchange.status or 'no answer'}", actual)


@each("REC-200", served, "status 200")
def status_200(_: Run, exchange: Exchange) -> tuple[str, str] | None:
    return None if exchange.status == 200 else ("status", f"status {exchange.status}")


@each("REC-keys", served, "data with every documented key")
def keys(_: Run, exchange: Exchange) -> tuple[str, str] | None:
    missing = [key for key in (*_KEYS, "latency_ms") if key not in exchange.data]
    return ("data", f"without {', '.join(missing)}") if missing else None


@each("REC-result-keys", lambda x: served(x) and bool(x.data.get("results")), "item_id, score, reason, metadata")
def result_keys(_: Run, exchange: Exchange) -> tuple[str, str] | None:
    rows = exchange.data["results"]
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return "results", "results is no array of objects"
    for row in rows:
        missing = [key for key in ("item_id", "score", "reason", "metadata") if key not in row]
        if missing:
            return "result", f"without {', '.join(missing)}"
    return None


@each("REC-id-types", served, "ids that are texts")
def id_types(_: Run, exchange: Exchange) -> tuple[str, str] | None:
    named = exchange.data.get("recommendation_id")
    if not isinstance(named, str) or not named:
        return "recommendation_id", f"{named!r}"
    listed = exchange.data.get("recommended_items")
    if not isinstance(listed, list) or not all(isinstance(item, str) for item in listed):
        return "recommended_items", f"{str(listed)[:60]}"
    odd = [row.get("item_id") for row in exchange.results if not isinstance(row.get("item_id"), str)]
    return ("item_id", f"{odd[0]!r}") if odd else None


@each("REC-pagination-types", served, "page, limit and total_count whole numbers, has_next true or false")
def pagination_types(_: Run, exchange: Exchange) -> tuple[str, str] | None:
    for name in ("page", "limit", "total_count"):
        value = exchange.pagination.get(name)
        if not (_whole(value) and value >= 0):
            return name, f"{name} {value!r}"
    has_next = exchange.pagination.get("has_next")
    return None if isinstance(has_next, bool) else ("has_next", f"has_next {has_next!r}")


@each("REC-value-types", served, "texts, a number of milliseconds, metadata objects")
def value_types(_: Run, exchange: Exchange) -> tuple[str, str] | None:
    data = exchange.data
    for name in ("tenant_id", "domain", "strategy", "mode"):
        if not isinstance(data.get(name), str):
            return name, f"{name} {data.get(name)!r}"
    latency = data.get("latency_ms")
    if not (_number(latency) and latency >= 0):
        return "latency_ms", f"latency_ms {latency!r}"
    for row in exchange.results:
        if not isinstance(row.get("reason"), str) or not isinstance(row.get("metadata"), dict):
            return "result", f"reason {row.get('reason')!r}, metadata {str(row.get('metadata'))[:40]}"
    return None


@each("REC-domain", served, "the same domain and tenant_id in every answer to an organisation's keys")
def domain(_: Run, exchange: Exchange) -> tuple[str, str] | None:
    empty = [name for name in ("tenant_id", "domain") if exchange.data.get(name) == ""]
    return (empty[0], "an empty text") if empty else None


@rule("REC-tenant-constant", served)
def tenant_constant(_: Run, exchanges: list[Exchange]) -> Iterator[Violation]:
    first: dict[str, Exchange] = {}
    for exchange in exchanges:
        before = first.setdefault(exchange.organisation or "none", exchange)
        old, new = before.data.get("tenant_id"), exchange.data.get("tenant_id")
        if old != new:
            yield Violation("tenant_id", f"tenant_id {old!r} as before", f"{new!r}", (before, exchange))


@each("REC-strategy-echo", served, "the strategy that was asked for, in either spelling")
def strategy_echo(_: Run, exchange: Exchange) -> tuple[str, str] | None:
    body = exchange.request_json
    asked = (body.get("strategy") or "personalized") if isinstance(body, dict) else None
    told = exchange.data.get("strategy")
    if not isinstance(asked, str) or not isinstance(told, str) or exchange.operation != "recommend":
        return None
    return None if asked.replace("_", "-") == told.replace("_", "-") else ("strategy", f"{told!r} for {asked!r}")


@rule("REC-id-unique", served)
def id_unique(_: Run, exchanges: list[Exchange]) -> Iterator[Violation]:
    """Different requests get different ids, and so do different lists; the very same answer may come from a cache."""
    seen: dict[str, Exchange] = {}
    for exchange in exchanges:
        named = exchange.data.get("recommendation_id")
        if not isinstance(named, str):
            continue
        before = seen.setdefault(named, exchange)
        same = (before.key, before.request_body, before.ids) == (exchange.key, exchange.request_body, exchange.ids)
        if not same:
            yield Violation("recommendation_id", "an id of its own", f"{named} again", (before, exchange))


@each("RANK-score-number", lambda x: served(x) and bool(x.results), "a number for a score")
def score_number(_: Run, exchange: Exchange) -> tuple[str, str] | None:
    odd = [row.get("score") for row in exchange.results if not _number(row.get("score"))]
    return ("score", f"score {odd[0]!r}") if odd else None


@rule("RANK-never-rising", lambda x: served(x) and len(x.results) > 0)
def never_rising(_: Run, exchanges: list[Exchange]) -> Iterator[Violation]:
    expected = "scores that never rise along the list"
    for exchange in exchanges:
        scores = _scores(exchange)
        for earlier, later in itertools.pairwise(scores):
            if later > earlier:
                yield Violation("rising", expected, f"{later} after {earlier}", (exchange,))
                break
    rises = [pair for pairs in _turned_pages(exchanges).values() if all(map(_rises, pairs)) for pair in pairs]
    for one, next_ in rises if len(rises) > 1 else ():
        actual = f"{_scores(next_)[0]} after {_scores(one)[-1]}"
        yield Violation("from page to page", expected, actual, (one, next_))


def _turned_pages(exchanges: list[Exchange]) -> dict[str, list[tuple[Exchange, Exchange]]]:
    """Pages that were asked for one right after the other, by what was asked. A list may change in between: what
    rises must do so every time, and more than once."""
    found = defaultdict(list)
    for one, next_ in itertools.pairwise(exchanges):
        adjacent = next_.number == one.number + 1 and next_.organisation == one.organisation
        if adjacent and _page(one) and {**one.request_json, "page": _page(one) + 1} == next_.request_json:
            found[f"{one.organisation} {next_.request_body!r}"].append((one, next_))
    return found


def _page(exchange: Exchange) -> int:
    """The page that was asked for by its number, else 0."""
    body = exchange.request_json
    page = body.get("page") if isinstance(body, dict) else None
    return page if isinstance(page, int) else 0


def _rises(pages: tuple[Exchange, Exchange]) -> bool:
    one, next_ = map(_scores, pages)
    return bool(one and next_) and next_[0] > one[-1]


def _scores(exchange: Exchange) -> list[float]:
    return [row["score"] for row in exchange.results if _number(row.get("score"))]


@each("RANK-same-ids", lambda x: served(x) and isinstance(x.data.get("recommended_items"), list), "the ids of results")
def same_ids(_: Run, exchange: Exchange) -> tuple[str, str] | None:
    listed = exchange.data["recommended_items"]
    return None if listed == exchange.ids else ("recommended_items", f"{listed[:4]} beside {exchange.ids[:4]}")


@each("RANK-no-item-twice", lambda x: served(x) and len(x.results) > 1, "no item twice")
def no_item_twice(_: Run, exchange: Exchange) -> tuple[str, str] | None:
    twice = [item for item, times in Counter(exchange.ids).items() if times > 1]
    return ("twice", f"{twice[0]} twice") if twice else None


@each("PAGE-has-next", served, "has_next exactly while page x limit is below total_count")
def has_next(_: Run, exchange: Exchange) -> tuple[str, str] | None:
    page, limit, total = (exchange.pagination.get(name) for name in ("page", "limit", "total_count"))
    told = exchange.pagination.get("has_next")
    if not (_whole(page) and _whole(limit) and _whole(total) and isinstance(told, bool)) or page < 1 or limit < 1:
        return None  # REC-pagination-types
    where = "past the end" if (page - 1) * limit >= total > 0 else "page"
    return (
        None
        if told == (page * limit < total)
        else (where, f"has_next {told}: page {page}, limit {limit}, total {total}")
    )


@each("PAGE-first-holds-items", lambda x: served(x) and _whole(x.pagination.get("total_count")), "items on page 1")
def first_page_holds_items(_: Run, exchange: Exchange) -> tuple[str, str] | None:
    body, total = exchange.request_json, exchange.pagination["total_count"]
    first = isinstance(body, dict) and body.get("page", 1) == 1
    empty = first and total > 0 and not exchange.data.get("results")
    return ("page 1", f"no items on page 1, total_count {total}") if empty else None


@each("PAGE-limit-respected", served, "no more results than pagination.limit, and than asked for")
def limit_respected(_: Run, exchange: Exchange) -> tuple[str, str] | None:
    body = exchange.request_json
    asked = body.get("limit") if isinstance(body, dict) else None
    most = asked if _whole(asked) and 1 <= asked <= 100 else 100
    count = len(exchange.results)
    if count > most:
        return "asked", f"{count} results for limit {asked!r}"
    told = exchange.pagination.get("limit")
    return ("told", f"{count} results with pagination.limit {told}") if _whole(told) and count > told > 0 else None


@each("PAGE-count-fits", lambda x: served(x) and _whole(x.pagination.get("total_count")), "results within total_count")
def count_fits(_: Run, exchange: Exchange) -> tuple[str, str] | None:
    count, total = len(exchange.results), exchange.pagination["total_count"]
    return ("total_count", f"{count} results, total_count {total}") if count > total else None


@rule("LIFE-only-accepted-items", served)
def only_accepted_items(run: Run, exchanges: list[Exchange]) -> Iterator[Violation]:
    """Of this run's items only those that this organisation upserted and that were accepted."""
    for exchange in exchanges:
        for item_id in exchange.shown:
            if exchange.organisation and run.ledger.owns(item_id):
                fate = run.ledger.fate(exchange.organisation, item_id, exchange.sent_at + exchange.seconds)
                if fate:
                    yield Violation(fate, "only items that were accepted", f"{item_id}: {fate}", (exchange,))
            elif exchange.organisation and _names_this_run(run, exchange):
                fate = "it is not of this run, and the filter is"
                yield Violation(fate, "only items that were accepted", f"{item_id}: {fate}", (exchange,))


def _names_this_run(run: Run, exchange: Exchange) -> bool:
    """Its only filter has a value that nobody but this run uses."""
    filters = exchange.request_json.get("filters") if isinstance(exchange.request_json, dict) else None
    values = list(filters.values()) if isinstance(filters, dict) else []
    return len(values) == 1 and isinstance(values[0], str) and values[0].startswith(run.prefix)


@rule(
    "FILTER-only-matches",
    lambda x: served(x) and isinstance(x.request_json, dict) and bool(x.request_json.get("filters")),
)
def only_matches(run: Run, exchanges: list[Exchange]) -> Iterator[Violation]:
    """Under a filter with one value of this run, no item of another value and no stranger."""
    for exchange in exchanges:
        filters = exchange.request_json["filters"]
        if not isinstance(filters, dict) or len(filters) != 1:
            continue
        ((name, value),) = filters.items()
        if not (isinstance(value, str) and value.startswith(run.prefix) and exchange.organisation):
            continue
        wrong = defaultdict(list)
        for item_id in exchange.shown:
            written = run.ledger.items.get((exchange.organisation, item_id))
            if written is None and not run.ledger.owns(item_id):  # those: LIFE-only-accepted-items
                wrong["an item that is not of this run"].append(item_id)
            elif written is None:
                continue
            elif all((v.get("attributes") or {}).get(name) != value for v in written.versions):
                wrong["an item that never had the value"].append(item_id)
        for case, ids in wrong.items():
            yield Violation(case, f"only items with {name} {value}", f"{case}: {ids[0]}", (exchange,))
