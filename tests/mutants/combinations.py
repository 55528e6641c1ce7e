"""Two faults at once, one fault in a narrow place, and faults that come and go."""

from __future__ import annotations

from tests.mutants import (
    envelope,
    event_effects,
    events,
    exhausted,
    filters,
    identity,
    items,
    key_types,
    keys,
    life_cycle,
    limits,
    organisations,
    paging,
    personal,
    queue,
    ranking,
    recommendations,
    strategies,
    users,
)
from tests.mutants.fault import Fault
from tests.mutants.wrappers import Document, Request, asks, chain, edits_data, sometimes

AREAS = (
    envelope,
    event_effects,
    events,
    exhausted,
    filters,
    identity,
    items,
    key_types,
    keys,
    life_cycle,
    limits,
    organisations,
    paging,
    personal,
    queue,
    ranking,
    recommendations,
    strategies,
    users,
)
SINGLE = {each.name: each for module in AREAS for each in module.FAULTS}


def together(name: str, *names: str) -> Fault:
    """All of these at once; any of their statements will do."""
    parts = [SINGLE[each] for each in names]
    return Fault(
        name,
        " And: ".join(part.breaks for part in parts),
        tuple(dict.fromkeys(id_ for part in parts for id_ in part.ids)),
        chain(*(part.broken for part in parts)),
        exhaust=any(part.exhaust for part in parts),
    )


def at_times(name: str, every: int) -> Fault:
    """One of `every` requests meets the fault."""
    part = SINGLE[name]
    breaks = f"One request in {every}: {part.breaks}"
    return Fault(f"{name}-one-in-{every}", breaks, part.ids, sometimes(part.broken, every), part.exhaust)


def last_page(data: Document, _: Request) -> None:
    place = data["pagination"]
    if place["page"] > 1 and not place["has_next"]:
        data["recommended_items"].reverse()


FAULTS = [
    together("lax-on-items", "item-type-defaults", "any-item-status"),
    together("lax-on-events", "event-name-guessed", "event-family-guessed", "any-event-family"),
    together("strict-on-events", "custom-names-refused", "null-item-id-refused"),
    together("keys-half-read", "key-cut-short-opens", "bearer-prefix-accepted"),
    together("either-key-will-do", "publishable-key-upserts-users", "secret-key-sends-events"),
    together("undead-items", "deleted-ignored", "hidden-for-ever"),
    together("pages-all-the-same", "page-ignored", "has-next-always-true"),
    together("cache-without-a-heart", "cached-recommendation-id", "stale-metadata"),
    together("one-big-shop", "history-is-everybodys", "one-bucket-for-all"),
    together("identify-half-done", "identify-in-arrays-ignored", "identify-loses-own-history"),
    together("counted-by-nobody", "remaining-stands-still", "never-429"),
    together("silent-at-the-limit", "no-headers-on-429", "plain-text-429"),
    at_times("popular-shows-others-items", 3),
    at_times("filters-ignored", 5),
    at_times("no-key-is-first-organisation", 2),
    at_times("phantom-everywhere", 10),
    at_times("has-next-off-by-one", 2),
    at_times("success-missing-on-users", 2),
    at_times("scores-are-texts", 10),
    at_times("total-count-is-a-text", 10),
    at_times("users-answer-200", 2),
    at_times("no-headers-on-events", 10),
    at_times("remaining-stands-still", 10),
    Fault(
        "two-filters-on-page-2-ignored",
        "With two filters, page 2 keeps to neither.",
        ("FILTER-several",),
        asks(
            lambda record: record.pop("filters"),
            lambda record: (
                record.get("page") == 2 and isinstance(record.get("filters"), dict) and len(record["filters"]) == 2
            ),
        ),
    ),
    Fault(
        "order-lost-on-the-last-page",
        "On the last page of several recommended_items stands in reverse.",
        ("RANK-same-ids",),
        edits_data(last_page),
    ),
]
