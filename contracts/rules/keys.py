"""Rules over the effects of the key on every response of the run, and over the counters compared with the run's own
count."""

from collections.abc import Iterator

from contracts.exchange import Exchange
from contracts.rules.headers import used_before
from contracts.rules.numbers import number
from contracts.run.model import records_of
from contracts.run.registry import Violation, each, rule
from contracts.run.run import Run

_SPARE = 5  # requests by which a counter may lag


def _asks_operation(exchange: Exchange) -> bool:
    return exchange.operation is not None and exchange.method == "POST"


@each("AUTH-never-without", lambda x: _asks_operation(x) and x.organisation is None, "no success without a valid key")
def never_without(_: Run, exchange: Exchange) -> tuple[str, str] | None:
    return (exchange.key, f"status {exchange.status} with the key {exchange.key}") if exchange.ok else None


@each("AUTH-never-refused", lambda x: _asks_operation(x) and x.organisation is not None, "neither 401 nor 403")
def never_refused(run: Run, exchange: Exchange) -> tuple[str, str] | None:
    operation = next((each for each in run.operations.all() if each.operation_id == exchange.operation), None)
    wanted = "s" if operation is not None and operation.key_type == "secret" else "p"
    if operation is None or not exchange.key.startswith(wanted) or exchange.status not in (401, 403):
        return None
    return f"{exchange.status}", f"status {exchange.status} with the right key"


@each("INGEST-counted", lambda x: x.status == 202, "data.accepted: as many records as were sent")
def counted(_: Run, exchange: Exchange) -> tuple[str, str] | None:
    """Judge single records, and arrays of events that every document allows. The documents define neither arrays of
    items and users (R21) nor whether a second record with the same event_id counts (R24); but no more can be accepted
    than were sent."""
    body = exchange.request_json
    records, accepted = records_of(body), exchange.data.get("accepted")
    ids = [str(record["event_id"]) for record in records if record.get("event_id")]
    of_events = exchange.operation in ("ingestEvents", "firstEditionIngestEvents")
    free = isinstance(body, list) and not (of_events and exchange.valid and len(ids) == len(set(ids)))
    if not records or not number(accepted):
        return None
    held = accepted <= len(records) if free else accepted == len(records)
    return None if held else ("accepted", f"accepted {accepted} of {len(records)}")


@each("INVALID-refused", lambda x: bool(x.forbidden) and x.status != 429, "400 (or 422)")
def invalid_refused(_: Run, exchange: Exchange) -> tuple[str, str] | None:
    held = exchange.status is None or exchange.status >= 500 or exchange.status in (400, 404, 422)
    return None if held else (exchange.forbidden, f"status {exchange.status}")


@rule("RATE-own-count", lambda x: x.organisation is not None and x.number_of("RateLimit-Remaining") is not None)
def own_count(run: Run, exchanges: list[Exchange]) -> Iterator[Violation]:
    """Expect at least the successful requests to be used up within one window. Refused ones may be free, other clients
    may use the organisation, a bucket may refill steadily, and a sliding window may give back earlier requests."""
    rate = run.target.limit / run.target.window_seconds
    for organisation in ("main", "other"):
        first: Exchange | None = None
        successes, before = 0, 0
        series = [x for x in exchanges if x.organisation == organisation]
        spare = _SPARE + used_before(run, series)
        for exchange in series:
            reset, left = exchange.number_of("RateLimit-Reset"), exchange.number_of("RateLimit-Remaining") or 0
            if reset is None:
                break
            if first is None or reset > before + 1:  # another window has begun
                first, successes = exchange, 0
            else:
                successes += exchange.ok
                start = first.number_of("RateLimit-Remaining") or 0
                spent = exchange.answered_at - first.sent_at
                most = start - successes + spare + 2 * rate * spent
                if left > most:
                    actual = f"{left} remain, {start} did {successes} requests before"
                    yield Violation("count", "one less with every request", actual, (first, exchange))
                    break
            before = reset
