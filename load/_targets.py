"""Which server is tested."""

from urllib.parse import urlsplit

from fixtures.target import is_production
from load._errors import ConfigurationError


def check(url: str, allow_production: bool = False) -> str:
    """The base URL without a slash at its end. Raises ConfigurationError, also for production unless it is allowed."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigurationError(f"--host must be an http(s) URL, and is {url!r}")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ConfigurationError("--host must have no user, password, query or fragment")
    if is_production(parts.hostname) and not allow_production:
        raise ConfigurationError(
            f"{parts.hostname.rstrip('.')} is production; --allow-production if you are sure and have agreed on it"
        )
    return url.rstrip("/")
