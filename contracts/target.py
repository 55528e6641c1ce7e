"""The server under judgement: where it is, whose keys open it, what it is known to do differently."""

import json
import os
import tomllib
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from contracts.outcome import UsageError
from fixtures.target import is_production

ENVIRONMENT = {
    "publishable_key": "LEHNZ_PUBLISHABLE_KEY",
    "secret_key": "LEHNZ_SECRET_KEY",
    "other_publishable_key": "LEHNZ_OTHER_PUBLISHABLE_KEY",
    "other_secret_key": "LEHNZ_OTHER_SECRET_KEY",
}


@dataclass(frozen=True)
class Keys:
    """One organisation's pair."""

    publishable: str
    secret: str


@dataclass(frozen=True)
class Deviation:
    """A known deviation: matches check, operation and case; anything else under the check still fails."""

    check: str
    reason: str
    operation: str = "*"
    case: str = "*"
    link: str = ""
    expires: date | None = None


@dataclass(frozen=True)
class Target:
    url: str  # with a path prefix, without a slash at the end
    main: Keys
    other: Keys | None = None
    limit: int = 1000
    window_seconds: float = 900
    key_policy: Literal["strict", "superset"] = "strict"
    edition: Literal["current", "first"] = "current"
    headers: dict[str, str] = field(default_factory=dict)
    ca_file: str | None = None
    control: str | None = None
    capabilities: dict[str, bool] = field(default_factory=dict)
    deviations: tuple[Deviation, ...] = ()

    def keys(self, organisation: str) -> Keys:
        keys = self.main if organisation == "main" else self.other
        if keys is None:
            raise KeyError(organisation)
        return keys


def check_url(url: str, allow_production: bool) -> str:
    """The URL without its last slash. Raises UsageError."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise UsageError(f"--target {url!r}: must be http://host[:port][/prefix] or https://...")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise UsageError(f"--target {parts.hostname}: give no user, query or fragment in the URL")
    if is_production(parts.hostname) and not allow_production:
        raise UsageError(f"--target {parts.hostname} is production; the run writes test data: --allow-production")
    return url.rstrip("/")


def read_keys_file(path: Path) -> tuple[str | None, list[Keys]]:
    """URL and key pairs of a mock's `--keys-out` file. Raises UsageError."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        pairs = [Keys(o["publishable_key"], o["secret_key"]) for o in document["organisations"]]
    except OSError as error:
        raise UsageError(f"--keys-file {path}: {error.strerror}") from None
    except (ValueError, TypeError, KeyError):
        raise UsageError(f"--keys-file {path}: must hold organisations with publishable_key and secret_key") from None
    if not pairs:
        raise UsageError(f"--keys-file {path}: has no organisation")
    return document.get("url"), pairs


def read_config(path: Path) -> dict[str, Any]:
    """The parsed target file: `[target]`, `[capabilities]`, `[[deviation]]`. Raises UsageError."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"--config {path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"--config {path}: {error}") from None
    unknown = set(document) - {"target", "capabilities", "deviation"}
    if unknown:
        raise UsageError(f"--config {path}: unknown table {sorted(unknown)[0]!r}")
    return document


def deviations_of(document: dict[str, Any], known_checks: set[str], path: Path) -> tuple[Deviation, ...]:
    """Raises UsageError for a deviation without a reason, with an unknown check or field."""
    found = []
    for entry in document.get("deviation", []):
        place = f"--config {path}: deviation {entry.get('check', '?')!r}"
        unknown = set(entry) - {"check", "operation", "case", "reason", "link", "expires"}
        if unknown:
            raise UsageError(f"{place}: unknown field {sorted(unknown)[0]!r}")
        if entry.get("check") not in known_checks:
            raise UsageError(f"{place}: no such check")
        if not str(entry.get("reason", "")).strip():
            raise UsageError(f"{place}: needs a reason")
        expires = entry.get("expires")
        if expires is not None and not isinstance(expires, date):
            raise UsageError(f"{place}: expires must be a date, as 2027-01-31")
        found.append(Deviation(**entry))
    return tuple(found)


def key_from_environment(name: str) -> str | None:
    return os.environ.get(ENVIRONMENT[name]) or None
