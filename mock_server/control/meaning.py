"""Describes an exchange in terms of a shop: `click prod_7 by user_1`, `similar to prod_3, 4 of 20`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from mock_server.layers.journal.exchange import Exchange

_NAMED = 3  # records of a batch that the description names
_ID_LENGTH = 24  # characters of an id that are shown; a UUID is longer
_OWN_PAGE = ("/_mock/", "/docs")
_OWN_PATHS = ("/favicon.ico", "/docs", "/openapi.yaml", "/openapi.json")


class Meaning(NamedTuple):
    """`items`: the first few ids of the exchange, for their pictures."""

    about: str | None
    items: Sequence[str]


def meaning_of(exchange: Exchange) -> Meaning:
    """Describe an exchange; empty for a body that was cut off or is not JSON."""
    operation, body = exchange.operation_id or "", exchange.request.json()
    if exchange.method == "OPTIONS":
        return Meaning(f"preflight of {exchange.request.header('access-control-request-method') or '?'}", ())
    if "ecommend" in operation:
        return _recommendation(exchange, body)
    records = body if isinstance(body, list) else [body]
    if not records or not all(isinstance(each, dict) for each in records):
        return Meaning(None, ())
    if operation.lower().endswith("ingestevents"):
        return _batch("events", records, _event(records), "item_id")
    if operation.lower().endswith("upsertitems"):
        return _batch("items", records, (_short(each.get("item_id")) for each in records), "item_id")
    if operation.lower().endswith("upsertusers"):
        return _batch("users", records, (_short(each.get("user_id")) for each in records), "")
    return Meaning(None, ())


def is_own(exchange: Exchange) -> bool:
    """Return whether one of the mock's own pages sent the exchange without a key. By default the list of requests omits
    these."""
    if exchange.key_type is not None or exchange.request.header("x-api-key") is not None:
        return False
    if exchange.method == "GET" and exchange.path in _OWN_PATHS:
        return True
    host, page = exchange.request.header("host") or "", exchange.request.header("referer") or ""
    return page.partition("://")[2].removeprefix(host).startswith(_OWN_PAGE)


def _recommendation(exchange: Exchange, body: Any) -> Meaning:
    asked: Mapping[str, Any] = body if isinstance(body, dict) else {}
    received = exchange.response.json()
    data = received.get("data") if isinstance(received, dict) else None
    data = data if isinstance(data, dict) else {}
    strategy = data.get("strategy") or asked.get("strategy") or "personalized"
    words = [strategy if isinstance(strategy, str) else "?"]
    context, user = asked.get("context_item_id"), asked.get("user_id")
    if isinstance(context, str):
        words.append(f"to {_short(context)}" if strategy == "similar" else f"with {_short(context)}")
    elif isinstance(user, str):
        words.append(f"for {_short(user)}")
    text = " ".join(words)
    found = data.get("recommended_items")
    items = [each for each in found if isinstance(each, str)] if isinstance(found, list) else []
    total = data.get("pagination", {}).get("total_count") if isinstance(data.get("pagination"), dict) else None
    if total is not None:
        text += f", {len(items)} of {total}"
    elif isinstance(asked.get("limit"), int):
        text += f", limit {asked['limit']}"
    return Meaning(text, items)


def _event(records: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    users = {_short(each.get("user_id")) for each in records}
    for each in records:
        name, item, previous = (each.get(key) for key in ("event_name", "item_id", "previous_user_id"))
        words = [name if isinstance(name, str) else "?"]
        if isinstance(previous, str):
            yield f"{words[0]} {_short(previous)} as {_short(each.get('user_id'))}"
            continue
        if isinstance(item, str):
            words.append(_short(item))
        if len(users) > 1 or each is records[min(len(records), _NAMED) - 1]:
            words.append(f"by {_short(each.get('user_id'))}")
        yield " ".join(words)


def _batch(noun: str, records: Sequence[Mapping[str, Any]], names: Iterator[str], key: str) -> Meaning:
    named = [name for name, _ in zip(names, range(_NAMED), strict=False)]
    items = [value for each in records if isinstance(value := each.get(key), str)]
    if len(records) == 1:
        return Meaning(named[0] if noun == "events" else f"{noun[:-1]} {named[0]}", items)
    more = f" and {len(records) - len(named)} more" if len(records) > len(named) else ""
    return Meaning(f"{len(records)} {noun}: {', '.join(named)}{more}", list(dict.fromkeys(items)))


def _short(value: Any) -> str:
    if not isinstance(value, str):
        return "?"
    return value if len(value) <= _ID_LENGTH else f"{value[:8]}..."
