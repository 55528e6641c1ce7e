"""The effects of an upsert of a known item, and what it must leave unchanged."""

from collections.abc import Iterator

from contracts.exchange import Exchange
from contracts.run.probe import Body, Look, Probe
from contracts.run.registry import check


@check("LIFE-new-value-takes-effect")
def new_value_takes_effect(probe: Probe) -> Iterator[None]:
    """Check that an item moves from one category to another and to a third, and, while it is hidden, back to the
    first; and that an item gets a category that had none."""
    first, second, third = (probe.name("cat") for _ in range(3))
    moving = probe.item("moving", first)
    controls = [probe.item("control", category) for category in (first, second, third)]
    without = probe.item("without", first)
    del without["attributes"]["category"]
    probe.stock([moving, without, *controls])
    yield
    probe.needs(probe.shows(first, moving["item_id"], controls[0]["item_id"]), "the item shows in its first category")
    for old, new in ((first, second), (second, third)):
        beside = {"angle": new, "zone": new}  # a server may take over the first change or the last one
        moving = {**moving, "attributes": {**moving["attributes"], "category": new, **beside}}
        probe.upsert_items([moving, {**without, "attributes": moving["attributes"]}])
        yield
        case = "first update" if new == second else "second update"
        probe.expect_eventually(probe.shows(new, moving["item_id"]), case, "the item is found by its new category")
        probe.expect_eventually(
            probe.hides(old, moving["item_id"]), f"{case}: old value", "the item is no longer found by its old category"
        )
    probe.expect_eventually(
        probe.shows(third, without["item_id"]),
        "new attribute",
        "the item is found by the category that it had not before",
    )
    if probe.costly_items:
        return
    probe.upsert_items([{**moving, "status": "inactive"}])
    yield
    probe.upsert_items([{**moving, "attributes": {**moving["attributes"], "category": first}}])
    yield
    back = probe.eventually(probe.shows(first, moving["item_id"])).ok
    stuck = not back and probe.shows(third, moving["item_id"])().ok
    probe.expect(
        not stuck, "status and attribute", "an upsert that changes the status changes the attribute too",
        "the item is active again, with the old category",
    )  # fmt: skip


@check("LIFE-metadata-follows")
def metadata_follows(probe: Probe) -> Iterator[None]:
    """Check that `metadata` of a result shows the current attributes."""
    category = probe.name("cat")
    item = probe.item("painted", category, colour="red", brand="Old")
    items = [item, *(probe.item("beside", category) for _ in range(3 if probe.visibility.arrays else 1))]
    for each in items:
        each["attributes"]["title"] = probe.name("title")
    probe.stock(items)
    yield
    probe.needs(probe.shows(category, *(each["item_id"] for each in items)), "the items show")
    before = probe.look(category)
    _expect_own_metadata(probe, items, before, "metadata of its own item")
    if not probe.plan.one_organisation:
        for page in (1, 2):
            seen = probe.look(category, limit=2, page=page)
            _expect_own_metadata(probe, items, seen, f"page {page} of 2 each: metadata of its own item")
    probe.upsert_items([{**item, "attributes": {**item["attributes"], "colour": "blue", "brand": "New"}}])
    yield

    def stale() -> list[str]:
        exchange = probe.look(category)
        return [
            f"{name}: {row['metadata'][name]!r}"
            for row in exchange.results
            if row.get("item_id") == item["item_id"] and isinstance(row.get("metadata"), dict)
            for name, old in (("colour", "red"), ("brand", "Old"))
            if row["metadata"].get(name) == old
        ]

    def fresh() -> Look:
        found = stale()
        return Look(not found, f"metadata with the old {', '.join(found)}", probe.last())

    if before.results:
        probe.expect_eventually(fresh, "metadata", "metadata without values that an upsert replaced")


def _expect_own_metadata(probe: Probe, items: list[Body], exchange: Exchange, case: str) -> None:
    """Check that no result has the title of another item; titles are unique."""
    titles = {item["attributes"]["title"]: item["item_id"] for item in items}
    wrong = [
        f"{row.get('item_id')} with the title of {titles[title]}"
        for row in exchange.results
        if isinstance(row.get("metadata"), dict)
        and isinstance(title := row["metadata"].get("title"), str)
        and titles.get(title, row.get("item_id")) != row.get("item_id")
    ]
    probe.expect(not wrong, case, "each result with its own attributes", "; ".join(wrong[:3]), exchange)


@check("LIFE-omitted-stays")
def omitted_stays(probe: Probe) -> Iterator[None]:
    category = probe.name("cat")
    omitted, sent = probe.item("omitted", category), probe.item("sent", category)
    probe.stock([omitted, sent])
    yield
    probe.needs(probe.shows(category, omitted["item_id"], sent["item_id"]), "both items show")
    probe.upsert_items([sent])
    yield
    probe.needs(probe.shows(category, sent["item_id"]), "the item that was sent again shows")
    probe.expect_eventually(
        probe.shows(category, omitted["item_id"]), "omitted", "an item left out of a later upsert still shows"
    )
    if not probe.visibility.arrays:
        return
    arrays = [[probe.item("array", category) for _ in range(2)] for _ in range(2)]
    for array in arrays:
        probe.stock(array)
        yield
    probe.needs(probe.shows(category, *(item["item_id"] for item in arrays[1])), "the second array's items show")
    probe.expect_eventually(
        probe.shows(category, sent["item_id"], *(item["item_id"] for item in arrays[0])),
        "omitted from an array",
        "items left out of a later array still show",
    )
