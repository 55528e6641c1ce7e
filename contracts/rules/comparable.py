"""Finds comparable responses: to one request, while nothing was written and after all earlier writes are visible."""

import json
from collections import defaultdict
from collections.abc import Iterator

from contracts.exchange import Exchange
from contracts.run.run import Run


def comparable_responses(run: Run, exchanges: list[Exchange], *left_out: str) -> Iterator[tuple[str, list[Exchange]]]:
    """Yield (organisation, responses) for each such time and request; requests that differ only in the fields
    `left_out` count as one. Of equal bodies only the last response is included."""
    groups: defaultdict[tuple[str, str, float], dict[str, Exchange]] = defaultdict(dict)
    for exchange in exchanges:
        written = run.model.last_write_before(exchange.sent_at)
        if exchange.sent_at > written + run.model.settle:
            body = {name: value for name, value in exchange.request_json.items() if name not in left_out}
            place = exchange.organisation or "", json.dumps(body, sort_keys=True), written
            groups[place].pop(exchange.question, None)
            groups[place][exchange.question] = exchange
    for (organisation, _, _), group in groups.items():
        yield organisation, list(group.values())
