"""Writes users' own files of items, users and events, and reads the worlds made from them."""

from pathlib import Path

from fixtures.bodies import Body
from fixtures.world import World

HEADER = "item_id,item_type,name,price,category,status\n"
ROW = "a,product,Lamp,9.5,home,active\n"
FILES = {"items.json", "users.json", "events.json", "catalog.csv", "catalog.json"}


def written(tmp_path: Path, name: str, content: str | bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def contents(world: World) -> list[list[Body]]:
    return [list(world.items), list(world.users), list(world.events())]
