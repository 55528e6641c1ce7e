"""A rule about attribution: events that follow a recommendation carry its id."""

from __future__ import annotations

import re

from mock_server.layers.journal.lint.request import Remembered, Request

MANY = 5
WITHIN_SECONDS = 1_800.0
_EVENTS = {"view", "click", "add_to_cart", "checkout_start", "purchase"}
_PERSONS, _LISTED = 200, 100
_ID = re.compile(rb'"recommendation_id":"([^"\\]{1,200})"')


class NeverEchoed:
    """Reports nothing once any event of the organisation has carried a recommendation_id."""

    id = "recommendation-never-echoed"
    sentence = "Send the recommendation_id of a list with the events that come of it, or the funnel stays empty."

    def __init__(self) -> None:
        self._listed: Remembered[str, Remembered[str, float]] = Remembered(_PERSONS)  # person -> item -> its time
        self._events: Remembered[str, int] = Remembered(_PERSONS)
        self._echoes = False

    def look_at(self, request: Request) -> str | None:
        if self._echoes or request.tenant is None:
            return None
        if any(event.get("recommendation_id") is not None for event in request.events):
            self._echoes = True
            return None
        self._note_list(request)
        return next(filter(None, (self._judge(request, event) for event in request.events)), None)

    def _note_list(self, request: Request) -> None:
        exchange, body, tenant = request.exchange, request.body, request.tenant
        found = _ID.search(exchange.response.body or b"", 0, 1_000) if exchange.status == 200 else None
        if not found or not isinstance(body, dict) or not isinstance(body.get("user_id"), str) or tenant is None:
            return
        served = tenant.attribution.served(found[1].decode())
        if served:
            person = tenant.identity.person(body["user_id"])
            items = self._listed.get(person, Remembered(_LISTED))
            for item_id in served.item_ids:
                items[item_id] = exchange.at
            self._listed[person] = items

    def _judge(self, request: Request, event: dict[str, object]) -> str | None:
        user_id, item_id = event.get("user_id"), event.get("item_id")
        if request.tenant is None or event.get("event_name") not in _EVENTS or not isinstance(user_id, str):
            return None
        person = request.tenant.identity.person(user_id)
        items = self._listed.get(person)
        listed = items.get(str(item_id)) if items else None
        if listed is None or request.exchange.at - listed > WITHIN_SECONDS:
            return None
        self._events[person] = self._events.get(person, 0) + 1
        if self._events[person] != MANY:
            return None
        about = f"{MANY} events of {user_id[:100]!r} are about items that had been recommended to them"
        return f"{about}, and no event of this organisation has ever carried a recommendation_id"
