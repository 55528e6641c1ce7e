"""Detects requests from web pages, and warns of a secret key in a browser."""

from __future__ import annotations

import logging

from mock_server.context import Headers
from mock_server.state.keys import masked
from mock_server.state.organisations import Organisation

_OWN_PAGES = (b"/docs", b"/_mock/")

logger = logging.getLogger(__name__)


def is_foreign(headers: Headers) -> bool:
    """Return whether a page of another origin sent the request. The mock's own reference page may use every key. An
    Origin that equals the Host proves nothing: any page behind a development proxy has one."""
    origin = headers.get(b"origin")
    if origin is None or origin.partition(b"://")[2] != headers.get(b"host"):
        return origin is not None
    return not headers.get(b"referer", b"").removeprefix(origin).startswith(_OWN_PAGES)


def warn_of_leak(organisation: Organisation, headers: Headers) -> None:
    """Log, once per organisation, that its secret key is used in a browser."""
    if "leak" not in organisation.state.logged:
        organisation.state.logged.add("leak")
        logger.warning(
            "secret key %s of %s came with Origin %.200r: it is in a browser, where anyone can read it",
            masked(headers[b"x-api-key"].decode("latin-1")),
            organisation.tenant_id,
            headers[b"origin"].decode("latin-1"),
        )
