"""Sends recommendation requests of every kind, each together with another one for the same list; then repeats some
after the list has changed."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from contracts.exchange import Exchange
from contracts.run.operations import SESSION
from contracts.run.probe import Body, Probe
from contracts.situations.connections import connect
from contracts.situations.stage import SIZE, Stage, stage
from contracts.situations.table import Coverage, Row
from contracts.situations.values import VALUES

_PAGES: dict[str, dict[str, int]] = {
    "left out": {},
    "limit 1": {"limit": 1},
    "limit 99": {"limit": 99},
    "limit 100": {"limit": 100},
    "limit 5, page 2": {"limit": 5, "page": 2},
    "last full page": {"limit": SIZE // 3, "page": 3},
    "last short page": {"limit": 7, "page": SIZE // 7 + 1},
    "past the end": {"limit": 50, "page": 40},
}
_MOST_AGAIN = 14  # requests
_AGAIN_WHAT = ("organisation", "strategy", "user", "filters", "page", "connection")  # cover every value


@dataclass
class Asked:
    row: Row
    organisation: str
    body: Body
    answer: Exchange


def questions(probe: Probe, rows: list[Row], coverage: Coverage) -> Iterator[None]:
    organisations = ("main", "other") if probe.target.other else ("main",)
    wanted = {"other" if row["organisation"] == "second" else "main" for row in rows}
    stages = {each: stage(probe, each) for each in organisations if each in wanted}
    yield
    asked = []
    for row in rows:
        organisation = "other" if row["organisation"] == "second" else "main"
        if organisation not in stages:
            coverage.missed["no second organisation"] += 1
            continue
        body = _question(probe, row, stages[organisation])
        if body.get("page") == 2:  # page 1 just before page 2
            probe.recommend(organisation, **{**body, "page": 1})
        answer = _ask(probe, row, organisation, body)
        if body.get("page", 1) == 1:
            _beside(probe, organisation, body, answer)
        asked.append(Asked(row, organisation, body, answer))
        coverage.performed(row)
    chosen = _to_ask_again(asked, stages)
    _hide_what_they_show(probe, chosen, stages)
    yield
    for each in chosen:
        _ask(probe, each.row, each.organisation, each.body)


def _ask(probe: Probe, row: Row, organisation: str, body: Body) -> Exchange:
    certain = row["filters"] in ("none", "text", "none matching") and row["item"] in ("product", "article")
    fresh = connect(probe, row["connection"], organisation)
    plain = certain and body.get("page", 1) == 1
    return probe.send(probe.operations.recommend, body, organisation=organisation, fresh=fresh, valid=plain)


def _beside(probe: Probe, organisation: str, body: Body, answer: Exchange) -> None:
    """Request the same list with another limit: half of the shown items, or 100 if one was shown."""
    shown = len(answer.ids)
    if shown > 1 or body.get("limit") == 1:
        probe.recommend(organisation, **{**body, "limit": shown // 2 or 100})


def _question(probe: Probe, row: Row, found: Stage) -> Body:
    strategy = probe.operations.session if row["strategy"] == SESSION[0] else row["strategy"]
    named: Body = {} if strategy == "default" else {"strategy": strategy}
    user = probe.name("nobody") if row["user"] == "unknown" else found.users[row["user"]]
    requires = probe.operations.strategies.get(strategy, {}).get("requires")
    item = {"context_item_id": found.contexts[row["item"]]} if requires == "context_item_id" else {}
    return {**named, "user_id": user, **item, **_filters(probe, row["filters"], found), **_PAGES[row["page"]]}


def _filters(probe: Probe, kind: str, found: Stage) -> Body:
    if kind == "none":
        return {}
    if kind == "several":
        return {"filters": {"category": found.category, found.trait: VALUES["text"]}}
    if kind == "none matching":
        return {"filters": {"category": probe.name("nothing")}}
    if kind == "on a value that changed":
        return {"filters": {"category": found.category, "colour": "red"}}
    return {"filters": {"category": found.category} if kind == "text" else {found.trait: VALUES[kind]}}


def _to_ask_again(asked: list[Asked], stages: dict[str, Stage]) -> list[Asked]:
    """Return requests that showed items of this run: as few as cover every value that all such requests have."""
    left = [each for each in asked if {*each.answer.ids} & {*stages[each.organisation].items}]
    chosen: list[Asked] = []
    met: set[tuple[str, str]] = set()
    while left and len(chosen) < _MOST_AGAIN:
        best = max(left, key=lambda each: len(_values(each) - met))
        if not _values(best) - met:
            break
        left.remove(best)
        chosen.append(best)
        met |= _values(best)
    return chosen


def _values(asked: Asked) -> set[tuple[str, str]]:
    return {(name, asked.row[name]) for name in _AGAIN_WHAT}


def _hide_what_they_show(probe: Probe, chosen: list[Asked], stages: dict[str, Stage]) -> None:
    """Hide at least one item of every list, and as few as possible."""
    for organisation in sorted({each.organisation for each in chosen}):
        ours = {*stages[organisation].items}
        lists = [{*each.answer.ids} & ours for each in chosen if each.organisation == organisation]
        bodies = []
        while lists:
            gone = Counter(item_id for shown in lists for item_id in shown).most_common(1)[0][0]
            lists = [shown for shown in lists if gone not in shown]
            bodies.append({**probe.model.items[organisation, gone].writes[-1].body, "status": "inactive"})
        probe.upsert_items(bodies, organisation)
