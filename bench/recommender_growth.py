"""How the recommender's answers, updates and memory grow from 1,000 to 100,000 items.

    python -m bench.recommender_growth [--largest 100000] [--repeats 100] [--plot docs/recommender-growth.png]

Worlds have ten events per item and the same shape at every size (seeded numpy, no files): shoppers with a taste for one
category, sessions, baskets, carts. Into each come probe shoppers with histories of exactly 0, 10, 100 and 400 items.
Filters select a fifth (one of two categories) and a half (by two attributes) of the catalogue at every size, so that
page 10 is never empty. Cold: an event was applied just before, so the list is made anew. Warm: the same question again.
Indexes are made on first use and timed apart.
Times are CPU times of this process, the best of three tries of each question, because the machine is shared; each
world is measured in turns with the smallest one, and the ratio of the two is what counts.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from bench.growth_world import CATEGORIES, HISTORIES, PROBES, World, build
from mock_server.state.recommender import STRATEGIES, Config, Query
from mock_server.state.recommender.pairs import ENTRY
from mock_server.state.tenant import Tenant

HALF = [f"category-{number}" for number in range(CATEGORIES)]
FILTERS: dict[str, dict[str, Any]] = {
    "none": {},
    "1/5": {"category": ["category-3", "category-4"]},
    "1/2": {"in_store": True, "category": HALF},
}
SIZES = (10_000,)  # between the smallest and the largest
PAGES = (1, 10)
LIMIT = 10
TRIES = 3
PERSONAL = {name for name in STRATEGIES if name not in ("similar", "trending", "popular", "new-arrivals")} - {
    "frequently-bought-together",
    "frequently-consumed-together",
}
Cell = tuple[str, int, str, int, str]  # strategy, page, filter, history, temperature
Found = dict[Cell, tuple[np.ndarray, np.ndarray]]  # microseconds in the smallest and in a larger world


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--largest", type=int, default=100_000, help="items of the largest world")
    parser.add_argument("--repeats", type=int, default=20, help="questions per cell")
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
    """Times in microseconds of each cell in both worlds, taken in turns."""
    for world in (small, large):
        first = sorted(first_uses(world, repeats))
        print(f"{world.items:7,} items: an index is made on first use: at most {first[-1] / 1000:.1f} ms", flush=True)
    found = {}
    for strategy, page, filters, history in cells():
        times: dict[tuple[int, str], list[float]] = defaultdict(list)
        for turn in range(repeats):
            for which, world in enumerate((small, large)):
                query = question(world, strategy, filters, history, turn)
                cold, warm = zip(*(ask_twice(world, query, page) for _ in range(TRIES)), strict=True)
                times[which, "cold"].append(min(cold))
                times[which, "warm"].append(min(warm))
        for temperature in ("cold", "warm"):
            cell = (strategy, page, filters, history, temperature)
            found[cell] = (np.array(times[0, temperature]), np.array(times[1, temperature]))
    return found


def first_uses(world: World, repeats: int) -> Iterator[float]:
    """CPU microseconds of questions that make shelves and boards, and leave none to be made."""
    for strategy, filters, turn in product(STRATEGIES, FILTERS, range(repeats)):
        started = time.process_time_ns()
        world.tenant.recommend(question(world, strategy, filters, 10, turn), world.clock)[: PAGES[-1] * LIMIT]
        yield (time.process_time_ns() - started) / 1000


def ask_twice(world: World, query: Query, page: int) -> list[float]:
    """CPU microseconds of the answer after a change, and of the same one again."""
    world.disturb()
    times = []
    for _ in range(2):
        started = time.process_time_ns()
        ranking = world.tenant.recommend(query, world.clock)
        entries = ranking[(page - 1) * LIMIT : page * LIMIT]
        times.append((time.process_time_ns() - started) / 1000)
        assert len(entries) == LIMIT
    return times


# Reports


def report_world(world: World) -> None:
    print(
        f"{world.items:7,} items {len(world.tenant.events):9,} events: {world.update_us:5.1f} us per update"
        f" + {world.parse_us:4.1f} us to parse, {world.memory_mb:6.0f} MB at the peak of this process",
        flush=True,
    )


def report(found: Found) -> bool:
    print("\nsmall -> large in us (ratio), each over pages and filters; the ratio is held to 1.5, p99 to 20 ms")
    passed = True
    for strategy, temperature in product(STRATEGIES, ("cold", "warm")):
        for history in HISTORIES if strategy in PERSONAL else HISTORIES[:1]:
            own = [pair for cell, pair in found.items() if (cell[0], *cell[3:]) == (strategy, history, temperature)]
            small, large = (np.concatenate([pair[which] for pair in own]) for which in (0, 1))
            line = f"{strategy:29} {temperature} {history if strategy in PERSONAL else '':>4}"
            for percent in (50, 99):
                before, after = np.percentile(small, percent), np.percentile(large, percent)
                good = after / before <= 1.5 and after < 20_000
                passed &= bool(good)
                line += f"  p{percent} {before:6.0f} -> {after:6.0f} ({after / before:4.2f}{' ' if good else '!'})"
            print(line)
    return passed


def report_memory(tenant: Tenant) -> None:
    """Megabytes per structure, from a sample of each, scaled."""
    recommender = tenant.recommender
    tables = recommender.tables
    parts = {
        "event log": sampled(list(tenant.events.items())) + sys.getsizeof(tenant.events),
        "items": sampled(list(tenant.items.values())) + sys.getsizeof(tenant.items),
        "persons (histories, sessions, baskets)": sampled(list(recommender.people.values())),
    }
    for name in tables.__slots__:
        pairs = getattr(tables, name)
        parts[f"pairs {name}"] = sum(map(sys.getsizeof, pairs.rows)) + sys.getsizeof(pairs.rows)
    for name, size in parts.items():
        print(f"  {size / 2**20:7.0f} MB  {name}")
    for name in tables.__slots__:
        lengths = np.array([len(row) // ENTRY.itemsize for row in getattr(tables, name).rows if row is not None])
        print(f"  {lengths.sum():11,} entries in {len(lengths):,} rows of {name}, longest {lengths.max()}")


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
    print(f"wrote {path}")


def p99(found: Found, strategy: str, temperature: str, which: int) -> float:
    own = [pair[which] for cell, pair in found.items() if (cell[0], cell[4]) == (strategy, temperature)]
    return float(np.percentile(np.concatenate(own), 99))


if __name__ == "__main__":
    sys.exit(main())
