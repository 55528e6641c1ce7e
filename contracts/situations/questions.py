"""Sends recommendation requests of every kind, some together with another one for the same list; then repeats some
after the list has changed, and turns the pages of others."""

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from contracts.exchange import Exchange
from contracts.run.operations import NOT_ACTIVE, SESSION
from contracts.run.probe import Body, Probe
from contracts.situations.connections import connect
from contracts.situations.coverage import Coverage
from contracts.situations.stage import SIZE, Stage, stage
from contracts.situations.table import Row
from contracts.situations.values import VALUES, organisation_of
from fixtures.bodies import unique_uuid

_PAGES: dict[str, dict[str, int]] = {
    "left out": {},
    "limit 1": {"limit": 1},
    "limit 99": {"limit": 99},
    "limit 100": {"limit": 100},
    "limit 5, page 2": {"limit": 5, "page": 2},
    "page 2, no limit": {"page": 2},
    "last full page": {"limit": SIZE // 3, "page": 3},
    "last short page": {"limit": 7, "page": SIZE // 7 + 1},
    "past the end": {"limit": 50, "page": 40},
}
_LIKE_NOTHING = "0"  # an id that code may take for none; nothing is written for it
_AT_ONCE = 6  # requests at the same time
_MOST_AGAIN = 12  # requests
_AGAIN_WHAT = ("organisation", "strategy", "user", "filters", "page", "connection")  # cover every value
_BESIDE_WHAT = ("organisation", "strategy", "page")
_TURNED = ("personalized", "similar")  # strategies; and that of the session
_FOR_ANYBODY = ("popular", "trending", "personalized")  # strategies that need no history
_ITEMS = ("product", "article")  # context items, in turn
_OTHERS = {"title": "Another one", "category": "elsewhere"}  # attributes
_FILTERED = ("number", "zero", "negative", "fraction", "true", "false")  # one for each other strategy


@dataclass
class Asked:
    row: Row
    organisation: str
    body: Body
    response: Exchange

    def values(self, names: tuple[str, ...]) -> set[tuple[str, str]]:
        return {(name, self.row[name]) for name in names}


def questions(probe: Probe, rows: list[Row], coverage: Coverage) -> Iterator[None]:
    stages = {each: stage(probe, each) for each in sorted({organisation_of(row) for row in rows})}
    yield
    asked: list[Asked] = []
    beside: set[tuple[str, str]] = set()
    alone = [row for row in rows if row["connection"] != "fresh" or "page 2" in row["page"]]
    for n, row in enumerate(alone):
        organisation = organisation_of(row)
        body, kind = _question(probe, row, stages[organisation], n)
        if body.get("page") == 2:  # page 1 just before page 2
            probe.recommend(organisation, **{**body, "page": 1})
        each = Asked(row, organisation, body, _ask(probe, row, organisation, body, kind))
        new = body.get("page", 1) == 1 and each.values(_BESIDE_WHAT) - beside
        if new and _beside(probe, each):
            beside |= each.values(_BESIDE_WHAT)
        asked.append(each)
        coverage.performed(row)
    others = in_turn([row for row in rows if row not in alone])
    for start in range(0, len(others), _AT_ONCE):
        asked += _ask_together(probe, others[start : start + _AT_ONCE], stages)
    for row in others:
        coverage.performed(row)
    _ask_for_more(probe, asked)
    if not probe.plan.quick:
        _turn_pages(probe, stages)
        _ask_both(probe, stages)
    chosen = _to_ask_again(asked, stages)
    _change_what_they_show(probe, chosen, stages)
    yield
    for each in chosen:
        _ask(probe, each.row, each.organisation, each.body)


def _ask_together(probe: Probe, rows: list[Row], stages: dict[str, Stage]) -> list[Asked]:
    """Send requests at the same time, each on a connection of its own: each must get its own response."""
    made = []
    for n, row in enumerate(rows):
        place = organisation_of(row)
        made.append((row, place, *_question(probe, row, stages[place], n)))
    requests = [
        {"json": body, "organisation": organisation, **_certainty(row, body, kind)}
        for row, organisation, body, kind in made
    ]
    responses = probe.send_together(probe.operations.recommend, requests)
    return [Asked(row, place, body, response) for (row, place, body, _), response in zip(made, responses, strict=True)]


def in_turn(rows: list[Row]) -> list[Row]:
    """Return the rows with their organisations in turn, so that requests of both are sent at the same time."""
    of_each = [[row for row in rows if organisation_of(row) == place] for place in ("main", "other")]
    return [row for some in itertools.zip_longest(*of_each) for row in some if row]


def _ask(probe: Probe, row: Row, organisation: str, body: Body, kind: str = "plain") -> Exchange:
    """Send the request. `kind`: of the user's id, which a server may refuse."""
    fresh = connect(probe, row["connection"], organisation)
    certainty = _certainty(row, body, kind)
    return probe.send(probe.operations.recommend, body, organisation=organisation, fresh=fresh, **certainty)


def _certainty(row: Row, body: Body, kind: str) -> dict[str, Any]:
    """Return whether every document allows the request (R30, R32, R33, R48), or would but for its user's id."""
    certain = row["filters"] in ("none", "text", "none matching") and row["item"] not in ("odd id", "hidden")
    certain = certain and body.get("page", 1) == 1 and row["user"] not in NOT_ACTIVE
    return {"valid": certain and kind == "plain", "welcome": certain and kind == "odd"}


def _ask_for_more(probe: Probe, asked: list[Asked]) -> None:
    """Request all of every list that is said to end with a full first page."""
    for each in asked:
        limit = each.body.get("limit", 20)
        first = each.body.get("page", 1) == 1
        if first and len(each.response.ids) == limit < 100 and each.response.pagination.get("has_next") is False:
            probe.recommend(each.organisation, **{**each.body, "limit": 100})


def _beside(probe: Probe, asked: Asked) -> bool:
    """Request the same list with another limit: half of the shown items, or 100 if one was shown. Return False if the
    list is too short to tell anything."""
    shown = len(asked.response.ids)
    tells = shown > 1 or asked.body.get("limit") == 1
    if tells:
        probe.recommend(asked.organisation, **{**asked.body, "limit": shown // 2 or 100})
    return tells


def _question(probe: Probe, row: Row, found: Stage, turn: int) -> tuple[Body, str]:
    """Return the body, and whether its user's id is plain or odd."""
    strategy = probe.operations.session if row["strategy"] == SESSION[0] else row["strategy"]
    nobody = probe.name("nobody")
    user, kind = (nobody, unique_uuid(probe.rng(nobody)), _LIKE_NOTHING)[turn % 3], "plain"
    if unusual := found.unusual.get(row["user"]):
        (_, user), kind = unusual[turn % len(unusual)], row["user"].removesuffix(" id")
    elif row["user"] in found.users and row["user"] != "unknown":
        user = found.users[row["user"]]
    item = _context(probe, strategy, found.contexts.get(row["item"], ""))
    named, filters = probe.operations.choices[strategy], _filters(probe, row["filters"], found)
    return {**named, "user_id": user, **item, **filters, **_PAGES[row["page"]]}, kind


def _context(probe: Probe, strategy: str, item_id: str) -> Body:
    """Return the context item, if the strategy needs one."""
    requires = probe.operations.strategies.get(strategy, {}).get("requires")
    return {"context_item_id": item_id} if requires == "context_item_id" else {}


def _filters(probe: Probe, kind: str, found: Stage) -> Body:
    if kind == "none":
        return {}
    if kind == "several":
        return {"filters": {"category": found.category, found.trait: VALUES["text"]}}
    if kind == "a list":
        return {"filters": {"category": [found.category, probe.name("nothing")]}}
    if kind == "none matching":
        return {"filters": {"category": probe.name("nothing")}}
    if kind == "on no attribute of any item":
        return {"filters": {f"never-{probe.names.prefix}1": "velvet"}}
    if kind == "on a value that changed":
        return {"filters": {"category": found.category, "colour": "red"}}
    return {"filters": {"category": found.category} if kind == "text" else {found.trait: VALUES[kind]}}


def _to_ask_again(asked: list[Asked], stages: dict[str, Stage]) -> list[Asked]:
    """Return requests that showed items of this run: as few as cover every value that all such requests have."""
    left = [each for each in asked if {*each.response.ids} & {*stages[each.organisation].items}]
    chosen: list[Asked] = []
    met: set[tuple[str, str]] = set()
    while left and len(chosen) < _MOST_AGAIN:
        best = max(left, key=lambda each: len(each.values(_AGAIN_WHAT) - met))
        if not best.values(_AGAIN_WHAT) - met:
            break
        left.remove(best)
        chosen.append(best)
        met |= best.values(_AGAIN_WHAT)
    return chosen


def _change_what_they_show(probe: Probe, chosen: list[Asked], stages: dict[str, Stage]) -> None:
    """Change at least one item of every list, and as few as possible: in the first organisation its attributes alone,
    so that no filter holds any more, in the second its status alone. A list may be kept until another kind of write."""
    for place, organisation in enumerate(sorted({each.organisation for each in chosen})):
        ours = {*stages[organisation].items}
        lists = [{*each.response.ids} & ours for each in chosen if each.organisation == organisation]
        bodies: list[Body] = []
        while lists:
            gone = Counter(item_id for shown in lists for item_id in shown).most_common(1)[0][0]
            lists = [shown for shown in lists if gone not in shown]
            change = {"status": ("deleted", "inactive")[len(bodies) % 2]} if place else {"attributes": _OTHERS}
            bodies.append({**probe.model.items[organisation, gone].writes[-1].body, **change})
        probe.upsert_items(bodies, organisation)


def _turn_pages(probe: Probe, stages: dict[str, Stage]) -> None:
    """Request two pages in sequence and then all of a list: of some strategies in each organisation, because an overlap
    must show twice; of each other one in one organisation, under a filter of another kind. Nothing was written since
    the last `yield`."""
    turned, items = (*_TURNED, probe.operations.session), itertools.cycle(_ITEMS)
    for organisation, found in stages.items():
        item = next(items)
        for name in turned:
            _turn(probe, organisation, _list_of(probe, name, found, "text", item), 5)
        connect(probe, "after a refusal", organisation)
        probe.recommend(organisation, **_list_of(probe, turned[0], found, "text", item), limit=5, page=3)
    others = [name for name in probe.operations.strategies if name not in turned]
    for name, kind, organisation, item in zip(others, _FILTERED, itertools.cycle(stages), items, strict=False):
        _turn(probe, organisation, _list_of(probe, name, stages[organisation], kind, item), 1)


def _ask_both(probe: Probe, stages: dict[str, Stage]) -> None:
    """Ask the organisations the same thing one after the other: a list that is kept for all of them would show. Then at
    the same time: each must get its own list."""
    user = probe.name("visitor")
    if len(stages) < 2:
        return
    together = []
    for strategy, organisation in itertools.product(_FOR_ANYBODY, stages):
        probe.recommend(organisation, strategy=strategy, user_id=user, limit=100)
        body = {"strategy": strategy, "user_id": user, "filters": {"category": stages[organisation].category}}
        together.append({"json": body, "organisation": organisation})
    probe.send_together(probe.operations.recommend, together)


def _turn(probe: Probe, organisation: str, body: Body, limit: int) -> None:
    for page in ({"limit": limit, "page": 1}, {"limit": limit, "page": 2}, {"limit": 100}):
        probe.recommend(organisation, **body, **page)


def _list_of(probe: Probe, strategy: str, found: Stage, kind: str, item: str) -> Body:
    context = _context(probe, strategy, found.contexts[item])
    return {"strategy": strategy, "user_id": found.users["known"], **context, **_filters(probe, kind, found)}
