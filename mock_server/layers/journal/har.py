"""Writes exchanges as an HTTP Archive (HAR 1.2), which browsers' network panels and most HTTP tools can open."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

from mock_server.layers.journal.exchange import Exchange, Message
from mock_server.state.records import iso_8601


def har(exchanges: Iterable[Exchange], base: str, version: str) -> dict[str, Any]:
    """Return the archive. `base`: scheme and host to which the requests were sent. Secrets are masked, as in the
    journal."""
    entries = [_entry(each, base) for each in exchanges]
    return {"log": {"version": "1.2", "creator": {"name": "lehnz-mock", "version": version}, "entries": entries}}


def _entry(exchange: Exchange, base: str) -> dict[str, Any]:
    milliseconds = round((exchange.ended - exchange.started) * 1000, 3)
    query = f"?{exchange.query}" if exchange.query else ""
    said = [f"{each.field or ''} {each.message}".strip() for each in exchange.findings]
    said += [each.message for each in exchange.lint]
    return {
        "startedDateTime": iso_8601(exchange.at),
        "time": milliseconds,
        "request": {
            "method": exchange.method,
            "url": f"{base}{exchange.path}{query}",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _headers(exchange.request),
            "queryString": [{"name": name, "value": value} for name, value in parse_qsl(exchange.query, True)],
            "headersSize": -1,
            "bodySize": exchange.request.bytes,
            **({"postData": _body(exchange.request)} if exchange.request.body else {}),
        },
        "response": {
            "status": exchange.status or 0,
            "statusText": "",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _headers(exchange.response),
            "content": {"size": exchange.response.bytes, **_body(exchange.response)},
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": exchange.response.bytes,
        },
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        **({"comment": "; ".join(said)} if said else {}),
    }


def _headers(message: Message) -> list[dict[str, str]]:
    return [{"name": name.decode("latin-1"), "value": value.decode("latin-1")} for name, value in message.headers]


def _body(message: Message) -> dict[str, Any]:
    """Describe a body. A comment marks one that the journal cut off."""
    found = {"mimeType": message.header("content-type") or "", "text": message.text or ""}
    return {**found, "comment": f"cut off: it had {message.bytes} bytes"} if message.truncated else found
