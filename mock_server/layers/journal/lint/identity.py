"""A rule about identities: when a visitor signs in, an identify event must join the two ids."""

from __future__ import annotations

import re
from typing import Any

from mock_server.layers.journal.lint.request import Remembered, Request
from mock_server.state.records import Event

GRACE_REQUESTS = 2  # requests under the new id after which an identify is missing; before, it may still be on its way
_SESSIONS, _IDS = 1_000, 2_000
_LOOKS_ANONYMOUS = re.compile(r"anon|guest|visitor|device|te?mp[-_:]", re.IGNORECASE)


class NeverIdentified:
    """Reports a session that continues under another id, from a visitor's to an account's. Does not report signing out,
    or a session that accounts share."""

    id = "anonymous-never-identified"
    sentence = "When a visitor signs in, send an identify event with previous_user_id, or what they did before is lost."

    def __init__(self) -> None:
        self._sessions: Remembered[str, tuple[str, int]] = Remembered(_SESSIONS)  # visitor, requests under another id
        self._known: Remembered[str, None] = Remembered(_IDS)
        self._identified: Remembered[str, None] = Remembered(_IDS)

    def look_at(self, request: Request) -> str | None:
        for user in request.users:
            self._known[str(user.get("user_id"))] = None
        for body in request.events:
            if body.get("event_name") == "identify":
                self._known[str(body.get("user_id"))] = None
                self._identified[str(body.get("previous_user_id"))] = None
        seen: set[str] = set()
        for body in request.events:
            event = _event(body)
            if event and event.session_id and event.session_id not in seen:
                seen.add(event.session_id)
                if visitor := self._missed(request, event):
                    where = f"in the session {event.session_id[:100]!r}"
                    return f"{visitor[:100]!r} went on as {event.user_id[:100]!r} {where} without an identify event"
        return None

    def _missed(self, request: Request, event: Event) -> str | None:
        """Return the visitor who should have been identified as the event's user, or None."""
        session, user_id = event.session_id or "", event.user_id
        visitor, requests = self._sessions.get(session, (user_id, 0))
        if visitor == user_id or not self._signed_in(request, visitor, user_id):
            self._sessions[session] = (user_id, 0) if visitor != user_id else (visitor, requests)
            return None
        if requests + 1 < GRACE_REQUESTS:
            self._sessions[session] = (visitor, requests + 1)
            return None
        self._sessions[session] = (user_id, 0)
        return visitor

    def _signed_in(self, request: Request, visitor: str, user_id: str) -> bool:
        tenant = request.tenant
        if visitor in self._identified or self._is_known(request, visitor) or user_id in self._identified:
            return False
        if tenant and tenant.identity.person(visitor) == tenant.identity.person(user_id):
            return False
        looks = bool(_LOOKS_ANONYMOUS.search(visitor)) and not _LOOKS_ANONYMOUS.search(user_id)
        return looks or self._is_known(request, user_id)

    def _is_known(self, request: Request, user_id: str) -> bool:
        return user_id in self._known or (request.tenant is not None and user_id in request.tenant.users)


def _event(body: dict[str, Any]) -> Event | None:
    """Return the event as the mock reads it, because a session id may be in several places; None if it can't be
    read."""
    return Event.from_body(body, 0.0, "") if body.get("event_name") != "identify" else None
