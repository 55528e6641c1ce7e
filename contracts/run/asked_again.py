"""Asks earlier questions of every kind once more after the clean-up, when no item of the run may be shown. A list that
is kept too long, or that forgets the status for some kind of question, shows there."""

import json
from collections import Counter
from collections.abc import Collection, Iterator
from itertools import combinations

from contracts.exchange import Exchange, Json
from contracts.outcome import NotJudged
from contracts.run.audit import ask, look_again
from contracts.run.run import Run

RULE = "LIFE-hidden-never-shown"
QUESTIONS = 12  # of each organisation
_TOLD_APART = ("strategy", "page", "limit")  # fields whose values make kinds of questions
_FIELDS = (*_TOLD_APART, "filters", "user_id", "context_item_id")

Kind = tuple[str, ...]


def ask_again(run: Run, rules: Collection[str]) -> None:
    """Ask, if the rule about hidden items is judged; then wait for --settle and ask those again that would break it.
    Never raises for the target's behaviour."""
    if RULE not in rules:
        return
    before = len(run.client.journal)
    try:
        chosen = of_every_kind(list(showed_own_items(run)))
        run.wait_until_visible()
        ask(run, chosen)
        look_again(run, [RULE], since=before)
    except NotJudged:
        return


def showed_own_items(run: Run) -> Iterator[Exchange]:
    for exchange in run.client.journal:
        asked = exchange.operation == "recommend" and isinstance(exchange.request_json, dict)
        allowed = exchange.organisation is not None and not exchange.forbidden
        if asked and allowed and any(map(run.model.owns, exchange.shown)):
            yield exchange


def of_every_kind(exchanges: list[Exchange]) -> list[Exchange]:
    """Choose questions that together have the most pairs of properties, each the one that adds the most."""
    left = {(x.organisation, x.question): (x, _kinds(x.request_json)) for x in exchanges}
    chosen: list[Exchange] = []
    seen: set[Kind] = set()
    asked = Counter[str | None]()
    while left:
        place = max(left, key=lambda each: len(left[each][1] - seen))
        exchange, kinds = left.pop(place)
        if not kinds - seen:
            break
        if asked[exchange.organisation] < QUESTIONS:
            asked[exchange.organisation] += 1
            seen |= kinds
            chosen.append(exchange)
    return chosen


def _kinds(body: Json) -> set[Kind]:
    return set(combinations(sorted(_properties(body)), 2))


def _properties(body: Json) -> Iterator[str]:
    for name, value in body.items():
        if name == "filters" and isinstance(value, dict):
            yield f"{len(value)} filters"
            yield from {f"filter {_class_of(each)}" for each in value.values()}
        else:
            yield f"{name} {json.dumps(value)}" if name in _TOLD_APART else name
    yield from (f"no {name}" for name in _FIELDS if name not in body)


def _class_of(value: Json) -> str:
    return type(value).__name__ if value else json.dumps(value)
