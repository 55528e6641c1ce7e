"""Properties of generated worlds that tests compute."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable

import orjson

from fixtures.bodies import Body
from fixtures.world import World


def everything(world: World) -> Iterable[Body]:
    yield from world.items
    yield from world.users
    yield from world.events()


def digest(world: World) -> str:
    return hashlib.sha256(b"\n".join(map(orjson.dumps, everything(world)))).hexdigest()


def sessions(events: Iterable[Body]) -> dict[str, list[Body]]:
    by_session: dict[str, list[Body]] = defaultdict(list)
    for event in events:
        by_session[event["context"]["session_id"]].append(event)
    return by_session


def orders(events: Iterable[Body]) -> dict[str, list[str]]:
    by_order: dict[str, list[str]] = defaultdict(list)
    for event in events:
        if event["event_name"] == "purchase":
            by_order[event["metadata"]["order_id"]].append(event["item_id"])
    return by_order
