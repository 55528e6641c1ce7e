"""Judges which items may be in a list, and with which data: compares recommendations with the records accepted in the
run.

A response may show the state before or after any write that was answered less than `settle` seconds before it."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from contracts.exchange import Exchange
from contracts.rules.numbers import number
from contracts.rules.pages import asked_limit
from contracts.rules.recommendation import served
from contracts.run.model import ABSENT, FOREIGN, Item, same
from contracts.run.registry import Violation, rule
from contracts.run.run import Run

_LEAST_DEPTH = 50  # items
_FIELDS = {"item_id", "item_type", "status", "created_at"}  # metadata may show the record's own under these names
ASCII_ID = re.compile("[!-~](?:[ -~]{0,126}[!-~])?")  # if it was accepted, it is an id like any other (R44)


def _listed(exchange: Exchange) -> bool:
    return served(exchange) and exchange.organisation is not None


def _times(exchange: Exchange) -> tuple[float, float]:
    return exchange.sent_at, exchange.answered_at


def filters_of(exchange: Exchange) -> dict[str, Any]:
    body = exchange.request_json
    filters = body.get("filters") if isinstance(body, dict) else None
    return filters if isinstance(filters, dict) else {}


@rule("LIFE-only-accepted-items", _listed)
def only_accepted_items(run: Run, exchanges: list[Exchange]) -> Iterator[Violation]:
    """Find items of this run that nobody upserted, or that appear under another id. Those of another organisation are
    left to TENANT-own-items."""
    for exchange in exchanges:
        ours = _names_this_run(run, exchange)
        for item_id in exchange.shown:
            fate = None
            if run.model.owns(item_id):
                fate = run.model.fate(exchange.organisation or "", item_id, exchange.answered_at)
            elif ours:
                changed = run.model.resembles(item_id)
                fate = f"it was upserted as {changed}" if changed else "it is not of this run, and the filter is"
            if fate and fate != FOREIGN:
                case = "under another id" if fate.startswith("it was upserted as") else fate
                yield Violation(case, "only items that were accepted", f"{item_id}: {fate}", (exchange,), (item_id,))


def _names_this_run(run: Run, exchange: Exchange) -> bool:
    """Return whether the only filter has a value that no other run uses."""
    values = list(filters_of(exchange).values())
    return len(values) == 1 and isinstance(values[0], str) and values[0].startswith(run.names.prefix)


@rule("LIFE-hidden-never-shown", _listed, timed=True)
def hidden_never_shown(run: Run, exchanges: list[Exchange]) -> Iterator[Violation]:
    """Find items whose last accepted status is inactive or deleted, once that status is visible."""
    for exchange in exchanges:
        for item_id in exchange.shown:
            status = run.model.hidden(exchange.organisation or "", item_id, *_times(exchange))
            if status:
                yield Violation(status, "no item that is hidden", f"{item_id} is {status}", (exchange,), (item_id,))


@rule("TENANT-own-items", _listed)
def own_items(run: Run, exchanges: list[Exchange]) -> Iterator[Violation]:
    """Find items that only the other organisation upserted."""
    for exchange in exchanges:
        for item_id in exchange.shown:
            fate = run.model.fate(exchange.organisation or "", item_id, exchange.answered_at)
            if run.model.owns(item_id) and fate == FOREIGN:
                yield Violation("foreign", "items of this organisation alone", item_id, (exchange,), (item_id,))


def _plain(value: Any) -> bool:
    return isinstance(value, str | bool) or number(value)


@rule("FILTER-only-matches", lambda x: _listed(x) and only_plain(x), timed=True)
def only_matches(run: Run, exchanges: list[Exchange]) -> Iterator[Violation]:
    """Find, under a filter on one text, number or boolean, items of this run with another value."""
    yield from _mismatches(run, exchanges)


@rule("FILTER-all-hold", lambda x: _listed(x) and bool(filters_of(x)) and not only_plain(x), timed=True)
def all_hold(run: Run, exchanges: list[Exchange]) -> Iterator[Violation]:
    """Judge the other filters: several at once."""
    yield from _mismatches(run, exchanges)


def only_plain(exchange: Exchange) -> bool:
    filters = filters_of(exchange)
    return len(filters) == 1 and all(map(_plain, filters.values()))


def _mismatches(run: Run, exchanges: list[Exchange]) -> Iterator[Violation]:
    for exchange in exchanges:
        for name, wanted in filters_of(exchange).items():
            if not _plain(wanted) or name == "status":
                continue  # lists, null and objects are undefined (R32); LIFE-hidden-never-shown judges the status
            wrong: defaultdict[str, list[str]] = defaultdict(list)
            for item_id in exchange.shown:
                place = exchange.organisation or "", item_id, name, wanted
                fits = run.model.matches(*place, *_times(exchange))
                if fits is False:
                    wrong["an item without the value"].append(item_id)
            for case, ids in wrong.items():
                expected = f"only items with {name} {wanted!r}"
                yield Violation(case, expected, f"{case}: {ids[0]}", (exchange,), tuple(ids[:1]))


@rule("LIFE-every-item-shows", lambda x: _listed(x) and only_plain(x) and "category" in filters_of(x), timed=True)
def every_item_shows(run: Run, exchanges: list[Exchange]) -> Iterator[Violation]:
    """Expect every item of a category that has a plain id."""
    for exchange, missing in _missing(run, exchanges):
        if plain := [item_id for item_id in missing if ASCII_ID.fullmatch(item_id)]:
            expected = "every active item of the category"
            yield Violation("missing", expected, f"without {plain[0]}", (exchange,), missing=(plain[0],))


@rule("FILTER-nothing-missing", lambda x: _listed(x) and only_plain(x), timed=True)
def nothing_missing(run: Run, exchanges: list[Exchange]) -> Iterator[Violation]:
    for exchange, missing in _missing(run, exchanges):
        expected = f"every item that matches {filters_of(exchange)}"
        yield Violation("missing", expected, f"without {missing[0]}", (exchange,), missing=(missing[0],))


def _missing(run: Run, exchanges: list[Exchange]) -> Iterator[tuple[Exchange, list[str]]]:
    """Yield the items that are missing in whole lists of the strategy that shows this run's records. The depth of a
    ranking is not defined (R34): a list that is as long as the longest one may have been cut. A list may leave out what
    its user has touched."""
    channel = run.visibility.channel
    depth = max([_LEAST_DEPTH, *(exchange.counted("total_count") or 0 for exchange in exchanges)])
    for exchange in exchanges:
        body, total = exchange.request_json, exchange.pagination.get("total_count")
        first = body.get("page", 1) == 1 and asked_limit(exchange) is not None
        whole_list = first and exchange.pagination.get("has_next") is False
        if channel is None or not whole_list or body.get("strategy") != channel.strategy:
            continue
        if not number(total) or total >= depth:
            continue
        ((name, wanted),) = filters_of(exchange).items()
        known = set(run.model.expected(exchange.organisation or "", name, wanted, *_times(exchange)))
        missing = sorted(known - set(exchange.shown) - {str(body.get("context_item_id"))})
        touched = _touched(run, exchange) if missing else None
        if touched is not None and (missing := [item_id for item_id in missing if item_id not in touched]):
            yield exchange, missing


def _touched(run: Run, exchange: Exchange) -> set[str | None] | None:
    """Return the items that the user of this request has touched; None if that is not defined."""
    user = exchange.request_json.get("user_id")
    if not isinstance(user, str):
        return set()
    deeds = run.model.histories.of(exchange.organisation or "", user, *_times(exchange), run.model.settle)
    return None if deeds is None else {item_id for (_, item_id), _ in deeds}


@rule("REC-metadata-own", _listed, timed=True)
def metadata_own(run: Run, exchanges: list[Exchange]) -> Iterator[Violation]:
    """Expect the attributes in metadata to have the last accepted values. Any of them may be missing; but where
    metadata shows an attribute with other values of its type, it shows a 0, a false or an empty text too."""
    expected = "attributes as they were accepted"
    for exchange in exchanges:
        rows = list(_with_metadata(run, exchange))
        kinds = {(name, _kind(value)) for _, metadata, _ in rows for name, value in metadata.items() if value}
        for item_id, metadata, item in rows:
            attributes = item.writes[-1].body.get("attributes")
            names = dict.fromkeys([*metadata, *(attributes if isinstance(attributes, dict) else ())])
            for name in names.keys() - _FIELDS:
                known = item.values(name, *_times(exchange), run.model.settle)
                given = [one for one in known if one is not ABSENT]
                value = metadata.get(name, ABSENT)
                if name in metadata:
                    wrong = not any(same(value, one) for one in given)
                else:
                    wrong = all(not one and _kind(one) and (name, _kind(one)) in kinds for one in known)
                if wrong and given:
                    said = f"without {name}" if value is ABSENT else f"{name} {value!r}"
                    yield Violation(name, expected, f"{item_id}: {said}, not {given[-1]!r}", (exchange,))


def _with_metadata(run: Run, exchange: Exchange) -> Iterator[tuple[str, dict[str, Any], Item]]:
    """Yield the results that are items of this run: (id, metadata, accepted records)."""
    for row in exchange.results:
        item_id, metadata = str(row.get("item_id")), row.get("metadata")
        item = run.model.items.get((exchange.organisation or "", item_id))
        if item is not None and item.writes and isinstance(metadata, dict):
            yield item_id, metadata, item


def _kind(value: Any) -> str:
    """Return the JSON type of a text, number or boolean; an empty text for every other type."""
    return "number" if number(value) else type(value).__name__ if isinstance(value, (str, bool)) else ""


@rule("SIMILAR-never-itself", lambda x: _listed(x) and (x.request_json or {}).get("strategy") == "similar")
def never_itself(_: Run, exchanges: list[Exchange]) -> Iterator[Violation]:
    for exchange in exchanges:
        context = exchange.request_json.get("context_item_id")
        if context in exchange.shown:
            yield Violation("context item", "a list without the item itself", str(context), (exchange,))
