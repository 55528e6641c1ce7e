"""Browsers of any origin may call the API and read its headers (R40). It wraps the finished application, so that a
preflight meets no key and no limit, and even an answer to a fault of ours can be read."""

from starlette.middleware.cors import ALL_METHODS, CORSMiddleware
from starlette.types import ASGIApp

from mock_server.limits import EXPOSED

MAX_AGE_SECONDS = 600


def with_cors(app: ASGIApp) -> ASGIApp:
    """Exposed headers are named one by one: to a browser `*` means nothing when credentials are sent."""
    return CORSMiddleware(
        app,
        allow_origins=["*"],
        allow_methods=ALL_METHODS,  # what a path doesn't have gets a 405 that the page can read
        allow_headers=["*"],
        expose_headers=EXPOSED,
        allow_private_network=True,
        max_age=MAX_AGE_SECONDS,
    )
