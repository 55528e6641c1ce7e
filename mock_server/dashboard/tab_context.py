"""The template context of each tab: the values that its page is rendered with. Its script fetches everything that
changes."""

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
    """What a tab is rendered for. `url`: the server's URL as the browser used it, without a path."""

    mock: Mock
    organisation: Organisation
    url: str


def none(_: View) -> dict[str, Any]:
    return {}


def overview(view: View) -> dict[str, Any]:
    """Return the data sets that can be loaded, and two commands that work with the current data."""
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
    """Return the strategies with their required input, the maximum number of results, and a user to try them with."""
    spec, tenant = view.mock.spec, view.organisation.tenant
    properties = spec.resolve(spec.operation(OPERATION).request_schema)["properties"]
    return {
        "strategies": strategies_of(spec),
        "most": spec.resolve(properties.get("limit", {})).get("maximum", ""),
        "user_id": next(iter(some_users(tenant, 1)), ""),
        "item_id": next(iter(some_items(tenant, 1)), ""),
    }


def _curl(url: str, key: str, body: dict[str, Any]) -> str:
    """Return a command for a POSIX shell, broken into short lines."""
    return " \\\n  ".join(
        [
            f"curl -s {shlex.quote(url)}",
            f"-H {shlex.quote(f'X-API-KEY: {key}')}",
            "-H 'Content-Type: application/json'",
            f"-d {shlex.quote(json.dumps(body, ensure_ascii=False))}",
        ]
    )
