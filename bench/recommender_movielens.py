"""Recommendation quality on MovieLens-100k, measured through the mock's API like any client.

    python -m bench.recommender_movielens                       # all splits through HTTP
    python -m bench.recommender_movielens --in-process --split user --seed 101 --set rank_power=0.25

The ratings are read out of the wheel of recbole 1.2.1, which is downloaded by name into a cache folder and never
installed. Protocol: every rating of the training part is sent as a `purchase`, in order of time, in arrays of 500, all
moved so that the last one is a minute old; then `personalized` (which leaves out what was bought) is asked with limit
10 for every user of the test part. Relevance is binary: every held-out rating counts. nDCG has gain 1, a log2 discount
and min(held out, 10) as its ideal; figures are means over test users.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import httpx
import numpy as np

from bench.movielens import PACKAGE, SPLITS, Ratings, fetch, read
from fixtures.mock_process import RunningMock, running_mock
from mock_server.state.recommender import Config, Query
from mock_server.state.records import Event
from mock_server.state.tenant import Tenant

K = 10
ARRAY = 500
Groups = dict[str, set[str]]
GATES = {"user": 0.400, "chrono": 0.240}


class Door(Protocol):
    """The interface through which the data is sent and the recommendations are read."""

    def send(self, kind: str, bodies: list[dict[str, Any]]) -> None: ...
    def settle(self) -> None: ...
    def ask(self, strategy: str, user_id: str, limit: int, page: int) -> list[str]: ...


class InProcess:
    def __init__(self, config: Config) -> None:
        self.tenant = Tenant("bench", config)
        self.now = time.time()
        self.sent = 0

    def send(self, kind: str, bodies: list[dict[str, Any]]) -> None:
        if kind == "items":
            self.tenant.upsert_items(bodies, self.now)
        elif kind == "users":
            self.tenant.upsert_users(bodies)
        else:
            for body in bodies:
                self.sent += 1
                self.tenant.apply_event(Event.from_body(body, self.now, f"e{self.sent}"))

    def settle(self) -> None:
        pass

    def ask(self, strategy: str, user_id: str, limit: int, page: int) -> list[str]:
        ranking = self.tenant.recommend(Query(strategy, user_id), self.now)
        return [entry.item_id for entry in ranking[(page - 1) * limit : page * limit]]


class Http:
    """A mock in a subprocess, reached over loopback."""

    def __init__(self, mock: RunningMock, client: httpx.Client) -> None:
        self.mock, self.client = mock, client

    def send(self, kind: str, bodies: list[dict[str, Any]]) -> None:
        key = self.mock.publishable_key if kind == "events" else self.mock.secret_key
        self._post(f"/v1/ingest/{kind}/{'ingest' if kind == 'events' else 'upsert'}", bodies, key)

    def settle(self) -> None:
        self.client.post("/_mock/flush", json={"all": True}, headers={"X-Mock-Control": "1"}).raise_for_status()

    def ask(self, strategy: str, user_id: str, limit: int, page: int) -> list[str]:
        body = {"strategy": strategy, "user_id": user_id or None, "limit": limit, "page": page}
        found: list[str] = self._post("/v1/recommend", body, self.mock.publishable_key)["data"]["recommended_items"]
        return found

    def _post(self, path: str, body: object, key: str) -> dict[str, Any]:
        response = self.client.post(path, json=body, headers={"X-API-KEY": key})
        response.raise_for_status()
        answer: dict[str, Any] = response.json()
        return answer


def main() -> int:
    arguments = parse_arguments()
    wheel = fetch(arguments.cache)
    if wheel is None:
        print(f"skipped: {PACKAGE} could not be downloaded")
        return 0
    config = replace(Config(), **dict(arguments.set))
    ratings, items, users = read(wheel)
    missed = False
    print(f"{'split':8} {'strategy':12} {'nDCG@10':>8} {'P@10':>7} {'R@10':>7} {'MAP':>7} {'items':>6} {'users':>6}")
    for name in arguments.split:
        train, test = SPLITS[name](ratings, arguments.seed)
        with open_door(config, arguments.in_process) as door:
            fill(door, ratings, train, items, users)
            seen, held_out = group(ratings, train), group(ratings, test)
            for strategy, find in finders(door, seen):
                figures = evaluate(find, held_out, seen)
                print(f"{name:8} {strategy:12} " + figures.line(), flush=True)
                if strategy == "personalized" and figures.ndcg < GATES.get(name, 0.0):
                    missed = True
                    print(f"  below the gate of {GATES[name]}")
    print(f"split seed {arguments.seed}; {'in process' if arguments.in_process else 'over HTTP'}; {config}")
    return 1 if missed else 0


@contextmanager
def open_door(config: Config, in_process: bool) -> Iterator[Door]:
    if in_process:
        yield InProcess(config)
        return
    options = ("--rate-limit", "off", "--seed-data", "none", "--ingest-delay", "0", "--quiet")
    with running_mock(*options) as mock, httpx.Client(base_url=mock.url, timeout=60) as client:
        yield Http(mock, client)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--in-process", action="store_true", help="without the HTTP edge, for choosing settings")
    parser.add_argument("--split", nargs="+", choices=list(SPLITS), default=list(SPLITS))
    parser.add_argument("--seed", type=int, default=42, help="of the user split")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "lehnz-bench")
    parser.add_argument("--set", nargs="*", default=[], type=setting, metavar="NAME=VALUE", help="in process only")
    arguments = parser.parse_args()
    if arguments.set and not arguments.in_process:
        parser.error("--set needs --in-process")
    return arguments


def setting(text: str) -> tuple[str, Any]:
    name, _, value = text.partition("=")
    if name not in {field.name for field in fields(Config)}:
        raise argparse.ArgumentTypeError(f"{name!r} is not a setting")
    return name, json.loads(value)


def fill(
    door: Door, ratings: Ratings, train: np.ndarray, items: list[dict[str, Any]], users: list[dict[str, Any]]
) -> None:
    for kind, bodies in (("items", items), ("users", users), ("events", list(events(ratings, train)))):
        for start in range(0, len(bodies), ARRAY):
            door.send(kind, bodies[start : start + ARRAY])
    door.settle()


def events(ratings: Ratings, train: np.ndarray) -> Iterator[dict[str, Any]]:
    train = np.sort(train)
    train = train[np.argsort(ratings.times[train], kind="stable")]
    moved = time.time() - 60 - ratings.times[train[-1]]
    for row in train.tolist():
        yield {
            "user_id": str(ratings.users[row]),
            "event_family": "conversion",
            "event_name": "purchase",
            "item_id": str(ratings.items[row]),
            "event_timestamp": datetime.fromtimestamp(ratings.times[row] + moved, UTC).isoformat(),
        }


@dataclass(frozen=True)
class Figures:
    ndcg: float
    precision: float
    recall: float
    map: float
    items: int
    users: int

    def line(self) -> str:
        return (
            f"{self.ndcg:8.4f} {self.precision:7.4f} {self.recall:7.4f} {self.map:7.4f} {self.items:6d} {self.users:6d}"
        )


def evaluate(find: Callable[[str], list[str]], held_out: Groups, seen: Groups) -> Figures:
    shown: set[str] = set()
    rows = []
    for user, relevant in held_out.items():
        found = find(user)
        if len(set(found)) != K or set(found) & seen[user]:
            raise SystemExit(f"user {user}: a short list, a repeated item or one that was seen: {found}")
        shown.update(found)
        rows.append(measure(found, relevant))
    ndcg, precision, recall, average = np.mean(rows, axis=0)
    return Figures(float(ndcg), float(precision), float(recall), float(average), len(shown), len(rows))


def finders(door: Door, seen: Groups) -> Iterator[tuple[str, Callable[[str], list[str]]]]:
    """Yield a name and a function that finds a user's ten items. `popular` is one list for all users: it is requested
    once, and items that the user has seen are removed."""
    yield "personalized", lambda user: door.ask("personalized", user, K, 1)
    popular = [item for page in range(1, 11) for item in door.ask("popular", "", 100, page)]
    yield "popular", lambda user: [item for item in popular if item not in seen[user]][:K]


def group(ratings: Ratings, rows: np.ndarray) -> Groups:
    """Return the items of each user."""
    found: Groups = defaultdict(set)
    for row in rows.tolist():
        found[str(ratings.users[row])].add(str(ratings.items[row]))
    return found


def measure(found: Sequence[str], relevant: set[str]) -> tuple[float, float, float, float]:
    hits = [item in relevant for item in found]
    gain = sum(1 / math.log2(rank + 1) for rank, hit in enumerate(hits, 1) if hit)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(len(relevant), K) + 1))
    average = sum(sum(hits[:rank]) / rank for rank, hit in enumerate(hits, 1) if hit) / len(relevant)
    return gain / ideal, sum(hits) / K, sum(hits) / len(relevant), average


if __name__ == "__main__":
    sys.exit(main())
