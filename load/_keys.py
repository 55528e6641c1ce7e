"""Organisations and their keys: from the environment or a file, on every generator by itself, never sent anywhere."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from load._errors import ConfigurationError

_ENVIRONMENT = (
    ("LEHNZ_PUBLISHABLE_KEY", "LEHNZ_SECRET_KEY"),
    ("LEHNZ_OTHER_PUBLISHABLE_KEY", "LEHNZ_OTHER_SECRET_KEY"),
)


@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation under test; `name` may be shown, the keys never."""

    name: str
    publishable_key: str = field(repr=False)
    secret_key: str = field(repr=False)

    def key(self, key_type: str | None) -> str:
        """The key of that type."""
        return self.secret_key if key_type == "secret" else self.publishable_key


def read_organisations(keys_file: str, environment: Mapping[str, str]) -> tuple[Organisation, ...]:
    """Those of the file, or the one or two pairs of the environment. Raises ConfigurationError."""
    if keys_file:
        return _from_file(Path(keys_file))
    pairs = [(environment.get(public, ""), environment.get(secret, "")) for public, secret in _ENVIRONMENT]
    found = [
        Organisation(f"organisation {number}", public, secret)
        for number, (public, secret) in enumerate(pairs, start=1)
        if public or secret
    ]
    if not found or not found[0].publishable_key:
        raise ConfigurationError("no keys: set LEHNZ_PUBLISHABLE_KEY and LEHNZ_SECRET_KEY, or give --keys-file")
    for one, (public, secret) in zip(found, _ENVIRONMENT, strict=False):
        _check(one, public, secret)
    return tuple(found)


def share(organisations: Sequence[Organisation], index: int, workers: int) -> tuple[Organisation, ...]:
    """What worker `index` of `workers` uses: no organisation twice, unless there are fewer than workers."""
    return tuple(organisations[index::workers]) or (organisations[index % len(organisations)],)


def fingerprint(organisations: Sequence[Organisation]) -> str:
    """The same text for the same keys, from which no key can be told: do all workers hold the same file?"""
    keys = "\n".join(f"{one.publishable_key} {one.secret_key}" for one in organisations)
    return hashlib.sha256(f"lehnz-load:{keys}".encode()).hexdigest()[:16]


def _check(organisation: Organisation, public: str, secret: str) -> None:
    """A key goes into a header: a line break in it would end the header, and no header has other letters."""
    for place, key in ((public, organisation.publishable_key), (secret, organisation.secret_key)):
        if not all("!" <= character <= "~" for character in key):
            raise ConfigurationError(f"{place}: a key has only visible ASCII characters (is there a line break in it?)")


def _from_file(path: Path) -> tuple[Organisation, ...]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"--keys-file {path}: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise ConfigurationError(f"--keys-file {path}: isn't JSON") from None
    entries = document.get("organisations") if isinstance(document, dict) else document
    if not isinstance(entries, list) or not entries:
        raise ConfigurationError(f"--keys-file {path}: needs a list `organisations`, one object each")
    organisations = tuple(_organisation(path, number, entry) for number, entry in enumerate(entries))
    if len({one.publishable_key for one in organisations}) < len(organisations):
        raise ConfigurationError(f"--keys-file {path}: a publishable_key stands there twice")
    return organisations


def _organisation(path: Path, number: int, entry: Any) -> Organisation:
    values = [entry.get(name) if isinstance(entry, dict) else None for name in ("publishable_key", "secret_key")]
    if not all(isinstance(value, str) and value for value in values):
        raise ConfigurationError(f"--keys-file {path}: organisations[{number}] needs publishable_key and secret_key")
    name = entry.get("tenant_id")
    found = Organisation(name if isinstance(name, str) and name else f"organisation {number + 1}", *map(str, values))
    place = f"--keys-file {path}: organisations[{number}]"
    _check(found, f"{place}.publishable_key", f"{place}.secret_key")
    return found
