"""Rules over the format of every recommendation, and what it must never contain."""

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from contracts.exchange import Exchange
from contracts.rules.numbers import number, whole
from contracts.rules.pages import turned_pages
from contracts.run.registry import Violation, each, rule
from contracts.run.run import Run

KEYS = ("recommendation_id", "tenant_id", "domain", "strategy", "mode", "results", "recommended_items", "pagination")
PAGINATION = ("page", "limit", "total_count", "has_next")


def served(exchange: Exchange) -> bool:
    """Return whether it is a recommendation; ENV-success judges what is no JSON object, and other checks a target that
    takes a request body that is none."""
    asked = exchange.operation is not None and "ecommend" in exchange.operation
    known = exchange.request_json is None or isinstance(exchange.request_json, dict)
    return asked and known and exchange.ok and bool(exchange.envelope)


@each("VALID-accepted", lambda x: x.valid and x.status is not None and x.status < 500 and x.status != 429, "200 or 202")
def valid_accepted(_: Run, exchange: Exchange) -> tuple[str, str] | None:
    actual = exchange.failure or f"status {exchange.status}"
    return None if exchange.ok else (f"{exchange.status or 'no answer'}", actual)


@each("VALID-any-id", lambda x: x.welcome and x.status is not None and x.status < 500 and x.status != 429, "200 or 202")
def any_id_accepted(_: Run, exchange: Exchange) -> tuple[str, str] | None:
    return None if exchange.ok else (f"{exchange.operation}", f"status {exchange.status}")


@each("REC-200", served, "status 200")
def status_200(_: Run, exchange: Exchange) -> tuple[str, str] | None:
    return None if exchange.status == 200 else ("status", f"status {exchange.status}")


@each("REC-keys", served, "data with every documented key")
def keys(_: Run, exchange: Exchange) -> tuple[str, str] | None:
    missing = [key for key in (*KEYS, "latency_ms") if key not in exchange.data]
    if not missing and isinstance(exchange.data["pagination"], dict):
        missing = [f"pagination.{key}" for key in PAGINATION if key not in exchange.pagination]
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
        if not (whole(value) and value >= 0):
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
    if not (number(latency) and latency >= 0):
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
    said = exchange.data.get("strategy")
    if not isinstance(asked, str) or not isinstance(said, str) or exchange.operation != "recommend":
        return None
    return None if asked.replace("_", "-") == said.replace("_", "-") else ("strategy", f"{said!r} for {asked!r}")


@rule("REC-id-unique", served)
def id_unique(_: Run, exchanges: list[Exchange]) -> Iterator[Violation]:
    """Expect different requests and different lists to get different ids; an identical response may come from a
    cache."""
    seen: dict[str, Exchange] = {}
    for exchange in exchanges:
        named = exchange.data.get("recommendation_id")
        if not isinstance(named, str):
            continue
        before = seen.setdefault(named, exchange)
        same = (before.key, before.question, before.ids) == (exchange.key, exchange.question, exchange.ids)
        if not same:
            yield Violation("recommendation_id", "an id of its own", f"{named} again", (before, exchange))


@each("RANK-score-number", lambda x: served(x) and bool(x.results), "a number for a score")
def score_number(_: Run, exchange: Exchange) -> tuple[str, str] | None:
    odd = [row.get("score") for row in exchange.results if not number(row.get("score"))]
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
    rises = [pair for pairs in _by_request(exchanges) if all(map(_rises, pairs)) for pair in pairs]
    for one, next_ in rises if len(rises) > 1 else ():
        actual = f"{_scores(next_)[0]} after {_scores(one)[-1]}"
        yield Violation("from page to page", expected, actual, (one, next_))


def _by_request(exchanges: list[Exchange]) -> Iterable[list[tuple[Exchange, Exchange]]]:
    """Return turned pages by request. A list may change in between, so a score must rise every time, and more than
    once."""
    found = defaultdict(list)
    for one, next_ in turned_pages(exchanges):
        found[one.organisation, next_.question].append((one, next_))
    return found.values()


def _rises(pages: tuple[Exchange, Exchange]) -> bool:
    one, next_ = map(_scores, pages)
    return bool(one and next_) and next_[0] > one[-1]


def _scores(exchange: Exchange) -> list[float]:
    return [row["score"] for row in exchange.results if number(row.get("score"))]


@each("RANK-same-ids", lambda x: served(x) and isinstance(x.data.get("recommended_items"), list), "the ids of results")
def same_ids(_: Run, exchange: Exchange) -> tuple[str, str] | None:
    listed = exchange.data["recommended_items"]
    return None if listed == exchange.ids else ("recommended_items", f"{listed[:4]} beside {exchange.ids[:4]}")


@each("RANK-no-item-twice", lambda x: served(x) and len(x.results) > 1, "no item twice")
def no_item_twice(_: Run, exchange: Exchange) -> tuple[str, str] | None:
    twice = [item for item, times in Counter(exchange.ids).items() if times > 1]
    return ("twice", f"{twice[0]} twice") if twice else None
