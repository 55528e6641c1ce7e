"""Judges that events in one organisation change nothing in another: compares the responses to one request there, before
and after."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from contracts.exchange import Exchange
from contracts.rules.recommendation import served
from contracts.run.registry import Violation, rule
from contracts.run.run import Run

_STEADY = 2  # equal responses before, which show that the list doesn't vary by itself


def _popular(exchange: Exchange) -> bool:
    body = exchange.request_json
    asked = isinstance(body, dict) and body.get("strategy") in ("popular", "trending") and bool(body.get("filters"))
    return served(exchange) and exchange.organisation is not None and asked and len(exchange.ids) > 1


@rule("TENANT-unmoved", _popular)
def unmoved(run: Run, exchanges: list[Exchange]) -> Iterator[Violation]:
    """Find items with events only in the other organisation that have risen, in lists of items that both organisations
    have."""
    groups: defaultdict[tuple[str, bytes], list[Exchange]] = defaultdict(list)
    for exchange in exchanges:
        if all(run.model.owns(item_id) for item_id in exchange.ids):
            groups[exchange.organisation or "", exchange.request_body].append(exchange)
    for (organisation, _), group in groups.items():
        for before, steady, after in zip(group, group[1:], group[_STEADY:], strict=False):
            if before.ids == steady.ids and {*after.ids} == {*steady.ids}:
                yield from _risen(run, organisation, steady, after)


def _risen(run: Run, organisation: str, before: Exchange, after: Exchange) -> Iterator[Violation]:
    ours, touched = Counter[str](), Counter[str]()
    for (owner, _), acts in run.model.histories.acts.items():
        for act in acts:
            if act.item_id not in before.ids:
                continue
            if owner == organisation and before.sent_at - run.model.settle < act.until and act.sent < after.sent_at:
                ours[act.item_id or ""] += 1  # it may have counted only after the first response
            elif owner != organisation and before.sent_at < act.sent and act.until < after.sent_at:
                touched[act.item_id or ""] += 1
    rest = [item_id for item_id in before.ids if item_id not in touched]
    if not touched or not rest or max(ours[each] for each in touched) > min(ours[each] for each in rest):
        return
    ranks = [sum(map(exchange.ids.index, touched)) for exchange in (before, after)]
    if ranks[1] < ranks[0]:
        expected = "the list as it was: only another organisation's users did something"
        yield Violation("popularity", expected, f"{after.ids[0]} is first, not {before.ids[0]}", (before, after))
