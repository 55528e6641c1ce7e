"""Filters: in every strategy a list contains only matching items, and it contains all of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from contracts.exchange import Exchange
from contracts.run.probe import Body, Look, Probe
from contracts.run.registry import check

MARKS = ("Maker", "madeIn", "MADE", "made_in_2", "made-in", "Made-In_2")  # filters work with attributes of any name
UNUSUAL_MARKS = ("Größe", "made in")
ODD_MARKS = ("made.in", "$made", "made/in", "__made__", "constructor", "id")
_WILDCARDS = ("%", "_", "*", ".")  # of SQL, of search engines, of regular expressions


@dataclass
class Rack:
    """Eight items in all combinations of two brands of the run, two prices, two colours, in stock or not; and one item
    of price 0. The first item has attributes of its own, some with unusual names: `left` is one whose value is 0, and
    weight is a fraction."""

    category: str
    left: str
    brands: tuple[str, str]
    items: list[Body]

    def matching(self, **wanted: Any) -> set[str]:
        return {
            item["item_id"]
            for item in self.items
            if all(item["attributes"].get(name) == value for name, value in wanted.items())
        }


def rack(probe: Probe) -> Rack:
    """Return the run's rack, made by the first check that needs it."""
    return probe.once(_make_rack, probe)


def _make_rack(probe: Probe) -> Rack:
    first_price = probe.rng(probe.names.prefix).randrange(10**6, 10**9)  # no other run uses it
    category, brands = probe.name("rack"), (probe.name("brand-a"), probe.name("brand-b"))
    items = [
        probe.item(
            "rack",
            category,
            brand=brands[n % 2],
            price=first_price + n // 4,
            sale=n % 4 < 2,
            colour=("red", "blue")[n // 4],
        )
        for n in range(8)
    ]
    items += [probe.item("rack", category, brand=f"{brands[0]}-more", price=0, sale=True, colour="red")]
    items[0]["attributes"] |= {name: f"{brands[0]}-{n}" for n, name in enumerate((*MARKS, *UNUSUAL_MARKS, *ODD_MARKS))}
    items[0]["attributes"] |= {"origin": f"{brands[0]} of C\u00f4te d'Or, \u978b & Co.", "code": probe.number()}
    left = f"left-{probe.names.prefix}1"  # no other run uses it
    items[0]["attributes"] |= {left: 0, "weight": first_price / 10_000}
    probe.stock(items)
    return Rack(category, left, brands, items)


def _list(probe: Probe, filters: dict[str, Any], **body: Any) -> Exchange:
    where = {} if "user_id" in body else _where(probe)
    return probe.must_recommend(**{**where, "limit": 100, "filters": filters, **body})


def _where(probe: Probe) -> dict[str, Any]:
    """Return the strategy that shows the run's records, with its inputs."""
    channel = probe.visibility.channel
    return (
        {"strategy": channel.strategy, **channel.inputs}
        if channel
        else {"strategy": "popular", "user_id": probe.name("user")}
    )


def _sound(probe: Probe, found: Rack, case: str, filters: dict[str, Any], **body: Any) -> None:
    """Check that no item is shown that doesn't match. Filters name a value of this run, so that other items can't
    match."""
    exchange = _list(probe, filters, **body)
    wrong = sorted(set(exchange.shown) - found.matching(**filters))
    expected, actual = f"only items that match {filters}", f"also {', '.join(wrong[:3])}"
    probe.expect(not wrong, case, expected, actual, exchange, unwanted=wrong)


def _complete(probe: Probe, found: Rack, case: str, filters: dict[str, Any]) -> None:
    def look() -> Look:
        exchange = _list(probe, filters)
        missing = sorted(found.matching(**filters) - set(exchange.ids))
        return Look(not missing, f"a list without {', '.join(missing[:3])}", (exchange,), missing=tuple(missing))

    probe.expect_eventually(look, case, f"every item that matches {filters}")


def _needs_visible(probe: Probe, found: Rack) -> None:
    """Require the rack to be visible: filtered by its category, or without a filter if only that works."""
    probe.needs(probe.shows(found.category, *found.matching()), "the items show when filtered by category")


@check("FILTER-equality")
def equality(probe: Probe) -> Iterator[None]:
    found = rack(probe)
    yield
    for n, brand in enumerate(found.brands):
        if not (n and probe.plan.one_organisation):
            _sound(probe, found, f"brand {n + 1}", {"brand": brand})
        _finds(probe, found, f"brand {n + 1} found", {"brand": brand})
    if probe.plan.quick:
        return
    for name in MARKS[-1:] if probe.plan.one_organisation else (*MARKS, "origin", "code"):
        filters = {name: found.items[0]["attributes"][name]}
        _finds(probe, found, f"{name} found", filters)  # FILTER-only-matches judges that no others are found
    for name in () if probe.plan.one_organisation else (*UNUSUAL_MARKS, *ODD_MARKS):
        _finds_if_taken(probe, found, name)


def _finds_if_taken(probe: Probe, found: Rack, name: str) -> None:
    """Judge a target that accepts the filter: no document requires a filter with such a name to be accepted."""
    filters, channel = {name: found.items[0]["attributes"][name]}, probe.visibility.channel
    if channel is not None:
        exchange = probe.recommend(**{**channel.body(""), "filters": filters})
        if exchange.ok and not found.matching(**filters) & set(exchange.ids):
            _finds(probe, found, f"{name} found", filters)


def _finds(probe: Probe, found: Rack, case: str, filters: dict[str, Any]) -> None:
    def look() -> Look:
        exchange = _list(probe, filters)
        hits = found.matching(**filters) & set(exchange.ids)
        return Look(bool(hits), "an empty list", (exchange,), missing=tuple(sorted(found.matching(**filters))[:1]))

    if probe.visibility.channel:
        probe.expect_eventually(look, case, "items that have the wanted value")


@check("FILTER-every-strategy")
def every_strategy(probe: Probe) -> Iterator[None]:
    found = rack(probe)
    user = probe.user()
    yield
    context = found.items[0]["item_id"]
    for strategy, choice in probe.operations.choices.items():
        given = {**choice, "user_id": user, "context_item_id": context}
        _sound(probe, found, strategy, {"brand": found.brands[0]}, **given)


@check("FILTER-every-page")
def every_page(probe: Probe) -> Iterator[None]:
    found = rack(probe)
    yield
    for page in (1, 2):
        _sound(probe, found, f"page {page}", {"brand": found.brands[0]}, limit=2, page=page)


@check("FILTER-no-match")
def no_match(probe: Probe) -> Iterator[None]:
    found = rack(probe)
    yield
    for strategy in ("popular", "trending", "personalized"):
        _sound(probe, found, strategy, {"brand": probe.name("nobody")}, strategy=strategy, user_id=probe.name("user"))
    for mark in () if probe.plan.quick else _WILDCARDS:
        _sound(probe, found, f"{mark} at the end", {"brand": found.brands[0][:-1] + mark})


@check("FILTER-several")
def several(probe: Probe) -> Iterator[None]:
    found = rack(probe)
    yield
    _needs_visible(probe, found)
    for filters in (
        {"brand": found.brands[0], "colour": "red"},
        {"category": found.category, "brand": found.brands[1]},
        {"colour": "blue", "brand": found.brands[1], "category": found.category},
    ):
        _sound(probe, found, " and ".join(filters), filters)
        _complete(probe, found, " and ".join(filters), filters)
        _sound(probe, found, f"{' and '.join(filters)}, page 2", filters, limit=1, page=2)


@check("FILTER-complete")
def complete(probe: Probe) -> Iterator[None]:
    found = rack(probe)
    yield
    _needs_visible(probe, found)
    _complete(probe, found, "brand", {"brand": found.brands[0]})
    for name in () if probe.plan.one_organisation else UNUSUAL_MARKS:
        filters = {name: found.items[0]["attributes"][name]}
        if _is_taken(probe, filters):
            _complete(probe, found, name, filters)


def _is_taken(probe: Probe, filters: dict[str, Any]) -> bool:
    """Return whether the target accepts the filter: no document requires a filter with such a name to be accepted."""
    return probe.recommend(strategy="popular", user_id=probe.name("user"), filters=filters).ok


@check("FILTER-number-found")
def number_found(probe: Probe) -> Iterator[None]:
    found = rack(probe)
    yield
    _needs_visible(probe, found)
    for case, name in (("a number", "price"), ("0", found.left), ("a fraction", "weight")):
        filters = {name: found.items[0]["attributes"][name]}
        exchange = probe.recommend(**{**_where(probe), "limit": 100, "filters": filters})
        if probe.expect_status(exchange, (200,), f"{case} taken") and not found.matching(**filters) & {*exchange.ids}:
            _finds(probe, found, f"{case} found", filters)


@check("FILTER-numbers")
def numbers(probe: Probe) -> Iterator[None]:
    found = rack(probe)
    yield
    price = found.items[0]["attributes"]["price"]
    for filters in ({"price": price}, {"price": price + 1}):
        _sound(probe, found, "number", filters)
        _complete(probe, found, "number found", filters)
    _zero(probe, found)


def _zero(probe: Probe, found: Rack) -> None:
    """Check that 0 is a number like any other. Items of other clients may have it too, so only the run's own items are
    judged, and a missing item only if others leave room for it."""
    filters = {"price": 0}

    def look() -> Look:
        exchange = _list(probe, filters)
        crowded = exchange.pagination.get("has_next") is not False
        missing = sorted(found.matching(**filters) - set(exchange.ids))
        return Look(crowded or not missing, f"a list without {', '.join(missing)}", (exchange,))

    # FILTER-only-matches judges the other items in the list.
    probe.expect_eventually(look, "0 found", "the item with the number 0")


@check("FILTER-other-types")
def other_types(probe: Probe) -> Iterator[None]:
    found = rack(probe)
    yield
    _needs_visible(probe, found)
    for value in (True, False):
        name, filters = "sale", {"category": found.category, "sale": value}
        exchange = probe.recommend(**{**_where(probe), "limit": 100, "filters": {name: value}})
        if not probe.expect_status(exchange, (200,), f"{name} {value} taken"):
            continue
        _sound(probe, found, f"{name} {value}", filters)
        _complete(probe, found, f"{name} {value}", filters)


@check("FILTER-empty")
def empty(probe: Probe) -> None:
    given = {"strategy": "popular", "user_id": probe.name("user")}
    exchange = probe.recommend(**given, filters={})
    probe.expect_status(exchange, (200,), "no filters in filters")

    def look() -> Look:
        without, empty = probe.must_recommend(**given), probe.must_recommend(**given, filters={})
        return Look(bool(empty.ids) or not without.ids, "an empty list", (without, empty))

    probe.expect_eventually(look, "empty list", "a list, as without filters")
