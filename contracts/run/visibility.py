"""Sends the first items of a run, and finds out how soon they become visible, and in which list."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from contracts.outcome import NotJudged
from contracts.run.known_item import known_item
from contracts.run.plan import Channel
from contracts.run.probe import Probe
from contracts.run.run import Run
from fixtures.bodies import event_body, item_body, user_body

CHECK = "QUEUE-becomes-visible"
_ROUNDS_ON_THE_FIRST = 4


@dataclass
class Seen:
    """The result. `blind`: why nothing could be seen; `lost`: items that never showed although another one did."""

    blind: str = ""
    lost: tuple[str, ...] = ()


class FirstItem(NamedTuple):
    """What was sent before everything else: the category of the following items, and the items whose upsert was
    accepted."""

    category: str
    items: tuple[str, ...]


class Written(NamedTuple):
    """Items of one category: upserted one by one, and in one array if that was accepted; and the user who viewed all of
    them."""

    category: str
    singly: tuple[str, ...]
    together: tuple[str, ...]
    shopper: str


def first_item(run: Run) -> FirstItem:
    """Upsert one item before any other record of the run, because a server may treat its first record differently."""
    probe = Probe(run, CHECK)
    category = probe.name("cat")
    body = item_body(probe.name("first"), attributes={"title": "FirstItem", "category": category, "price": 9})
    try:
        probe.upsert_items([body])
    except NotJudged:  # the following requests are refused too, and report it
        return FirstItem(category, ())
    return FirstItem(category, (body["item_id"],))


def measure(run: Run, first: FirstItem) -> Seen:
    """Set the run's channel, its lag, and whether arrays of items work."""
    probe = Probe(run, CHECK)
    try:
        for organisation in () if run.plan.brief else dict.fromkeys(("main", run.spare)):
            known_item(Probe(run, CHECK, organisation))  # visible to all checks
        written = _write(probe, first)
        seen = _listen(probe, written)
        run.visibility.arrays = bool(written.together) and run.visibility.channel is not None and _shows(probe, written)
    except NotJudged as reason:
        return Seen(blind=str(reason))
    return seen


def _listen(probe: Probe, written: Written) -> Seen:
    """Request lists until one shows all items that were upserted singly, or the time is up."""
    run, items, began = probe.run, written.singly, time.monotonic()
    watched, candidates = {*items, *written.together}, _candidates(written)
    seen: dict[str, tuple[Channel, float]] = {}

    def shows_all(channel: Channel) -> bool:
        exchange = probe.send(run.operations.recommend, channel.body(written.category), fresh=True)
        spent = time.monotonic() - began
        if channel.filtered:  # an unfiltered list may omit an item for other reasons
            seen.update({item: (channel, spent) for item in {*exchange.ids} & watched - {*seen}})
        if {*items} - {*channel.inputs.values()} <= {*exchange.ids}:
            run.visibility.channel, run.visibility.lag = channel, spent
        return run.visibility.channel is not None

    pause, rounds = 0.1, 0
    while not any(map(shows_all, _this_round(candidates, rounds))):
        if time.monotonic() - began + pause > run.visibility.settle:
            break
        run.sleep(pause)
        pause, rounds = min(1.5, pause * 1.6), rounds + 1
    if run.visibility.channel or (
        not seen and any(map(shows_all, candidates))
    ):  # rounds that are few have not tried all lists
        return Seen()
    if not seen:
        return Seen(blind=f"no record of this run showed within --settle {run.visibility.settle:g} s in any list")
    run.visibility.channel, run.visibility.lag = max(seen.values(), key=lambda found: found[1])
    return Seen(lost=tuple(item for item in items if item not in seen))


def _shows(probe: Probe, written: Written) -> bool:
    if {*written.together} <= {*probe.exchanges[-1].ids}:
        return True
    return probe.eventually(probe.shows(written.category, *written.together)).ok


def _write(probe: Probe, first: FirstItem) -> Written:
    """Upsert two items one by one and two in an array, and a user; send events of this and other users on all items. In
    a brief run only the first item was upserted singly, and the user is not upserted."""
    run, category, shopper = probe.run, first.category, probe.name("shopper")
    bodies = [
        item_body(probe.name("first"), attributes={"title": f"First {n}", "category": category, "price": 10 + n})
        for n in range(4)
    ]
    for body in bodies[1::2]:  # whoever shows only items with an optional field loses the others
        body["created_at"] = "2026-01-15T09:30:00Z"
    alone = 0 if probe.plan.brief and first.items else 2
    run.visibility.arrays = False
    probe.upsert_items(bodies[:alone])
    tried = run.target.capabilities.get("arrays", True)
    together = bodies[2:] if tried and probe.send(run.operations.items, bodies[2:]).ok else []
    if not probe.plan.brief:
        probe.upsert_users([user_body(shopper)])
    singly, arrayed = (tuple(body["item_id"] for body in some) for some in (bodies[:alone], together))
    everything = (*singly, *first.items, *arrayed)
    views = [event_body("view", shopper, item) for item in everything]
    probe.ingest([*probe.interested(everything), *views])
    return Written(category, (*singly, *first.items), arrayed, shopper)


def _candidates(written: Written) -> list[Channel]:
    found, shopper = [], written.shopper
    for filtered in (True, False):
        found += [Channel(name, {"user_id": shopper}, filtered) for name in ("popular", "trending")]
        found += [Channel("personalized", {"user_id": shopper}, filtered)]
        found += [Channel("similar", {"context_item_id": written.singly[0]}, filtered)]
        found += [Channel("session_based", {"user_id": shopper}, filtered)]
    return found


def _this_round(candidates: list[Channel], rounds: int) -> Iterator[Channel]:
    """Yield the likeliest list in every round, and, after its first rounds, one of the others too."""
    yield candidates[0]
    if rounds >= _ROUNDS_ON_THE_FIRST:
        yield candidates[1 + (rounds - _ROUNDS_ON_THE_FIRST) % (len(candidates) - 1)]
