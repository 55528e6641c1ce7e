"""The dashboard: pages that show and control the mock through the calls of the control plane.

GET /_mock/                     overview
GET /_mock/ui/{tab}             the other tabs; `?tenant_id=` selects the organisation, so that links can be shared
GET /_mock/ui/assets/{file}     style and scripts, without a token: they contain no data

Pages load nothing from other hosts except the catalogue's pictures, and only script files beside this module run: the
Content-Security-Policy enforces both.
"""

from __future__ import annotations

from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import jinja2
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from mock_server.dashboard.tab_context import View
from mock_server.dashboard.tabs import TABS, Tab
from mock_server.http.asset_files import AssetFiles
from mock_server.mock import Mock

HERE = Path(__file__).parent
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https: http:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_CHOICES = {"id", "item_id", "user_id"}  # given in the URL, to open a detail view at once
_LISTED = 50  # organisations in the menu; if there are more, a search is shown


def routes(mock: Mock) -> list[BaseRoute]:
    """Return the routes of the pages, to be mounted at /_mock behind its access rules."""
    assets = Mount("/ui/assets", AssetFiles(HERE / "assets"))
    return [assets, *(Route(tab.address, _endpoint(mock, tab)) for tab in TABS)]


def sign_in_page() -> Response:
    """Return the page that asks for the control token. It shows nothing of the mock."""
    return _page("sign_in", 401, tenant_id=None, wanted=None)


def _endpoint(mock: Mock, tab: Tab) -> Any:
    async def page(request: Request) -> Response:
        organisations = mock.organisations
        wanted = request.query_params.get("tenant_id") or next((each.tenant_id for each in organisations), None)
        context: dict[str, Any] = {
            "tabs": TABS,
            "tab": tab,
            "organisations": [each.tenant_id for each in islice(organisations, _LISTED)],
            "more": len(organisations) > _LISTED,
            "wanted": wanted,
            "tenant_id": None,
            "target": mock.settings.proxy,
            "shard": str(mock.settings.shard) if mock.settings.shard.count > 1 else None,
            "chosen": not _CHOICES.isdisjoint(request.query_params),
        }
        try:
            organisation = organisations[wanted or ""]
        except KeyError:
            return _page("no_organisation", 404 if wanted else 200, **context)
        view = View(mock, organisation, str(request.url.replace(path="", query="")))
        return _page(tab.name, **context | {"tenant_id": wanted, "organisation": organisation} | tab.context(view))

    return page


def _page(template: str, status: int = 200, **context: Any) -> Response:
    body = _environment().get_template(f"{template}.html.jinja").render(context)
    return Response(body, status, headers=_HEADERS, media_type="text/html")


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
