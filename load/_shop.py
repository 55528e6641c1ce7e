"""The items, users and categories of the scenarios: generated from a seed, or read from a file of the target's data."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fixtures.bodies import Body
from fixtures.option_error import OptionError
from fixtures.world import SIZES, build_world


@dataclass(frozen=True, slots=True)
class Shop:
    """The ids that requests may use; `catalogue`: whole items for CatalogSync, at least their ids."""

    catalogue: tuple[Body, ...]
    items: tuple[str, ...]
    users: tuple[str, ...]
    categories: tuple[str, ...]


def generated_shop(size: str, seed: int) -> Shop:
    """Return the shop that `prepare` with the same size and seed creates."""
    if size not in SIZES:
        raise OptionError(f"--shop {size!r}: use {', '.join(SIZES)}")
    world = build_world(size, seed)
    catalogue = tuple(world.items)
    active = [item for item in catalogue if item["status"] == "active"]
    users = [user["user_id"] for user in world.users if user["status"] == "active"]
    categories = sorted({item["attributes"]["category"] for item in active})
    return Shop(catalogue, tuple(item["item_id"] for item in active), tuple(users), tuple(categories))


def shop_from_file(path: Path) -> Shop:
    """Read the target's data: `{"items": [ids], "users": [ids], "categories": [names]}`; categories are optional."""
    try:
        document: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise OptionError(f"--ids-file {path}: can't be read as JSON") from None
    lists: dict[str, tuple[str, ...]] = {}
    for name, least in (("items", 1), ("users", 1), ("categories", 0)):
        values = document.get(name, []) if isinstance(document, dict) else None
        if not isinstance(values, list) or len(values) < least or not all(isinstance(one, str) for one in values):
            raise OptionError(f"--ids-file {path}: `{name}` must be a list of strings")
        lists[name] = tuple(values)
    return Shop((), lists["items"], lists["users"], lists["categories"])
