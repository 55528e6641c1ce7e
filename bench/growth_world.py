"""Worlds for the growth benchmark: ten events per item and the same shape at every size, from seeded numpy."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from mock_server.runtime import collector
from mock_server.state.records import Event
from mock_server.state.tenant import Tenant

EVENTS_PER_ITEM = 10
NOW = 1_780_000_000.0
SPAN = 30 * 86_400.0
CATEGORIES = 10
HISTORIES = (0, 10, 100, 400)
PROBES = 10
NAMES = np.array(["view", "click", "add_to_cart", "remove_from_cart", "checkout_start", "purchase", "share"])
SHARES = np.array([0.58, 0.15, 0.12, 0.02, 0.03, 0.08, 0.02])
FAMILIES = {"view": "exposure", "purchase": "conversion"}


@dataclass
class World:
    items: int
    tenant: Tenant
    update_us: float
    parse_us: float
    memory_mb: float
    contexts: list[str]  # items from the most popular tenth of the catalogue
    clock: float = NOW
    extra: int = 0

    def disturb(self) -> None:
        """Apply one more event of another user."""
        self.extra += 1
        self.clock += 1.0
        body = {
            "user_id": f"other-{self.extra % 50}",
            "event_family": "exposure",
            "event_name": "view",
            "item_id": self.contexts[self.extra % len(self.contexts)],
        }
        self.tenant.apply_event(Event.from_body(body, self.clock, f"extra-{self.extra}"))


def build(items: int) -> World:
    rng = np.random.default_rng(7)
    tenant = Tenant(f"growth-{items}")
    tenant.upsert_items(catalogue(items, rng), NOW - SPAN)
    events = items * EVENTS_PER_ITEM
    parse = update = 0.0
    for bodies in (stream(items, events, rng), probes(items, rng)):
        for number, body in enumerate(bodies):
            started = time.process_time_ns()
            event = Event.from_body(body, NOW, f"{body['user_id'][0]}{number}")
            parsed = time.process_time_ns()
            tenant.apply_event(event)
            update += time.process_time_ns() - parsed
            parse += parsed - started
    collector.settle()
    applied = len(tenant.events)
    scores = tenant.recommender.scores.popularity
    best = np.argsort(np.frombuffer(scores))[::-1][: items // 10].tolist()
    contexts = [tenant.recommender.catalogue.ids[item] for item in rng.permutation(best)[:100].tolist()]
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    memory = int(status.partition("VmHWM:")[2].split()[0]) / 2**10  # kilobytes; the peak of this process alone
    return World(items, tenant, update / applied / 1000, parse / applied / 1000, memory, contexts)


def catalogue(items: int, rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    prices = np.round(rng.lognormal(3, 1, items), 2).tolist()
    days = rng.integers(1, 28, items).tolist()
    for item in range(items):
        yield {
            "item_id": f"item-{item}",
            "item_type": "product",
            "status": "active",
            "created_at": f"2026-0{1 + item % 4}-{days[item]:02d}",
            "attributes": {
                "title": f"Product number {item}",
                "category": f"category-{item % CATEGORIES}",
                "brand": f"brand-{item // CATEGORIES % max(20, items // 50)}",
                "in_store": item // CATEGORIES % 2 == 0,
                "price": prices[item],
                "tags": [f"tag-{item % 7}", f"tag-{item % (items // 30)}"],
            },
        }


def stream(items: int, events: int, rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    """Yield events in order of time; each shopper has about 25, in sessions of about 6."""
    shoppers = max(40, events // 25)
    per_category = items // CATEGORIES
    sessions = events // 6
    who = rng.integers(0, shoppers, sessions)
    starts = np.sort(rng.uniform(NOW - SPAN, NOW - 7200, sessions))
    session = np.sort(rng.integers(0, sessions, events))
    user = who[session]
    at = np.sort(starts[session] + rng.uniform(0, 1200, events))
    taste = np.where(rng.random(events) < 0.8, user % CATEGORIES, rng.integers(0, CATEGORIES, events))
    item = taste + CATEGORIES * (per_category * rng.random(events) ** 2.5).astype(int)
    name = rng.choice(len(NAMES), events, p=SHARES)
    for row in range(events):
        yield event_body(f"user-{user[row]}", int(item[row]), str(NAMES[name[row]]), at[row], f"s{session[row]}")


def probes(items: int, rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    """Yield events of probe shoppers. A probe's name gives the number of different items in its history; the last ones
    are recent."""
    per_category = items // CATEGORIES
    for history, probe in product(HISTORIES, range(PROBES)):
        drawn: dict[int, None] = {}
        while len(drawn) < history:
            category = probe % CATEGORIES if rng.random() < 0.8 else int(rng.integers(0, CATEGORIES))
            drawn[category + CATEGORIES * int(per_category * rng.random() ** (2.5 if len(drawn) < 300 else 1))] = None
        for row, item in enumerate(drawn):
            age = (history - row) * 600.0
            name = str(NAMES[int(rng.choice(len(NAMES), p=SHARES))])
            yield event_body(f"probe-{history}-{probe}", item, name, NOW - age, f"p{history}-{probe}-{row // 6}")


def event_body(user: str, item: int, name: str, at: float, session: str) -> dict[str, Any]:
    moment = np.datetime64(int(at * 1000), "ms")
    body: dict[str, Any] = {
        "user_id": user,
        "event_family": FAMILIES.get(name, "engagement"),
        "event_name": name,
        "item_id": f"item-{item}",
        "event_timestamp": f"{moment}Z",
        "context": {"session_id": session, "device": "mobile"},
    }
    if name == "purchase":
        body["metadata"] = {"price": 19.99, "quantity": 1}
    return body
