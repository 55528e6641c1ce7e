"""What single tabs need of the mock when they are rendered; everything that moves is fetched by their scripts."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from typing import Any

from fixtures.choices import strategies as strategies_of
from mock_server.layers.journal.lint import EVERY_RULE
from mock_server.mock import Mock
from mock_server.spec.strategies import OPERATION
from mock_server.state.organisations import Organisation
from mock_server.state.samples import some_items, some_users


@dataclass(frozen=True, slots=True)
class View:
    """What a page is about. `url`: by which the reader reached this server, without a path."""

    mock: Mock
    organisation: Organisation
    url: str


def none(_: View) -> dict[str, Any]:
    return {}


def overview(view: View) -> dict[str, Any]:
    """The data that it can be filled with, and two commands that work as they stand, with data that it has."""
    organisation = view.organisation
    recommend: dict[str, Any] = {"strategy": "popular", "limit": 3}
    for user_id in some_users(organisation.tenant, 1):
        recommend = {"strategy": "personalized", "user_id": user_id, "limit": 3}
    item = {"item_id": "PROD-001", "item_type": "product", "status": "active", "attributes": {"title": "First item"}}
    return {
        "worlds": view.mock.seeded.names,
        "recommend": _curl(
            f"{view.url}/v1/recommend", organisation.publishable_key or "YOUR_PUBLISHABLE_KEY", recommend
        ),
        "upsert": _curl(f"{view.url}/v1/ingest/items/upsert", organisation.secret_key or "YOUR_SECRET_KEY", item),
    }


def operations(view: View) -> dict[str, Any]:
    return {"operations": view.mock.contract.operations}


def requests(view: View) -> dict[str, Any]:
    return operations(view) | {"rules": EVERY_RULE}


def strategies(view: View) -> dict[str, Any]:
    """Names with the input that each needs, how many may be asked for, and somebody to try it for."""
    spec, tenant = view.mock.spec, view.organisation.tenant
    properties = spec.resolve(spec.operation(OPERATION).request_schema)["properties"]
    return {
        "strategies": strategies_of(spec),
        "most": spec.resolve(properties.get("limit", {})).get("maximum", ""),
        "user_id": next(iter(some_users(tenant, 1)), ""),
        "item_id": next(iter(some_items(tenant, 1)), ""),
    }


def _curl(url: str, key: str, body: dict[str, Any]) -> str:
    """A command for a POSIX shell, in lines that fit a narrow page."""
    return " \\\n  ".join(
        [
            f"curl -s {shlex.quote(url)}",
            f"-H {shlex.quote(f'X-API-KEY: {key}')}",
            "-H 'Content-Type: application/json'",
            f"-d {shlex.quote(json.dumps(body, ensure_ascii=False))}",
        ]
    )
