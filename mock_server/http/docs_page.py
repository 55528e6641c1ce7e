"""Serves the reference page and the specs.

/docs: the reference page of both contracts, with example requests for the selected organisation.
/openapi.yaml and /openapi.json: the documented API, as written and with this server's URL first.
/accounts/openapi.yaml and .json: the account operations, which are ours.

All of it is served from this host: the assets are beside this module, and the page's policy forbids other hosts."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from string import Template
from typing import Any

import orjson
import yaml
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from fixtures.spec import Spec
from fixtures.strict_yaml import YamlError, parse
from mock_server.http.asset_files import AssetFiles
from mock_server.spec.contract import Contract
from mock_server.spec.shop_examples import describe_shop, ids_of
from mock_server.state.organisations import Organisation, development_key

ASSETS = Path(__file__).with_name("assets")
_POLICY = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; base-uri 'none'; "
_POLICY += "frame-ancestors 'none'"
_READABLE_ANYWHERE = {"Access-Control-Allow-Origin": "*"}  # the spec contains no secret, and online editors fetch it
_DESCRIPTION = "This mock server"
_PLAIN_HOST = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:.]+\])(?::[0-9]{1,5})?")


def docs_routes(contract: Contract, organisations: Iterable[Organisation]) -> list[BaseRoute]:
    """Return the routes of the reference page, its assets and the specs; each request reads the current spec."""
    page = Template((ASSETS / "docs.html").read_text(encoding="utf-8"))

    async def reference(_: Request) -> Response:
        options = _options(_known_to_all(organisations))
        headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-store"}
        return Response(page.substitute(organisations=options), media_type="text/html", headers=headers)

    async def tried(request: Request) -> Response:
        spec, wanted = contract.spec, request.query_params.get("tenant_id")
        document = served_document(spec, _base_url(request))
        for organisation in _known_to_all(organisations):
            if organisation.tenant_id == wanted:
                describe_shop(document, spec, ids_of(spec, organisation.tenant))
        return Response(orjson.dumps(document), media_type="application/json", headers={"Cache-Control": "no-store"})

    return [
        Route("/docs", reference),
        Route("/docs/openapi.json", tried),
        Mount("/docs/assets", AssetFiles(ASSETS)),
        *_description_routes("", lambda: contract.spec),
        *_description_routes("/accounts", lambda: contract.accounts),
    ]


def _description_routes(prefix: str, spec: Callable[[], Spec]) -> list[Route]:
    async def as_json(request: Request) -> Response:
        body = orjson.dumps(served_document(spec(), _base_url(request)))
        return Response(body, media_type="application/json", headers=_READABLE_ANYWHERE)

    async def as_yaml(_: Request) -> Response:
        return Response(written_text(spec()), media_type="application/yaml", headers=_READABLE_ANYWHERE)

    return [Route(f"{prefix}/openapi.json", as_json), Route(f"{prefix}/openapi.yaml", as_yaml)]


def served_document(spec: Spec, url: str) -> dict[str, Any]:
    """Return the document with this server first in every `servers` list, so that tools and "Try it out" call the
    mock."""
    document = copy.deepcopy(spec.document)
    document.setdefault("servers", [])
    here = {"url": url, "description": _DESCRIPTION}
    for node in [document, *document.get("paths", {}).values()]:
        if "servers" in node:
            node["servers"] = [here, *node["servers"]]
    return document


def written_text(spec: Spec) -> str:
    """Return the file as written, with its comments. If the file is gone or differs from the spec that is served,
    serialise the spec instead."""
    try:
        text = spec.path.read_text(encoding="utf-8")
        if parse(text) == spec.document:
            return text
    except (OSError, UnicodeDecodeError, YamlError):  # the file was removed, or is being edited
        pass
    return yaml.safe_dump(spec.document, sort_keys=False, allow_unicode=True, width=120)


def _base_url(request: Request) -> str:
    """Return the URL that the client used for this server; the server's own address if the Host header is not a plain
    name."""
    host = request.headers.get("host", "")
    if not _PLAIN_HOST.fullmatch(host):
        name, port = request.scope["server"]
        host = f"[{name}]:{port}" if ":" in name else f"{name}:{port}"
    return f"{request.url.scheme}://{host}"


def _known_to_all(organisations: Iterable[Organisation]) -> Iterator[Organisation]:
    """Yield the organisations that have the well-known development keys, which may be shown to anybody."""
    for each in organisations:
        if each.publishable_key == development_key("publishable", each.tenant_id):
            yield each


def _options(organisations: Iterable[Organisation]) -> str:
    """Return the options of the page's organisation menu."""
    return "".join(
        f'<option data-publishable="{each.publishable_key}" data-secret="{each.secret_key}">{each.tenant_id}</option>'
        for each in organisations
    )
