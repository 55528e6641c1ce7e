"""Judges that events in one organisation change nothing in another: compares the responses to one request there, before
and after."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

from contracts.exchange import Exchange
from contracts.rules.recommendation import served
from contracts.run.registry import Violation, rule
from contracts.run.run import Run

STEADY = 2  # equal responses before, which show that the list doesn't vary by itself


def _popular(exchange: Exchange) -> bool:
    body = exchange.request_json
    asked = isinstance(body, dict) and body.get("strategy") in ("popular", "trending") and bool(body.get("filters"))
    return served(exchange) and exchange.organisation is not None and asked and len(exchange.ids) > 1


@rule("TENANT-unmoved", _popular)
def unmoved(run: Run, exchanges: list[Exchange]) -> Iterator[Violation]:
    """Find items with events only in the other organisation that have risen, in lists of items that both organisations
    have."""
    groups: defaultdict[tuple[str, str], list[Exchange]] = defaultdict(list)
    for exchange in exchanges:
        if all(run.model.owns(item_id) for item_id in exchange.ids):
            groups[exchange.organisation or "", exchange.question].append(exchange)
    for (organisation, _), group in groups.items():
        for before, steady, after in zip(group, group[1:], group[STEADY:], strict=False):
            if before.ids == steady.ids != after.ids and {*after.ids} == {*steady.ids}:
                yield from _risen(run, organisation, steady, after)


def _risen(run: Run, organisation: str, before: Exchange, after: Exchange) -> Iterator[Violation]:
    """Compare the items that this organisation's users did not touch. Only those touched in another organisation have
    risen; if others have too, the list varies by itself."""
    own, foreign = set(), set()
    for (owner, _), acts in run.model.histories.acts.items():
        for act in acts:
            if owner != organisation and before.sent_at < act.sent and act.until < after.sent_at:
                foreign.add(act.item_id)
            elif owner == organisation and before.sent_at - run.model.settle < act.until and act.sent < after.sent_at:
                own.add(act.item_id)  # it may have counted only after the first response
    still = [item_id for item_id in before.ids if item_id not in own]
    passed = [(low, high) for high, low in combinations(still, 2) if after.ids.index(low) < after.ids.index(high)]
    risen = [f"{low} has risen above {high}" for low, high in passed if high not in foreign]
    if risen and all(low in foreign for low, _ in passed):
        expected = "the order as it was: only another organisation's users did something"
        yield Violation("popularity", expected, risen[0], (before, after))
