"""MovieLens-100k from the wheel of recbole 1.2.1, and the splits that published figures were measured on."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

PACKAGE = "recbole==1.2.1"
FOLDER = "recbole/dataset_example/ml-100k/ml-100k"


@dataclass(frozen=True)
class Ratings:
    users: np.ndarray
    items: np.ndarray
    times: np.ndarray


def fetch(cache: Path) -> Path | None:
    """Return the wheel, downloaded unless it is in the cache; None if it is not available."""
    cache.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(cache), PACKAGE]
    if not list(cache.glob("recbole-1.2.1-*.whl")) and subprocess.run(command, capture_output=True).returncode:
        return None
    return next(cache.glob("recbole-1.2.1-*.whl"), None)


def read(wheel: Path) -> tuple[Ratings, list[dict[str, Any]], list[dict[str, Any]]]:
    with zipfile.ZipFile(wheel) as archive:
        lines, items, users = (
            [line.split("\t") for line in archive.read(f"{FOLDER}.{kind}").decode().splitlines()[1:]]
            for kind in ("inter", "item", "user")
        )
    numbers = np.array([[float(field) for field in line] for line in lines])
    ratings = Ratings(numbers[:, 0].astype(int), numbers[:, 1].astype(int), numbers[:, 3])
    films = [
        {
            "item_id": film,
            "item_type": "film",
            "status": "active",
            "attributes": {"title": title, "category": (genres.split() or ["unknown"])[0], "tags": genres.split()},
            "created_at": f"{year}-01-01" if year.isdigit() else "1990-01-01",
        }
        for film, title, year, genres in items
    ]
    people = [{"user_id": line[0], "status": "active", "created_at": "1997-09-01"} for line in users]
    return ratings, films, people


# The splits of recommenders-team/recommenders (python_stratified_split, python_chrono_split), without pandas.


def by_user(ratings: Ratings, seed: int) -> tuple[np.ndarray, np.ndarray]:
    return _oldest_first(ratings, np.random.RandomState(seed).rand(len(ratings.users)))  # as the published ones


def by_user_and_time(ratings: Ratings, _: int) -> tuple[np.ndarray, np.ndarray]:
    return _oldest_first(ratings, ratings.times)


def by_time(ratings: Ratings, _: int) -> tuple[np.ndarray, np.ndarray]:
    """Split the ratings of all users at one moment; only users with ratings on both sides can be tested."""
    order = np.argsort(ratings.times, kind="stable")
    cut = round(0.75 * len(order))
    train, test = order[:cut], order[cut:]
    return train, test[np.isin(ratings.users[test], ratings.users[train])]


def _oldest_first(ratings: Ratings, key: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    order = np.lexsort((key, ratings.users))
    sorted_users = ratings.users[order]
    counts = np.bincount(sorted_users)[sorted_users]
    rank = np.arange(len(order)) - np.searchsorted(sorted_users, sorted_users) + 1
    kept = rank <= np.round(0.75 * counts)
    return order[kept], order[~kept]


SPLITS: dict[str, Callable[[Ratings, int], tuple[np.ndarray, np.ndarray]]] = {
    "user": by_user,
    "chrono": by_user_and_time,
    "global": by_time,
}
