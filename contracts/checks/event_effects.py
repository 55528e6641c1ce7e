"""The effects of accepted events: alone, in arrays, and next to refused ones."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from contracts.checks import tastes
from contracts.checks.common import expect_refused
from contracts.exchange import Exchange
from contracts.outcome import Blocked, Skipped
from contracts.run.probe import Look, Probe, lacking
from contracts.run.registry import check
from fixtures.bodies import event_body, identify_body, unique_uuid

_KINDS_THAT_COUNT = ("view", "click", "add_to_cart", "purchase")  # standard names that count as history


@check("EVENT-array-with-a-bad-one")
def array_with_a_bad_one(probe: Probe) -> Iterator[None]:
    """Check that one invalid event refuses the whole array at any position, and that none of its events counts."""
    shelf = tastes.shelf(probe)
    yield
    passer_by = probe.name("passer-by")
    refused: dict[str, Exchange] = {}
    for place in ("end", "start"):  # each user has the control's history, so that their lists are equal if it counts
        good = shelf.history(user := probe.user("refused"), "quiet")
        bad = lacking(good[0], "event_name")
        array = [*good, bad] if place == "end" else [bad, *good]
        refused[user] = expect_refused(probe, probe.operations.events, array, f"bad event at the {place}")
    good = shelf.history(passer_by, "quiet")
    others = {"of no family": lacking(good[0], "event_family"), "of another family": {**good[0], "event_family": "fun"}}
    others["of nobody"] = lacking(good[0], "user_id")
    for case, event in others.items():
        expect_refused(probe, probe.operations.events, [good[0], event], f"an event {case} in an array")
    yield
    shelf.needs_effect(probe)
    for user, exchange in refused.items():
        if not exchange.ok:
            look = shelf.differ(probe, user, shelf.control)
            shown = (exchange, *look.exchanges)
            probe.expect(look.ok, "stored in part", "no event of a refused array counts", look.actual, *shown)


@check("EVENT-array-every-one-counts")
def array_every_one_counts(probe: Probe) -> Iterator[None]:
    """Check that a history changes its user's list for every kind of event, even between refused requests. PERS-alike
    judges the position in an array."""
    shelf = tastes.shelf(probe)
    yield
    users = {f"{name} alone": probe.name(name.replace("_", "-")) for name in _KINDS_THAT_COUNT}
    refusals = _refusals(probe)[: 1 if probe.plan.one_organisation else None]
    for n, (name, user) in enumerate(zip(_KINDS_THAT_COUNT, users.values(), strict=True)):
        for refused in refusals[n : n + 1]:
            probe.send(probe.operations.events, **refused)
        history = shelf.history(user, "quiet")
        events = [event_body(name, user, event["item_id"], context=event["context"]) for event in history]
        probe.send(probe.operations.events, events)
    yield
    shelf.needs_effect(probe)
    for case, user in users.items():

        def look(user: str = user) -> Look:
            return shelf.differ(probe, user, shelf.newcomer)

        probe.expect_eventually(look, case, "another list than that of a user without history")


def _refusals(probe: Probe) -> list[dict[str, Any]]:
    """Return events that every server refuses, each for a different reason; a server that skips one invalid event may
    accept the array."""
    nobody = lacking(event_body("view", probe.name("nobody")), "user_id")
    cut_short: dict[str, Any] = {"content": b'{"user_id": "x", ', "understood": False}
    unknown = event_body("view", probe.name("nobody"), event_family="fun")
    return [{"body": nobody}, cut_short, {"body": unknown}, {"body": [unknown, nobody]}]


@check("EVENT-array-every-place-counts")
def array_every_place_counts(probe: Probe) -> Iterator[None]:
    """Send four identify events in one array, each of which decides the list of another user: none may be lost at any
    position. The other events of the array show that identify works at all."""
    shelf = tastes.shelf(probe)
    yield
    pairs = [(probe.name("real"), unique_uuid(probe.rng(probe.name("anonymous")))) for _ in range(4)]
    probe.ingest([event for _, anonymous in pairs for event in shelf.history(anonymous, "quiet")])
    yield
    probe.send(probe.operations.events, [identify_body(real, anonymous) for real, anonymous in pairs])
    yield
    shelf.needs_effect(probe)
    looks = {
        f"event {place} of 4": partial(shelf.differ, probe, real, shelf.newcomer)
        for place, (real, _) in enumerate(pairs, 1)
    }
    lost = [case for case, look in looks.items() if not probe.eventually(look).ok]
    if len(lost) == len(looks):
        raise Blocked("no identify of an array takes effect (IDENT-merges-in-one-array)")
    for case in lost:
        probe.expect_eventually(looks[case], case, "each event of an array takes effect")


@check("EVENT-before-its-item")
def before_its_item(probe: Probe) -> Iterator[None]:
    """Check that events sent right after their items, while these are still queued, count once the items appear."""
    if not probe.visibility.arrays:
        raise Skipped("the target takes no arrays of items")
    shelf = tastes.stock(probe, tastes.bodies(probe), at_once=True)
    loud, quiet = probe.user("loud"), probe.user("quiet")
    shelf.send_history(probe, loud, "loud")
    shelf.send_history(probe, quiet, "quiet")
    yield
    probe.expect_eventually(
        lambda: shelf.differ(probe, loud, quiet), "queued item", "events on items that are still queued take effect"
    )
