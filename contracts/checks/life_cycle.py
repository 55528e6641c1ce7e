"""Accepted upserts show, change and hide items; refused ones have no effect."""

import itertools
from collections.abc import Iterator
from typing import Any

from contracts.outcome import Blocked, Skipped
from contracts.run.known_item import offer_events
from contracts.run.operations import LEFT_IN_CART, NOT_ACTIVE
from contracts.run.probe import Body, Look, Probe, lacking
from contracts.run.registry import check
from fixtures.bodies import event_body, identify_body, unique_uuid


@check("LIFE-upserted-shows")
def upserted_shows(probe: Probe) -> Iterator[None]:
    """Upsert items at the same time, in quick requests of which some come after refused ones, and in an array; check
    that each item shows."""
    category = probe.name("cat")
    # Without arrays each item costs one more request to clean up.
    thorough = probe.visibility.arrays and not probe.plan.quick
    items = [probe.item("new", category) for _ in range(16 if thorough else 12 if probe.visibility.arrays else 5)]
    items[1] |= {"created_at": "2026-01-15T09:30:00Z", "item_type": "article"}
    items[2]["attributes"] |= {"price": 12.5, "tags": ["a", "b"], "size": {"eu": 43}}
    items[3]["item_id"] = probe.number()
    refusals = iter(_refusals(probe)[: None if thorough else 1])
    alone = items[:-8]
    if thorough:
        at_once, alone = alone[:4], alone[4:]
        probe.send_together(probe.operations.items, [{"json": item} for item in at_once])
    for item in alone:
        for refused in itertools.islice(refusals, 1):
            probe.send(probe.operations.items, **refused)
        probe.upsert_items([item])
    probe.upsert_items(items[-8:])
    probe.interest([item["item_id"] for item in items])
    if thorough:
        items += _odd_items(probe, category)
    yield
    ids = [item["item_id"] for item in items]
    probe.expect_eventually(probe.shows(category, *ids), "upserted", "every item whose upsert was accepted")


def _refusals(probe: Probe) -> list[dict[str, Any]]:
    """Return items that every server refuses, each for a different reason; a server that accepts them stores
    nothing."""
    nameless = lacking(probe.item("nameless"), "item_id")
    cut_short: dict[str, Any] = {"content": b'{"item_id": "x", ', "understood": False}
    return [{"body": nameless}, cut_short, {"body": {**nameless, "status": "archived"}}, {"body": "item"}]


def _odd_items(probe: Probe, category: str) -> list[Body]:
    """Send unusual items that a server may refuse (R44, R49). Return the accepted ones: they and their events are valid
    like any other."""
    stems = ("Gr\u00f6\u00dfe-\u978b", "plane-\U0001f97e", "a b/c%2Fd?e=f&g+h#'\"", "long-" + "x" * 50)
    items = [probe.item(stem, category) for stem in stems]
    items[0]["attributes"] |= {"note": None, "tags": [], "parts": [{"name": "sole", "colour": None}], "size": {}}
    items[1]["attributes"] |= {"price": "on request", "in_stock": False, "rating": 0, "brand": ""}
    taken = [item for item in items if probe.send(probe.operations.items, item).ok]
    newcomer, names = probe.name("newcomer"), ("view", "purchase")
    events = [event_body(name, newcomer, item["item_id"]) for item in taken for name in names]
    return taken if events and probe.send(probe.operations.events, events).ok else []


@check("LIFE-array-shows")
def array_shows(probe: Probe) -> Iterator[None]:
    if not probe.visibility.arrays:
        raise Skipped("the target takes no arrays of items")
    category = probe.name("cat")
    items = [probe.item("batch", category) for _ in range(5)]
    probe.send(probe.operations.items, items)
    probe.interest([item["item_id"] for item in items])
    yield
    ids = [item["item_id"] for item in items]
    probe.expect_eventually(probe.shows(category, *ids), "array", "every item of an accepted array")


def _hide(probe: Probe, status: str) -> Iterator[None]:
    category = probe.name("cat")
    stems = ("gone", "bare", "control", "control")[: 4 if probe.visibility.arrays else 3]
    gone, bare, *controls = (probe.item(stem, category) for stem in stems)
    control = controls[0]
    if status == "deleted":
        gone["item_id"] = probe.number()
    probe.stock([gone, bare, *controls])
    yield
    shown = [item["item_id"] for item in (gone, bare, *controls)]
    probe.needs(probe.shows(category, *shown), "active items show")
    probe.upsert_items([{**gone, "status": status}])
    probe.upsert_items([{**lacking(bare, "attributes"), "status": status}])
    yield
    probe.expect_eventually(
        probe.hides(category, bare["item_id"]), f"{status}, nothing else sent", "an item is hidden by its status alone"
    )
    for page in (1, 2, 3):

        def hidden(page: int = page) -> Look:
            seen = probe.look(category, past_the_end=page > 2, limit=1, page=page)
            there = {gone["item_id"], bare["item_id"]} & set(seen.shown)
            return Look(not there, f"page {page} shows {', '.join(there)}", (seen,), unwanted=tuple(sorted(there)))

        probe.expect_eventually(hidden, f"{status}, page {page} of 1 each", "no hidden item on any page")
    probe.expect_eventually(
        probe.hides(category, gone["item_id"]), status, f"an item upserted as {status} is not shown"
    )
    probe.expect_eventually(probe.shows(category, control["item_id"]), "control", "its neighbour still shows")


@check("LIFE-inactive-hides")
def inactive_hides(probe: Probe) -> Iterator[None]:
    yield from _hide(probe, "inactive")


@check("LIFE-deleted-hides")
def deleted_hides(probe: Probe) -> Iterator[None]:
    yield from _hide(probe, "deleted")


@check("LIFE-active-again")
def active_again(probe: Probe) -> Iterator[None]:
    category = probe.name("cat")
    back, control = probe.item("back", category), probe.item("control", category)
    probe.stock([back, control])
    yield
    probe.needs(probe.shows(category, back["item_id"], control["item_id"]), "active items show")
    probe.upsert_items([{**back, "status": "inactive"}])
    yield
    probe.needs(probe.hides(category, back["item_id"]), "an inactive item is hidden")
    probe.upsert_items([back])
    yield
    probe.expect_eventually(probe.shows(category, back["item_id"]), "active again", "an item made active again shows")
    probe.upsert_items([{**back, "status": "inactive"}])
    yield
    probe.expect_eventually(probe.hides(category, back["item_id"]), "hidden again", "and can be hidden again")


@check("LIFE-born-hidden")
def born_hidden(probe: Probe) -> Iterator[None]:
    category = probe.name("cat")
    control = probe.item("control", category)
    hidden = [{**probe.item(status, category), "status": status} for status in NOT_ACTIVE]
    probe.stock([control, *hidden])
    yield
    probe.needs(probe.shows(category, control["item_id"]), "an active item shows")
    for item in hidden:
        seen = probe.look(category)
        probe.expect(
            item["item_id"] not in seen.shown,
            item["status"],
            "an item that never was active is not shown",
            "it shows",
            seen,
            unwanted=(item["item_id"],),
        )


@check("LIFE-hidden-everywhere")
def hidden_everywhere(probe: Probe) -> Iterator[None]:
    """Check that no list shows an inactive or a deleted item, not even to a user who has it in the cart, put
    there before an identify."""
    category = probe.name("cat")
    gone = {status: probe.item("gone", category) for status in NOT_ACTIVE}
    control = probe.item("control", category)
    probe.stock([*gone.values(), control])
    user, ids = probe.user(), [item["item_id"] for item in gone.values()]
    yield
    anonymous = unique_uuid(probe.rng(user))
    _touch(probe, anonymous, *gone.values(), control)
    probe.ingest([identify_body(user, anonymous)])
    probe.needs(probe.shows(category, *ids, control["item_id"]), "active items show")
    probe.upsert_items([{**item, "status": status} for status, item in gone.items()])
    yield
    probe.needs(probe.hides(category, *ids), "such items are hidden in one strategy at least")
    for strategy, choice in probe.operations.choices.items():
        elsewhere = ({}, {"status": "inactive"}) if strategy in ("popular", "personalized") else ()
        for filters in ({"category": category}, *elsewhere):

            def hidden(choice: Body = choice, filters: Body = filters) -> Look:
                exchange = probe.recommend(
                    **choice, user_id=user, context_item_id=control["item_id"], limit=100, filters=filters
                )
                shown = [item_id for item_id in ids if item_id in exchange.shown]
                return Look(not shown, "it shows", (exchange,), unwanted=tuple(shown))

            probe.expect_eventually(hidden, strategy, "no inactive or deleted item")


def _touch(probe: Probe, user: str, *items: Body) -> None:
    probe.ingest([event_body(name, user, item["item_id"]) for item in items for name in LEFT_IN_CART])


@check("LIFE-refused-never-shows")
def refused_never_shows(probe: Probe) -> Iterator[None]:
    """Check that invalid upserts neither create nor change an item."""
    items = probe.operations.items
    category = probe.name("cat")
    control = probe.item("control", category)
    bad = {
        "without item_type": lacking(probe.item("bad", category), "item_type"),
        "unknown status": {**probe.item("bad", category), "status": "archived"},
    }
    probe.stock([control])
    answers = {case: probe.send(items, body) for case, body in bad.items()}
    ids = [body["item_id"] for body in bad.values()]
    offer_events(probe, probe.interested(ids))
    yield
    probe.needs(probe.shows(category, control["item_id"]), "a good item of the same time shows")
    moved = {"attributes": {**control["attributes"], "category": probe.name("cat")}}
    refusals = [
        probe.send(items, {**lacking(control, "item_type"), "status": "deleted"}, forbidden="without item_type, known"),
        probe.send(items, {**control, **moved, "status": "archived"}, forbidden="unknown status, known"),
    ]
    if any(exchange.ok for exchange in refusals):
        raise Blocked("a bad upsert was accepted (ITEM-requires-item-type, ITEM-status-enum)")
    yield
    seen = probe.look(category)
    for case, body in bad.items():
        if not answers[case].ok:
            probe.expect(
                body["item_id"] not in seen.shown, case, "an item whose upsert was refused never shows", "it shows",
                answers[case], seen, unwanted=(body["item_id"],),
            )  # fmt: skip
    probe.expect_eventually(
        probe.shows(category, control["item_id"]), "refused update", "a refused update changes nothing"
    )
