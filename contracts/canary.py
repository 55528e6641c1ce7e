"""The first thing that a run does: find out how fast a record becomes visible, and where."""

import time
from collections.abc import Iterator

from contracts.outcome import NotJudged
from contracts.probe import Probe
from contracts.run import Channel, Run
from fixtures.bodies import event_body, item_body, user_body

CHECK = "QUEUE-becomes-visible"
_ROUNDS_ON_THE_FIRST = 4


def sing(run: Run) -> str:
    """Set the run's channel, lag and arrays. Returns "" or why no channel was found."""
    probe = Probe(run, CHECK)
    category, shopper = probe.name("cat"), probe.name("shopper")
    try:
        items = _write(probe, category, shopper)
    except NotJudged as reason:
        return str(reason)
    written = time.monotonic()
    pause = 0.1
    rounds = 0
    while True:
        for channel in _this_round(_candidates(items, shopper), rounds):
            exchange = probe.send(run.operations.recommend, channel.body(category), fresh=True)
            wanted = {item for item in items if item not in channel.inputs.values()}
            if wanted <= set(exchange.ids):
                run.channel, run.lag = channel, time.monotonic() - written
                return ""
        if time.monotonic() - written + pause > run.settle:
            return f"no record of this run showed within --settle {run.settle:g} s in any list"
        run.sleep(pause)
        pause, rounds = min(1.5, pause * 1.6), rounds + 1


def _write(probe: Probe, category: str, shopper: str) -> list[str]:
    """Three items, two in an array where arrays work, a user and what that user and strangers did with them."""
    run = probe.run
    bodies = [
        item_body(probe.name("canary"), attributes={"title": f"Canary {n}", "category": category, "price": 10 + n})
        for n in range(3)
    ]
    run.arrays = False
    probe.upsert_items(bodies[:1])
    if run.target.capabilities.get("arrays", True):
        answer = probe.send(run.operations.items, bodies[1:])
        run.arrays = answer.ok
    if not run.arrays:
        probe.upsert_items(bodies[1:])
    probe.upsert_users([user_body(shopper)])
    items = [body["item_id"] for body in bodies]
    probe.stir(items)
    probe.ingest([event_body("view", shopper, item) for item in items])
    return items


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
