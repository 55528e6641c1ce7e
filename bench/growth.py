"""How the recommender's answers, updates and memory grow from 1,000 to 100,000 items.

    python -m bench.growth [--quick] [--write]

Worlds have ten events per item and the same shape at every size (seeded numpy, no files): shoppers with a taste for one
category, sessions, baskets, carts. Probe shoppers have histories of exactly 0, 10, 100 and 400 items.
Filters select a fifth (one of two categories) and a half (by two attributes) of the catalogue at every size, so that
page 10 is never empty. Cold: an event was applied just before, so the list is computed. Warm: the same request
again, served from the cache.
Indexes are made on first use and timed apart.
Times are CPU times of this process, with the garbage collector set as the server sets it; each world is measured in
turns with the smallest one, and the ratio of the two is what counts.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from bench.growth_world import CATEGORIES, HISTORIES, PROBES, World, build
from bench.part import Options, Part, run
from mock_server.runtime import collector
from mock_server.state.recommender import STRATEGIES, Query
from mock_server.state.tenant import Tenant

HALF = [f"category-{number}" for number in range(CATEGORIES)]
FILTERS: dict[str, dict[str, Any]] = {
    "none": {},
    "1/5": {"category": ["category-3", "category-4"]},
    "1/2": {"in_store": True, "category": HALF},
}
PLOT = Path("docs/recommender-growth.png")
PAGES = (1, 10)
LIMIT = 10
PERSONAL = {name for name in STRATEGIES if name not in ("similar", "trending", "popular", "new-arrivals")} - {
    "frequently-bought-together",
    "frequently-consumed-together",
}
Cell = tuple[str, int, str, int, str]  # strategy, page, filter, history, temperature
Found = dict[Cell, tuple[np.ndarray, np.ndarray]]  # microseconds in the smallest world and in a larger one


def measure(options: Options) -> str:
    sizes, repeats = ((10_000,), 5) if options.quick else ((10_000, 100_000), 20)
    smallest = build(1_000)
    worlds, points, notes = [world_row(smallest)], [], []
    for size in sizes:
        world = build(size)
        worlds.append(world_row(world))
        if size == sizes[-1]:
            notes = memory_lines(world.tenant)
        points.append((world, compare(smallest, world, repeats)))
        if size < sizes[-1]:
            world.tenant = smallest.tenant  # free the memory
            collector.collect_everything()
    if options.write:
        plot(points, smallest, PLOT)
    head = [
        "| items | events | update, mean | parsing the body | peak memory |",
        "|---|---|---|---|---|",
    ]
    summary = f"{smallest.items:,} to {sizes[-1]:,} items, {repeats} questions a cell, in microseconds (ratio)"
    return "\n".join([*head, *worlds, "", *notes, "", summary, "", *growth_rows(points[-1][1])])


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


def compare(small: World, large: World, repeats: int) -> Found:
    """Measure each cell in both worlds alternately; return the times in microseconds."""
    for world in (small, large):
        first_uses(world, repeats)
    found = {}
    for strategy, page, filters, history in cells():
        times: dict[tuple[int, str], list[float]] = defaultdict(list)
        for turn in range(repeats):
            for which, world in enumerate((small, large)):
                query = question(world, strategy, filters, history, turn)
                cold, warm = cold_and_warm(world, query, page)
                times[which, "cold"].append(cold)
                times[which, "warm"].append(warm)
        for temperature in ("cold", "warm"):
            cell = (strategy, page, filters, history, temperature)
            found[cell] = (np.array(times[0, temperature]), np.array(times[1, temperature]))
    return found


def first_uses(world: World, repeats: int) -> None:
    """Make every request that builds an index, so that no index is built during the measurement."""
    for strategy, filters, turn in product(STRATEGIES, FILTERS, range(repeats)):
        world.tenant.recommend(question(world, strategy, filters, 10, turn), world.clock)[: PAGES[-1] * LIMIT]


def cold_and_warm(world: World, query: Query, page: int) -> list[float]:
    """Return the CPU microseconds of a response just after a change, and of the third response to the same request,
    which comes from the cache."""
    world.disturb()
    times = []
    for _ in range(3):
        started = time.process_time_ns()
        ranking = world.tenant.recommend(query, world.clock)
        entries = ranking[(page - 1) * LIMIT : page * LIMIT]
        times.append((time.process_time_ns() - started) / 1000)
        assert len(entries) == LIMIT
    return [times[0], times[2]]


# Reports


def world_row(world: World) -> str:
    return (
        f"| {world.items:,} | {len(world.tenant.events):,} | {world.update_us:.1f} us | {world.parse_us:.1f} us "
        f"| {world.memory_mb:,.0f} MB |"
    )


def growth_rows(found: Found) -> Iterator[str]:
    """Yield a table row with p50 and p99 for each strategy and history, and one row for all of them."""
    yield "| strategy | history | cold p50 | cold p99 | warm p50 | warm p99 |"
    yield "|---|---|---|---|---|---|"
    for strategy in STRATEGIES:
        for history in HISTORIES if strategy in PERSONAL else HISTORIES[:1]:
            row = [f"| `{strategy}` | {history if strategy in PERSONAL else ''}"]
            for temperature in ("cold", "warm"):
                row += percentiles(
                    [pair for cell, pair in found.items() if (cell[0], *cell[3:]) == (strategy, history, temperature)]
                )
            yield " | ".join(row) + " |"
    row = ["| **all** | "]
    for temperature in ("cold", "warm"):
        row += percentiles([pair for cell, pair in found.items() if cell[4] == temperature])
    yield " | ".join(row) + " |"


def percentiles(pairs: list[tuple[np.ndarray, np.ndarray]]) -> Iterator[str]:
    small, large = (np.concatenate([pair[which] for pair in pairs]) for which in (0, 1))
    for percent in (50, 99):
        before, after = np.percentile(small, percent), np.percentile(large, percent)
        yield f"{before:.0f} → {after:.0f} ({after / before:.2f})"


def memory_lines(tenant: Tenant) -> list[str]:
    """Return a line with the megabytes of each structure, extrapolated from a sample."""
    recommender = tenant.recommender
    tables = recommender.tables
    parts = {
        "event log": sampled(list(tenant.events.items())) + sys.getsizeof(tenant.events),
        "items": sampled(list(tenant.items.values())) + sys.getsizeof(tenant.items),
        "persons": sampled(list(recommender.people.values())),
    }
    for name in tables.__slots__:
        pairs = getattr(tables, name)
        parts[f"pairs {name}"] = sum(map(sys.getsizeof, pairs.rows)) + sys.getsizeof(pairs.rows)
    sizes = ", ".join(f"{name} {size / 2**20:,.0f} MB" for name, size in parts.items())
    return [f"Memory of the largest: {sizes}."]


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


def plot(points: list[tuple[World, Found]], smallest: World, path: Path) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    worlds = [smallest, *(world for world, _ in points)]
    sizes = [world.items for world in worlds]
    figure, (cold, warm, growth) = plt.subplots(1, 3, figsize=(16, 5), layout="constrained")
    for axis, temperature in ((cold, "cold"), (warm, "warm")):
        for number, strategy in enumerate(STRATEGIES):
            slow = [p99(points[-1][1], strategy, temperature, 0)]
            slow += [p99(found, strategy, temperature, 1) for _, found in points]
            style = "-" if number < len(plt.rcParams["axes.prop_cycle"]) else "--"
            axis.plot(sizes, np.array(slow) / 1000, style, label=strategy)
        axis.set(xscale="log", yscale="log", xlabel="items (ten events each)", ylabel="p99, ms of CPU")
        axis.set_title(f"{temperature} answers")
    figure.legend(*cold.get_legend_handles_labels(), loc="outside lower center", ncols=7, fontsize=8)
    growth.plot(sizes, [world.update_us for world in worlds])
    growth.set(xscale="log", ylim=(0, None), xlabel="items (ten events each)", ylabel="us of CPU per event (solid)")
    growth.set_title("update per event, and memory")
    memory = growth.twinx()
    memory.plot(sizes, [world.memory_mb for world in worlds], "C1--")
    memory.set(yscale="log", ylabel="MB, peak of the process (dashed)")
    figure.savefig(path, dpi=100)


def p99(found: Found, strategy: str, temperature: str, which: int) -> float:
    own = [pair[which] for cell, pair in found.items() if (cell[0], cell[4]) == (strategy, temperature)]
    return float(np.percentile(np.concatenate(own), 99))


PART = Part("growth", measure, Path("docs/recommender.md"))

if __name__ == "__main__":
    sys.exit(run(PART, __doc__))
