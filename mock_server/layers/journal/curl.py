"""Writes an exchange as a curl command that repeats the request, with $PK or $SK for the key."""

from __future__ import annotations

from shlex import quote

from mock_server.layers.journal.exchange import Exchange
from mock_server.layers.journal.masking import is_secret_name

_VARIABLES = {"publishable": "$PK", "secret": "$SK"}
_OWN = {
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "accept-encoding",
    "content-encoding",
    "expect",
    "keep-alive",
}


def curl(exchange: Exchange, scheme: str, host: str) -> str:
    """Return the command. Secrets become shell variables, because they are not kept. A comment marks a body that was
    cut off."""
    target = f"{scheme}://{host}{exchange.path}" + (f"?{exchange.query}" if exchange.query else "")
    parts = ["curl --globoff --path-as-is", f"--request {quote(exchange.method)}", quote(target)]
    for name, value in exchange.request.headers:
        header = name.decode("latin-1")
        if header not in _OWN and not header.startswith("sec-"):
            parts.append(_header(header, value.decode("latin-1"), exchange.key_type))
    lines = []
    if exchange.request.body:
        text = exchange.request.text or ""
        parts.append(f"--data-raw {quote(text)}")
        if exchange.request.truncated:
            lines.append(f"# the body had {exchange.request.bytes} bytes: only the beginning was kept")
        elif "\ufffd" in text or "\0" in text:
            lines.append("# the body is not text: some of its bytes are lost here")
    lines.append(" \\\n  ".join(parts))
    return "\n".join(lines) + "\n"


def _header(name: str, value: str, key_type: str | None) -> str:
    if name == "x-api-key":
        return f'--header "X-API-KEY: {_VARIABLES.get(key_type or "", "$KEY")}"'
    if is_secret_name(name.encode("latin-1")) and _is_word(name):
        return f'--header "{name}: ${name.upper().replace("-", "_")}"'
    return f"--header {quote(f'{name}: {value}')}"


def _is_word(name: str) -> bool:
    return name.replace("-", "").isalnum() and name.isascii()
