"""How the recommender's answers, updates and memory grow from 1,000 to 100,000 items.

    python bench/recommender_growth.py [--largest 100000] [--repeats 100] [--plot docs/recommender-growth.png]

Worlds have ten events per item and the same shape at every size (seeded numpy, no files): shoppers with a taste for one
category, sessions, baskets, carts. Into each come probe shoppers with histories of exactly 0, 10, 100 and 400 items.
Filters select a fifth (one of two categories) and a half (by two attributes) of the catalogue at every size, so that
page 10 is never empty. Cold: an event was applied just before, so the list is made anew. Warm: the same question again.
Times are CPU times of this process, because the machine is shared; each world is measured in turns with the smallest
one, and the ratio of the two is what counts.
"""

from __future__ import annotations

import argparse
import gc
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from mock_server.recommender import STRATEGIES, Config, Query
from mock_server.records import Event
from mock_server.tenant import Tenant

EVENTS_PER_ITEM = 10
NOW = 1_780_000_000.0
SPAN = 30 * 86_400.0
CATEGORIES = 10
HISTORIES = (0, 10, 100, 400)
PROBES = 10
HALF = [f"category-{number}" for number in range(CATEGORIES)]
FILTERS: dict[str, dict[str, Any]] = {
    "none": {},
    "1/5": {"category": ["category-3", "category-4"]},
    "1/2": {"in_store": True, "category": HALF},
}
SIZES = (3_000, 10_000, 30_000)
PAGES = (1, 10)
LIMIT = 10
NAMES = np.array(["view", "click", "add_to_cart", "remove_from_cart", "checkout_start", "purchase", "share"])
SHARES = np.array([0.58, 0.15, 0.12, 0.02, 0.03, 0.08, 0.02])
FAMILIES = {"view": "exposure", "purchase": "conversion"}
Cell = tuple[str, int, str, int, str]  # strategy, page, filter, history, temperature


@dataclass
class World:
    items: int
    tenant: Tenant
    update_us: float
    parse_us: float
    memory_mb: float
    contexts: list[str]  # items of the most popular tenth
    clock: float = NOW
    extra: int = 0

    def disturb(self) -> None:
        """Apply one more event of a stranger."""
        self.extra += 1
        self.clock += 1.0
        body = {
            "user_id": f"stranger-{self.extra % 50}",
            "event_family": "exposure",
            "event_name": "view",
            "item_id": self.contexts[self.extra % len(self.contexts)],
        }
        self.tenant.apply_event(Event.from_body(body, self.clock, f"extra-{self.extra}"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--largest", type=int, default=100_000, help="items of the largest world")
    parser.add_argument("--repeats", type=int, default=100, help="questions per cell")
    parser.add_argument("--plot", type=Path, help="write the growth plot there (PNG)")
    arguments = parser.parse_args()
    print(f"configuration: {Config()}")
    smallest = build(1_000)
    report_world(smallest)
    points = []
    for size in [size for size in SIZES if size < arguments.largest] + [arguments.largest]:
        world = build(size)
        report_world(world)
        if size == arguments.largest:
            report_memory(world.tenant)
        points.append((world, compare(smallest, world, arguments.repeats)))
        if size < arguments.largest:
            world.tenant = smallest.tenant  # let go of it
            gc.unfreeze()
            gc.collect()
    passed = report(points[-1][1])
    if arguments.plot:
        plot(points, smallest, arguments.plot)
    return 0 if passed else 1


# Worlds


def build(items: int) -> World:
    gc.collect()
    dice = np.random.default_rng(7)
    tenant = Tenant(f"growth-{items}")
    tenant.upsert_items(catalogue(items, dice), NOW - SPAN)
    events = items * EVENTS_PER_ITEM
    parse = update = 0.0
    for bodies in (stream(items, events, dice), probes(items, dice)):
        for number, body in enumerate(bodies):
            started = time.process_time_ns()
            event = Event.from_body(body, NOW, f"{body['user_id'][0]}{number}")
            parsed = time.process_time_ns()
            tenant.apply_event(event)
            update += time.process_time_ns() - parsed
            parse += parsed - started
    gc.collect()
    gc.freeze()  # what a server does once its seed is loaded
    applied = len(tenant.events)
    scores = tenant.recommender.scores.popularity
    best = np.argsort(np.frombuffer(scores))[::-1][: items // 10].tolist()
    contexts = [tenant.recommender.catalogue.ids[item] for item in dice.permutation(best)[:100].tolist()]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10  # kilobytes on Linux
    return World(items, tenant, update / applied / 1000, parse / applied / 1000, memory, contexts)


def catalogue(items: int, dice: np.random.Generator) -> Iterator[dict[str, Any]]:
    prices = np.round(dice.lognormal(3, 1, items), 2).tolist()
    days = dice.integers(1, 28, items).tolist()
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


def stream(items: int, events: int, dice: np.random.Generator) -> Iterator[dict[str, Any]]:
    """Events in order of time; a shopper has about 25, in sessions of about 6."""
    shoppers = max(40, events // 25)
    per_category = items // CATEGORIES
    sessions = events // 6
    who = dice.integers(0, shoppers, sessions)
    starts = np.sort(dice.uniform(NOW - SPAN, NOW - 7200, sessions))
    session = np.sort(dice.integers(0, sessions, events))
    user = who[session]
    at = np.sort(starts[session] + dice.uniform(0, 1200, events))
    taste = np.where(dice.random(events) < 0.8, user % CATEGORIES, dice.integers(0, CATEGORIES, events))
    item = taste + CATEGORIES * (per_category * dice.random(events) ** 2.5).astype(int)
    name = dice.choice(len(NAMES), events, p=SHARES)
    for row in range(events):
        yield event_body(f"user-{user[row]}", int(item[row]), str(NAMES[name[row]]), at[row], f"s{session[row]}")


def probes(items: int, dice: np.random.Generator) -> Iterator[dict[str, Any]]:
    """Shoppers with as many different items as their name says, drawn as all others draw, the last ones just now."""
    per_category = items // CATEGORIES
    for history, probe in product(HISTORIES, range(PROBES)):
        drawn: dict[int, None] = {}
        while len(drawn) < history:
            category = probe % CATEGORIES if dice.random() < 0.8 else int(dice.integers(0, CATEGORIES))
            drawn[category + CATEGORIES * int(per_category * dice.random() ** (2.5 if len(drawn) < 300 else 1))] = None
        for row, item in enumerate(drawn):
            age = (history - row) * 600.0
            name = str(NAMES[int(dice.choice(len(NAMES), p=SHARES))])
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


# Questions


def cells() -> Iterator[tuple[str, int, str, int]]:
    return product(STRATEGIES, PAGES, FILTERS, HISTORIES)


def question(world: World, strategy: str, filters: str, history: int, turn: int) -> Query:
    return Query(
        strategy,
        f"probe-{history}-{turn % PROBES}",
        world.contexts[turn % len(world.contexts)],
        filters=FILTERS[filters],
    )


def compare(small: World, large: World, repeats: int) -> dict[Cell, tuple[np.ndarray, np.ndarray]]:
    """Times in microseconds of each cell in both worlds, taken in turns."""
    for world, (strategy, _, filters, history) in product((small, large), cells()):
        world.tenant.recommend(question(world, strategy, filters, history, 0), NOW)[:LIMIT]  # make the indexes
    found = {}
    for strategy, page, filters, history in cells():
        times: dict[tuple[int, str], list[float]] = defaultdict(list)
        for turn in range(repeats):
            for which, world in enumerate((small, large)):
                world.disturb()
                for temperature in ("cold", "warm"):
                    started = time.process_time_ns()
                    ranking = world.tenant.recommend(question(world, strategy, filters, history, turn), world.clock)
                    page_of = ranking[(page - 1) * LIMIT : page * LIMIT]
                    times[which, temperature].append((time.process_time_ns() - started) / 1000)
                    assert len(page_of) == min(LIMIT, max(0, len(ranking) - (page - 1) * LIMIT))
        for temperature in ("cold", "warm"):
            cell = (strategy, page, filters, history, temperature)
            found[cell] = (np.array(times[0, temperature]), np.array(times[1, temperature]))
    return found


# Reports


def report_world(world: World) -> None:
    print(
        f"{world.items:7,} items {len(world.tenant.events):9,} events: {world.update_us:5.1f} us per update"
        f" + {world.parse_us:4.1f} us to parse, {world.memory_mb:6.0f} MB at the peak of this process",
        flush=True,
    )


def report(found: dict[Cell, tuple[np.ndarray, np.ndarray]]) -> bool:
    print("\ncold, then warm; p50 and p99 in us over all cells of a strategy; worst ratio of one cell, large to small")
    passed = True
    for strategy, temperature in product(STRATEGIES, ("cold", "warm")):
        own = {cell: pair for cell, pair in found.items() if cell[0] == strategy and cell[4] == temperature}
        small, large = (np.concatenate([pair[which] for pair in own.values()]) for which in (0, 1))
        lines, worst = [], {}
        for percent in (50, 99):
            ratios = {
                cell: float(np.percentile(b, percent) / np.percentile(a, percent)) for cell, (a, b) in own.items()
            }
            worst[percent] = max(ratios.items(), key=lambda row: row[1])
            all_small, all_large = np.percentile(small, percent), np.percentile(large, percent)
            lines.append(f"p{percent} {all_small:6.0f} -> {all_large:6.0f} ({all_large / all_small:4.2f})")
            passed &= worst[percent][1] <= 1.5 and all_large < 20_000
        (cell50, ratio50), (cell99, ratio99) = worst[50], worst[99]
        print(f"{strategy:29} {temperature} {'  '.join(lines)}", end="  ")
        print(f"worst {ratio50:4.2f} {cell50[1:4]} {ratio99:4.2f} {cell99[1:4]}")
    return passed


def report_memory(tenant: Tenant) -> None:
    """Megabytes per structure, from a sample of each, scaled."""
    recommender = tenant.recommender
    tables = recommender.tables
    parts = {
        "event log": sampled(list(tenant.events.items())) + sys.getsizeof(tenant.events),
        "items": sampled(list(tenant.items.values())) + sys.getsizeof(tenant.items),
        "persons (histories, sessions, baskets)": sampled(list(recommender.people.values())),
        **{
            f"pairs {name}": sum(
                sys.getsizeof(row.items) + sys.getsizeof(row.counts) + sys.getsizeof(row)
                for row in pairs.rows
                if row is not None
            )
            + sys.getsizeof(pairs.rows)
            for name, pairs in (("touched", tables.touched), ("bought", tables.bought), ("consumed", tables.consumed))
        },
    }
    for name, size in parts.items():
        print(f"  {size / 2**20:7.0f} MB  {name}")
    for name, pairs in (("touched", tables.touched), ("bought", tables.bought), ("consumed", tables.consumed)):
        lengths = np.array([len(row.items) for row in pairs.rows if row is not None])
        print(f"  {lengths.sum():9,} entries in {len(lengths):,} rows of {name}, longest {lengths.max()}")


def sampled(objects: list[Any], count: int = 2_000) -> float:
    step = max(1, len(objects) // count)
    sample = objects[::step]
    seen: set[int] = set()
    return sum(deep_size(thing, seen) for thing in sample) * len(objects) / max(1, len(sample))


def deep_size(thing: Any, seen: set[int]) -> int:
    if id(thing) in seen or isinstance(thing, type):
        return 0
    seen.add(id(thing))
    size = sys.getsizeof(thing)
    if isinstance(thing, dict):
        return size + sum(deep_size(part, seen) for pair in thing.items() for part in pair)
    if isinstance(thing, list | tuple | set):
        return size + sum(deep_size(part, seen) for part in thing)
    for name in getattr(thing, "__slots__", ()):
        size += deep_size(getattr(thing, name), seen)
    return size


def plot(points: list[tuple[World, dict[Cell, tuple[np.ndarray, np.ndarray]]]], smallest: World, path: Path) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 3, figsize=(15, 4.5), layout="constrained")
    sizes = [world.items for world, _ in points]
    for axis, temperature in zip(axes, ("cold", "warm"), strict=False):
        for strategy in STRATEGIES:
            lines = [
                np.percentile(
                    np.concatenate(
                        [pair[1] for cell, pair in found.items() if cell[0] == strategy and cell[4] == temperature]
                    ),
                    99,
                )
                for _, found in points
            ]
            first = np.concatenate(
                [pair[0] for cell, pair in points[-1][1].items() if cell[0] == strategy and cell[4] == temperature]
            )
            axis.plot(
                [smallest.items, *sizes], [np.percentile(first, 99) / 1000, *(np.array(lines) / 1000)], label=strategy
            )
        axis.set(
            xscale="log",
            yscale="log",
            xlabel="items (ten events each)",
            ylabel="p99, ms of CPU",
            title=f"{temperature} answers",
        )
    axes[1].legend(fontsize=7, ncols=2)
    worlds = [smallest, *(world for world, _ in points)]
    axes[2].plot([world.items for world in worlds], [world.update_us for world in worlds], label="us per event")
    axes[2].set(xscale="log", ylim=(0, 80), xlabel="items (ten events each)", title="update per event, and memory")
    memory = axes[2].twinx()
    memory.plot([world.items for world in worlds], [world.memory_mb for world in worlds], "C1--", label="MB")
    memory.set(yscale="log", ylabel="MB at the peak of this process")
    axes[2].set_ylabel("us of CPU per event")
    figure.savefig(path, dpi=110)
    print(f"wrote {path}")


if __name__ == "__main__":
    sys.exit(main())
