"""Organisations and their keys: from the environment or a file, on every generator by itself, never sent anywhere."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from fixtures.keys import Organisation, find_organisations, read_keys_file
from fixtures.option_error import OptionError

__all__ = ["Organisation", "fingerprint", "read_organisations", "share"]


def read_organisations(
    keys_file: str, environment: Mapping[str, str], options: Mapping[str, str | None] | None = None
) -> tuple[Organisation, ...]:
    """Those that the options, the environment and the file give, in this order. Raises OptionError."""
    file = read_keys_file(Path(keys_file)) if keys_file else None
    found = find_organisations(options or {}, environment, file, {}, need_secret=False)
    if not found:
        raise OptionError("no keys: set LEHNZ_PUBLISHABLE_KEY and LEHNZ_SECRET_KEY, or give --keys-file")
    return found


def share(organisations: Sequence[Organisation], index: int, workers: int) -> tuple[Organisation, ...]:
    """What worker `index` of `workers` uses: no organisation twice, unless there are fewer than workers."""
    return tuple(organisations[index::workers]) or (organisations[index % len(organisations)],)


def fingerprint(organisations: Sequence[Organisation]) -> str:
    """The same text for the same keys, from which no key can be told: do all workers hold the same file?"""
    keys = "\n".join(f"{one.publishable_key} {one.secret_key}" for one in organisations)
    return hashlib.sha256(f"lehnz-load:{keys}".encode()).hexdigest()[:16]
