"""The first thing that a run does: find out how fast a record becomes visible, and where."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from contracts.outcome import NotJudged
from contracts.probe import Probe
from contracts.run import Channel, Run
from fixtures.bodies import event_body, item_body, user_body

CHECK = "QUEUE-becomes-visible"
_ROUNDS_ON_THE_FIRST = 4


@dataclass
class Song:
    """What came of it. `silence`: why nothing could be seen; `lost`: what never showed although its neighbour did."""

    silence: str = ""
    lost: tuple[str, ...] = ()


def sing(run: Run) -> Song:
    """Set the run's channel, its lag, and whether arrays of items work."""
    probe = Probe(run, CHECK)
    category, shopper = probe.name("cat"), probe.name("shopper")
    try:
        singly, together = _write(probe, category, shopper)
        song = _listen(probe, category, shopper, singly)
        run.arrays = bool(together) and run.channel is not None and _shows(probe, category, together)
    except NotJudged as reason:
        return Song(silence=str(reason))
    return song


def _listen(probe: Probe, category: str, shopper: str, items: list[str]) -> Song:
    """Try lists until one shows all of them, or the time is up."""
    run, written = probe.run, time.monotonic()
    seen: dict[str, tuple[Channel, float]] = {}
    pause, rounds = 0.1, 0
    while True:
        for channel in _this_round(_candidates(items, shopper), rounds):
            exchange = probe.send(run.operations.recommend, channel.body(category), fresh=True)
            if channel.filtered:  # a long list may leave out one of two for many reasons
                seen |= {item: (channel, time.monotonic() - written) for item in {*exchange.ids} & {*items} - {*seen}}
            wanted = {item for item in items if item not in channel.inputs.values()}
            if wanted <= set(exchange.ids):
                run.channel, run.lag = channel, time.monotonic() - written
                return Song()
        if time.monotonic() - written + pause > run.settle:
            break
        run.sleep(pause)
        pause, rounds = min(1.5, pause * 1.6), rounds + 1
    if not seen:
        return Song(silence=f"no record of this run showed within --settle {run.settle:g} s in any list")
    run.channel, run.lag = next(iter(seen.values()))
    return Song(lost=tuple(item for item in items if item not in seen))


def _shows(probe: Probe, category: str, items: list[str]) -> bool:
    return probe.eventually(probe.shows(category, *items)).ok


def _write(probe: Probe, category: str, shopper: str) -> tuple[list[str], list[str]]:
    """Two items one by one and two in an array, a user, and what that user and strangers did with all of them."""
    run = probe.run
    bodies = [
        item_body(probe.name("canary"), attributes={"title": f"Canary {n}", "category": category, "price": 10 + n})
        for n in range(4)
    ]
    run.arrays = False
    probe.upsert_items(bodies[:2])
    tried = run.target.capabilities.get("arrays", True)
    together = bodies[2:] if tried and probe.send(run.operations.items, bodies[2:]).ok else []
    probe.upsert_users([user_body(shopper)])
    singly, arrayed = ([body["item_id"] for body in some] for some in (bodies[:2], together))
    probe.stir([*singly, *arrayed])
    probe.ingest([event_body("view", shopper, item) for item in (*singly, *arrayed)])
    return singly, arrayed


def _candidates(items: list[str], shopper: str) -> list[Channel]:
    found = []
    for filtered in (True, False):
        found += [Channel("popular", {}, filtered), Channel("trending", {}, filtered)]
        found += [Channel("personalized", {"user_id": shopper}, filtered)]
        found += [Channel("similar", {"context_item_id": items[0]}, filtered)]
        found += [Channel("session_based", {"user_id": shopper}, filtered)]
    return found


def _this_round(candidates: list[Channel], rounds: int) -> Iterator[Channel]:
    """The likeliest every time, another one beside it once it has had its chance."""
    yield candidates[0]
    if rounds >= _ROUNDS_ON_THE_FIRST:
        yield candidates[1 + (rounds - _ROUNDS_ON_THE_FIRST) % (len(candidates) - 1)]
