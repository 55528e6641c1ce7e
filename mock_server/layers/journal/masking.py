"""Masks secrets: the values of headers, JSON fields, form fields and query parameters with a name like a secret's, and
API keys anywhere. A recognisable part of a key stays."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import orjson

from mock_server.state.keys import masked

Header = tuple[bytes, bytes]
HIDDEN = "***"
_WORDS = (
    "passw",
    "pwd",
    "secret",
    "token",
    "credential",
    "authorization",
    "cookie",
    "jwt",
    "api_key",
    "api-key",
    "apikey",
)
_MARKS = (*(word.encode() for word in _WORDS), b"lehnz_", b"\\u00")  # every body with a secret has one, in lower case
_NAME = "(?:" + "|".join(_WORDS) + ")"
_SECRET_NAME = re.compile(_NAME, re.IGNORECASE)
_API_KEY = re.compile(rb"lehnz_[ps]k_[A-Za-z0-9_]+")
_SHOWN_FROM = 24  # characters; of a shorter key, showing the last four would reveal too much


def _values_of(pattern: str) -> re.Pattern[bytes]:
    return re.compile(pattern.replace("NAME", _NAME).encode(), re.IGNORECASE | re.DOTALL)


# For bodies that are not JSON, or cut off: the text before a secret value, and the value.
_JSON_VALUE = _values_of(r'("[^"\\]{0,64}NAME[^"\\]{0,64}"\s*:\s*)(?:"(?:[^"\\]|\\.)*"?|[^\s"][^,}\]]*)')
_FORM_VALUE = _values_of(r"((?:^|[?&;\s])[^=&\s]{0,64}NAME[^=&\s]{0,64}=)[^&\s]*")
_PART_VALUE = _values_of(r'(name="[^"]{0,64}NAME[^"]{0,64}"[^\0]*?\r\n\r\n).*?(?=\r\n--|\Z)')


@lru_cache(maxsize=1024)
def is_secret_name(name: bytes) -> bool:
    return _SECRET_NAME.search(name.decode("latin-1")) is not None


def mask_key(value: bytes) -> bytes:
    """Shorten the key of an organisation, whatever its form."""
    return masked(value.decode("latin-1")).encode("latin-1")


def mask_header(name: bytes, value: bytes) -> bytes:
    if is_secret_name(name):
        return mask_keys(value) if _API_KEY.fullmatch(value) else HIDDEN.encode()
    return mask_keys(value)


def mask_target(text: bytes) -> bytes:
    """Mask a path or a query."""
    return mask_keys(_FORM_VALUE.sub(rb"\1***", text)) if b"=" in text else mask_keys(text)


def mask_body(body: bytes) -> bytes:
    """Mask a body of any content type, whole or cut off; a body without secrets is returned unchanged."""
    lower = body.lower()
    if not any(mark in lower for mark in _MARKS):
        return body
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        body = _JSON_VALUE.sub(rb'\1"***"', body)
        body = _PART_VALUE.sub(rb"\1***", _FORM_VALUE.sub(rb"\1***", body))
    else:
        if _hide(document):
            body = orjson.dumps(document)
    return mask_keys(body)


def mask_keys(text: bytes) -> bytes:
    """Shorten API keys to `lehnz_sk_...c0de`."""
    return _API_KEY.sub(_masked_key, text) if b"lehnz_" in text else text


def _masked_key(found: re.Match[bytes]) -> bytes:
    key = found[0].decode()
    return (masked(key) if len(key) >= _SHOWN_FROM else f"{key[:9]}...").encode()


def _hide(node: Any) -> bool:
    """Mask the values of secret fields in place. Returns whether there were any. Field names with escapes are found
    too."""
    if isinstance(node, list):
        return any([_hide(child) for child in node])
    if not isinstance(node, dict):
        return False
    found = False
    for name, value in node.items():
        if value is not None and _SECRET_NAME.search(name):
            node[name], found = _hidden(value), True
        elif _hide(value):
            found = True
    return found


def _hidden(value: Any) -> str:
    """Mask a value; an API key stays recognisable."""
    if isinstance(value, str) and _API_KEY.fullmatch(value.encode(errors="replace")):
        return mask_keys(value.encode()).decode()
    return HIDDEN
