"""The recommendation_ids that the run was served, for events that send them back."""

from collections.abc import Iterator

from contracts.exchange import Exchange
from contracts.rules.recommendation import served
from contracts.run.probe import Probe


def served_ids(probe: Probe, organisation: str) -> list[str]:
    """Return the latest id of every kind of list that the organisation was served: later pages, filtered and empty
    lists, and those of each strategy."""
    latest: dict[str, str] = {}
    for exchange in probe.journal:
        named = exchange.data.get("recommendation_id")
        if served(exchange) and exchange.organisation == organisation and isinstance(named, str):
            latest |= dict.fromkeys(_kinds(exchange), named)
    return list(dict.fromkeys(latest[kind] for kind in sorted(latest)))


def _kinds(exchange: Exchange) -> Iterator[str]:
    body = exchange.request_json if isinstance(exchange.request_json, dict) else {}
    yield f"strategy {body.get('strategy')}"
    if body.get("page", 1) != 1:
        yield "later page"
    if body.get("filters"):
        yield "filtered"
    if not exchange.ids:
        yield "empty"
