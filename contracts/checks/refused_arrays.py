"""Arrays of items and users that are refused because of one record: none of the others may be stored."""

from collections.abc import Iterator

from contracts.checks import tastes
from contracts.outcome import Skipped
from contracts.run.known_item import offer_events
from contracts.run.probe import Probe, lacking
from contracts.run.registry import check
from fixtures.bodies import user_body


@check("LIFE-refused-array-stores-nothing")
def refused_array_stores_nothing(probe: Probe) -> Iterator[None]:
    """Look for the valid items of a refused array, and for the effect of a valid user: an inactive user's list follows
    no history (R48). A target that takes such arrays is not judged (R21)."""
    category, shelf = probe.name("cat"), tastes.shelf(probe)
    control, first, last = (probe.item(stem, category) for stem in ("control", "beside", "beside"))
    bad = lacking(probe.item("bad", category), "item_type")
    ids = [body["item_id"] for body in (first, bad, last)]
    yield
    subject = probe.name("subject")
    shelf.send_history(probe, subject, "quiet")
    probe.stock([control])
    items = probe.send(probe.operations.items, [first, bad, last])
    if not items.ok:
        offer_events(probe, probe.interested(ids))
    yield
    shelf.needs_effect(probe)
    probe.needs(lambda: shelf.differ(probe, subject, shelf.newcomer), "the user's list follows the user's events")
    valid, nameless = user_body(subject, status="inactive"), lacking(user_body(probe.name("bad")), "user_id")
    users = probe.send(probe.operations.users, [valid, nameless])
    if items.ok and users.ok:
        raise Skipped("the target takes arrays with an invalid record")
    yield
    probe.needs(probe.shows(category, control["item_id"]), "an item that was upserted at the same time shows")
    if not items.ok:
        seen = probe.look(category)
        there = [item_id for item_id in ids if item_id in seen.shown]
        expected, actual = "no item of a refused array", f"{', '.join(there)} shows"
        probe.expect(not there, "items", expected, actual, items, seen, unwanted=there)
    if not users.ok:
        expected = "no effect of a user in a refused array"
        probe.expect_eventually(lambda: shelf.differ(probe, subject, shelf.newcomer), "users", expected)
