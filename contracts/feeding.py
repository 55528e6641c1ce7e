"""Sends requests so that rules have responses to judge, when only rules are selected: rules judge the responses of
checks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contracts.catalogue import Entry
from contracts.run.engine import Engine
from contracts.run.probe import Probe
from contracts.run.registry import CHECKS, RULES, waits
from contracts.settings import Settings, matching
from contracts.situations.table import tables
from contracts.target import Target
from fixtures.bodies import event_body, user_body

_OTHER, _GENERATED = "other-organisation", "generated"
_SHELF, _MOST = 6, 4  # number of items; checks that run in addition to the request of each kind
_QUESTIONS: tuple[dict[str, Any], ...] = (
    {},
    {"limit": 2},
    {"limit": 2, "page": 2},
    {"strategy": "popular", "limit": 100},
)


@dataclass(frozen=True)
class Feeders:
    """What sends the requests. `situations`: sources of their tables; `passes`: of generated inputs."""

    checks: list[Entry] = field(default_factory=list)
    situations: list[str] = field(default_factory=list)
    passes: list[Entry] = field(default_factory=list)
    named: bool = False  # by --after

    @property
    def wait(self) -> bool:
        """Return whether what --after names waits until records become visible."""
        return self.named and (bool(self.situations) or any(map(waits, self.checks)))


def feeders(settings: Settings, rules: Sequence[Entry], catalogue: Mapping[str, Entry], target: Target) -> Feeders:
    """Return what --after names; by default checks, the most useful first: those that the rules depend on, then those
    of the rules' areas, then the others."""
    acting = _checks(catalogue)
    if settings.after:
        wanted = {identifier for name in settings.after for identifier in matching(name, catalogue)}
        named = [entry for entry in catalogue.values() if entry.id in wanted]
        checks = [entry for entry in acting if entry in named and (target.other or _OTHER not in entry.needs)]
        situations = [name for name in settings.after if not matching(name, catalogue)]
        return Feeders(checks, situations, [entry for entry in named if _GENERATED in entry.needs], named=True)
    depends, areas = {name for rule in rules for name in rule.depends}, {rule.area for rule in rules}
    return Feeders(
        sorted(
            (entry for entry in acting if not entry.needs and not waits(entry)),
            key=lambda entry: (entry.id not in depends, entry.area not in areas, not entry.quick, len(entry.depends)),
        )
    )


def sources(catalogue: Mapping[str, Entry]) -> set[str]:
    """Return all that can send requests for rules: checks, tables of situations, passes of generated inputs."""
    passes = {entry.id for entry in catalogue.values() if entry.needs == (_GENERATED,)}
    return {entry.id for entry in _checks(catalogue)} | passes | {table.source for table in tables().values()}


def _checks(catalogue: Mapping[str, Entry]) -> list[Entry]:
    return [entry for entry in catalogue.values() if entry.id in CHECKS and not {*entry.needs} - {_OTHER}]


def feed(engine: Engine, rules: Sequence[Entry], feeding: Feeders) -> None:
    """Run the checks of --after. Otherwise send one request of each kind, then run checks one by one until every rule
    has a response to judge."""
    if feeding.named:
        engine.judge(feeding.checks)
        return
    engine.drive("a request of each kind", _each_kind)
    for entry in feeding.checks[:_MOST]:
        seen = (sum(map(RULES[rule.id].about, engine.run.client.journal)) for rule in rules)
        if min(seen):
            return
        engine.judge([entry])


def _each_kind(probe: Probe) -> Iterator[None]:
    """Send items with events, requests for recommendations and pages of them, and requests that are refused."""
    category, user = probe.name("cat"), probe.name("user")
    items = [probe.item("shelf", category) for _ in range(_SHELF)]
    probe.upsert_items(items)
    probe.upsert_users([user_body(user)])
    probe.ingest([event_body(name, user, item["item_id"]) for item in items for name in ("view", "purchase")])
    probe.visibility.lag = probe.visibility.lag or 1.0  # not measured yet
    yield
    if probe.visibility.channel is not None:
        probe.eventually(probe.shows(category, *(item["item_id"] for item in items)))
    newcomer = probe.name("newcomer")  # a new user has bought nothing, so no item is left out of the list
    for question in _QUESTIONS:
        probe.recommend(user_id=newcomer, filters={"category": category}, **question)
    filters = {"category": category, "title": items[0]["attributes"]["title"]}
    probe.recommend(strategy="similar", context_item_id=items[0]["item_id"], filters=filters)
    operations, nobody = probe.operations, probe.credentials.none()
    probe.send(operations.events, {}, forbidden="an event without any field")
    probe.send(operations.recommend, {"user_id": user}, nobody)
    probe.request("POST", "/v1/no-such-thing", nobody, json={})
