"""Rules about sending events: several together, and each of them once."""

from __future__ import annotations

from collections import deque

from mock_server.layers.journal.lint.request import Client, Remembered, Request

MANY = 10
SOON_SECONDS = 1.0
_CLIENTS, _EVENT_IDS = 20, 5_000


class UnbatchedEvents:
    id = "unbatched-events"
    sentence = (
        f"{MANY} requests with one event each within {SOON_SECONDS:g} s could be one request with an array of them."
    )

    def __init__(self) -> None:
        self._sent: Remembered[Client, deque[float]] = Remembered(_CLIENTS)

    def look_at(self, request: Request) -> str | None:
        if request.exchange.accepted != ("events", 1):
            return None
        sent = self._sent.get(request.client, deque(maxlen=MANY))
        sent.append(request.exchange.started)
        self._sent[request.client] = sent
        seconds = max(sent) - min(sent)
        if len(sent) < MANY or seconds > SOON_SECONDS:
            return None
        sent.clear()
        return f"{MANY} events came one by one within {seconds:.2f} s, each at the price of a request"


class DuplicateEventId:
    id = "duplicate-event-id"
    sentence = "An event id names one event: what comes again under it, accepted once before, doesn't count."

    def __init__(self) -> None:
        self._seen: Remembered[str, int] = Remembered(_EVENT_IDS)

    def look_at(self, request: Request) -> str | None:
        exchange, found = request.exchange, []
        for event in request.events:
            event_id = event.get("event_id")
            if not isinstance(event_id, str):
                continue
            if event_id in self._seen:
                found.append((event_id, self._seen[event_id]))
            # A client that got no response does right to send the request again.
            elif exchange.status == 202 and not exchange.fault:
                self._seen[event_id] = exchange.id
        if not found:
            return None
        event_id, number = found[0]
        place = "twice in this request" if number == exchange.id else f"in exchange {number} before"
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        return f"the event id {event_id[:100]!r} came {place}{more}"
