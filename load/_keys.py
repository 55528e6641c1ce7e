"""Organisations and their keys: every generator reads them from the environment or a file; no message contains them."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from fixtures.keys import Organisation, find_organisations, read_keys_file
from fixtures.option_error import OptionError

__all__ = ["Organisation", "fingerprint", "read_organisations", "share"]


def read_organisations(
    keys_file: str, environment: Mapping[str, str], options: Mapping[str, str | None] | None = None
) -> tuple[Organisation, ...]:
    """Return the organisations from options, environment or file, in this order. Raises OptionError."""
    file = read_keys_file(Path(keys_file)) if keys_file else None
    found = find_organisations(options or {}, environment, file, {}, need_secret=False)
    if not found:
        raise OptionError("no keys: set LEHNZ_PUBLISHABLE_KEY and LEHNZ_SECRET_KEY, or give --keys-file")
    return found


def share(organisations: Sequence[Organisation], index: int, workers: int) -> tuple[Organisation, ...]:
    """Return the organisations of worker `index` of `workers`: no two workers share one, unless there are fewer than
    workers."""
    return tuple(organisations[index::workers]) or (organisations[index % len(organisations)],)


def fingerprint(organisations: Sequence[Organisation]) -> str:
    """Return a hash of the keys, for checking that all workers have the same file; it reveals no key."""
    keys = "\n".join(f"{one.publishable_key} {one.secret_key}" for one in organisations)
    return hashlib.sha256(f"lehnz-load:{keys}".encode()).hexdigest()[:16]
