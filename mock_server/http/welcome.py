"""A page with links for a person who opens the mock's address in a browser. Programs get a 404."""

from __future__ import annotations

from collections.abc import Collection

from starlette.responses import RedirectResponse, Response
from starlette.types import Scope

_LINKS = {
    "_mock": ("/_mock/", "Dashboard"),
    "docs": ("/docs", "API reference"),
    "openapi.yaml": ("/openapi.yaml", "OpenAPI file"),
}
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
    "Cache-Control": "no-store",
    "Vary": "Accept",
}
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>lehnz mock</title>
<style>body { font: 1.1rem/1.6 system-ui, sans-serif; max-width: 36rem; margin: 4rem auto; padding: 0 1rem }</style>
<h1>lehnz mock</h1>
<p>The API answers under <code>/v1</code>. For people there is:</p>
<ul>%s</ul>
</html>
"""


def wants_welcome(scope: Scope) -> bool:
    """Return whether a browser requests the root address."""
    return (
        scope["path"] == "/"
        and scope["method"] == "GET"
        and any(name == b"accept" and b"text/html" in value for name, value in scope["headers"])
    )


def welcome_page(segments: Collection[str]) -> Response:
    """Redirect to the dashboard, or, if there is none, show links to what is served besides the API. `segments`: the
    first path segments of those pages."""
    if "_mock" in segments:
        return RedirectResponse(_LINKS["_mock"][0], headers={"Cache-Control": "no-store", "Vary": "Accept"})
    links = [f'<li><a href="{path}">{title}</a>' for name, (path, title) in _LINKS.items() if name in segments]
    return Response(_PAGE % "".join(links), media_type="text/html", headers=_HEADERS)
