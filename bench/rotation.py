"""The requests of the recommend benchmark: 1,000 users, nine strategies, three filters, one event in twenty."""

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from fixtures.bodies import event_body
from fixtures.choices import documented_strategies
from fixtures.folder import write_folder
from fixtures.spec import load_spec
from fixtures.world import Size, build_world

SIZE = Size(items=1_000, users=1_000, events=50_000, days=60)
SEED = 42
LIMIT = 20
LENGTH = 27_000  # every user with every strategy and filter once
EVENT_EVERY = 20
EVENTS = ("view", "view", "click", "add_to_cart", "purchase")

Request = tuple[str, dict[str, Any]]  # path, body


class Rotation:
    """Writes a shop for `--seed-data` and the requests for it."""

    def __init__(self, folder: Path) -> None:
        world = build_world(SIZE, SEED)
        self.shop = folder / "shop"
        write_folder(world, self.shop)
        active = [item for item in world.items if item["status"] == "active"]
        self._items = [item["item_id"] for item in active]
        self._users = [user["user_id"] for user in world.users]
        first, second = sorted({item["attributes"]["category"] for item in active})[:2]
        self._filters: list[dict[str, Any]] = [{}, {"category": first}, {"category": [first, second]}]
        self._strategies = _documented_strategies()

    def write(self, path: Path, length: int = LENGTH) -> Path:
        """Write one request per line, in the format that bench/peers/requests.lua reads; return the file."""
        lines = (
            f"{path}\t{json.dumps(body, separators=(',', ':'))}\n" for path, body in islice(self.requests(), length)
        )
        path.write_text("".join(lines), encoding="utf-8")
        return path

    def requests(self) -> Iterator[Request]:
        """Yield recommendations without end, with an event after every nineteenth."""
        rng = Random(SEED)
        turn = 0
        while True:
            yield ("/v1/recommend", self.question(turn))
            turn += 1
            if turn % (EVENT_EVERY - 1) == 0:
                user, item = rng.choice(self._users), rng.choice(self._items)
                yield ("/v1/ingest/events/ingest", event_body(rng.choice(EVENTS), user, item))

    def question(self, turn: int) -> dict[str, Any]:
        strategy, required = self._strategies[turn % len(self._strategies)]
        filters = self._filters[turn // len(self._strategies) % len(self._filters)]
        body: dict[str, Any] = {"strategy": strategy, "limit": LIMIT}
        if required == "context_item_id":
            body["context_item_id"] = self._items[turn % len(self._items)]
        else:
            body["user_id"] = self._users[turn % len(self._users)]
        return {**body, "filters": filters} if filters else body


def _documented_strategies() -> list[tuple[str, str | None]]:
    return [(name, facts.requires) for name, facts in documented_strategies(load_spec()).items()]
