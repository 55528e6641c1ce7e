"""The text that the terminal shows when the mock is ready: URL, keys, and a command to paste."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mock_server.state.organisations import Organisation

_SHOWN = 5  # organisations; --keys-out has all of them


@dataclass(frozen=True, slots=True)
class Shop:
    """The seed data. `user_id` is one of its users, None if it has none."""

    name: str
    items: int
    users: int
    events: int
    user_id: str | None


def banner(
    url: str, version: str, organisations: Iterable[Organisation], shop: Shop, control: Sequence[str] = ()
) -> str:
    """Return the text to print. The keys in it are development keys, which are the same on every machine and not
    secret.

    `control`: lines about the control plane."""
    every = list(organisations)
    lines = [f"lehnz mock {version} answers on {url}", ""]
    lines += [f"  API reference  {url}/docs", *control, f"  Seed data      {_contents(shop)}"]
    lines += ["", *_table(every), "", *_example(url, every[0], shop), "", "Ctrl+C stops it.", ""]
    return "\n".join(lines)


def dashboard(url: str, token: str | None = None, given: bool = False) -> list[str]:
    """Return the lines about the control plane. `token`: generated for this run; `given`: an option set the token.

    The token is in the URL's fragment, which never leaves the browser: the page reads it there and signs in."""
    if token is None:
        return [f"  Dashboard      {url}/_mock/" + ("  (asks for the control token)" if given else "")]
    return [
        f"  Dashboard      {url}/_mock/#token={token}",
        f"  Control token  {token}  (Authorization: Bearer ... on /_mock)",
    ]


def proxy_banner(url: str, version: str, target: str, control: Sequence[str] = ()) -> str:
    """Return the text for --proxy, without keys and data, which are the target's. `control`: lines about the control
    plane."""
    where = " and, exchange by exchange, on the dashboard's Live requests" if control else ""
    lines = [f"lehnz mock {version} forwards {url} to {target}", "", *control, *([""] if control else [])]
    lines += [f"Differences from the OpenAPI file are logged here{where}.", "", "Ctrl+C stops it.", ""]
    return "\n".join(lines)


def keys_document(url: str, keys: Iterable[tuple[str, str, str]], token: str | None = None) -> bytes:
    """Serialise the --keys-out file, with the control token if one was generated for this run.

    `keys`: tenant_id, publishable key and secret key of each organisation."""
    entries = [dict(zip(("tenant_id", "publishable_key", "secret_key"), each, strict=True)) for each in keys]
    document = {"url": url, "organisations": entries} | ({"control_token": token} if token else {})
    return json.dumps(document, indent=2).encode() + b"\n"


def _contents(shop: Shop) -> str:
    if not shop.items:
        return "none"
    return f"{shop.name}: {shop.items:,} items, {shop.users:,} users, {shop.events:,} events"


def _table(organisations: list[Organisation]) -> Iterator[str]:
    shown = organisations[:_SHOWN]
    rows = [("Organisation", "Publishable key (browser)", "Secret key (server only)")]
    rows += [(each.tenant_id, each.publishable_key, each.secret_key) for each in shown]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    if len(organisations) > len(shown):
        yield f"  ... and {len(organisations) - len(shown)} more: --keys-out FILE writes them all"


def _example(url: str, organisation: Organisation, shop: Shop) -> Iterator[str]:
    """Yield the lines of a request that works as printed: recommendations from the seeded shop, or the first item of an
    empty one."""
    if shop.user_id is not None:
        yield "Get recommendations for one of its users:"
        body: dict[str, Any] = {"strategy": "personalized", "user_id": shop.user_id, "limit": 3}
        yield _curl(f"{url}/v1/recommend", organisation.publishable_key, body)
    else:
        yield "Send a first item:"
        body = {"item_id": "PROD-001", "item_type": "product", "status": "active"}
        yield _curl(f"{url}/v1/ingest/items/upsert", organisation.secret_key, body)


def _curl(url: str, key: str, body: dict[str, Any]) -> str:
    headers = f"-H 'X-API-KEY: {key}' -H 'Content-Type: application/json'"
    return f"  curl -s {url} {headers} -d {shlex.quote(json.dumps(body))}"
