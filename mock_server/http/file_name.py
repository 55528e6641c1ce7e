"""Decodes the file name of an upload, however the client encoded it in the header.

Browsers write `"` as %22 and line ends as %0D and %0A (WHATWG, multipart/form-data); others write the whole name as
`filename*=UTF-8''K%C3%A4se.csv` (RFC 8187) or as `=?utf-8?B?...?=` (RFC 2047)."""

from __future__ import annotations

import contextlib
import re
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from urllib.parse import unquote_to_bytes

_EXTENDED = re.compile(rb";\s*filename\*\s*=\s*\"?([A-Za-z0-9_.:-]+)'[A-Za-z0-9-]*'([^;\"\s]*)\"?", re.IGNORECASE)
_PLAIN = re.compile(rb";\s*filename\s*=\s*(\"(?:[^\"\\]|\\.)*\"|[^;]*)", re.IGNORECASE)
_ESCAPED = {"%22": '"', "%0D": "\r", "%0A": "\n", "%0d": "\r", "%0a": "\n"}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


def without_extended_name(disposition: bytes) -> bytes:
    """Return the header with a plain UTF-8 `filename` only, taken from `filename*` if that can be decoded."""
    match = _EXTENDED.search(disposition)
    if match is None:
        return disposition
    rest = _PLAIN.sub(b"", disposition[: match.start()] + disposition[match.end() :])
    try:
        name = unquote_to_bytes(match[2]).decode(match[1].decode("ascii"))
    except (LookupError, UnicodeDecodeError):
        return disposition
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return rest + f'; filename="{quoted}"'.encode(errors="replace")


def as_named(name: str) -> str:
    """Decode the header's `filename`, into one line."""
    if "=?" in name and "?=" in name:
        with contextlib.suppress(HeaderParseError, LookupError, ValueError):
            name = str(make_header(decode_header(name)))
    for written, meant in _ESCAPED.items():
        name = name.replace(written, meant)
    return _CONTROL.sub(" ", name).strip()
