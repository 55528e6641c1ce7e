"""The server behind the proxy, as a user names it."""

from __future__ import annotations

from urllib.parse import urlsplit

from fixtures.production import is_production


def check_target(url: str, allow_production: bool) -> str:
    """The URL without its last slash. Raises ValueError, which never repeats a password."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise ValueError("must be http://host[:port][/prefix] or https://...")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("must have no user, password, query or fragment")
    if is_production(parts.hostname) and not allow_production:
        raise ValueError(
            f"{parts.hostname.rstrip('.')} is production; --allow-production if you are sure and have agreed on it"
        )
    return url.rstrip("/")
