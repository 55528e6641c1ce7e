"""What a story is made of: requests with the right key, unless they say otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mock_server.state.organisations import Organisation
from tests.mutants.traffic import NEEDS_SECRET

LIMIT = 700  # more than the story needs before its last chapter, where the limit is used up
WINDOW_SECONDS = 60
LAST_SERVED = "the recommendation_id that was served last"
STRATEGIES = [
    "personalized",
    "similar",
    "frequently-bought-together",
    "frequently-consumed-together",
    "session_based",
    "session-based",
    "session-resumption",
    "abandonment-recovery",
    "trending",
    "popular",
]
ITEM = {"item_id": "i-1", "item_type": "product", "status": "active"}
USER = {"user_id": "u-1", "status": "active", "created_at": "2026-01-01T00:00:00Z"}
EVENT = {"user_id": "u-1", "event_family": "engagement", "event_name": "view", "item_id": "i-1"}
ASK = {"strategy": "popular"}
BODIES = {"items": ITEM, "users": USER, "events": EVENT, "recommend": ASK}
REQUIRED = {
    "items": ("item_id", "item_type", "status"),
    "users": ("user_id", "status", "created_at"),
    "events": ("user_id", "event_family", "event_name"),
    "recommend": (),
}


@dataclass(frozen=True)
class Step:
    """A request; a body that is bytes is sent as it is. `wait`: seconds that pass before it."""

    operation: str
    body: Any
    headers: dict[str, str] | None = None  # instead of the right key
    method: str = "POST"
    path: str | None = None
    wait: float = 0.0


class Teller:
    """Makes steps with the right key."""

    def __init__(self, organisations: list[Organisation]) -> None:
        self.organisations = organisations

    def key(self, operation: str, organisation: int = 0) -> str:
        owner = self.organisations[organisation]
        return owner.secret_key if operation in NEEDS_SECRET else owner.publishable_key

    def good(
        self,
        operation: str,
        body: Any,
        wait: float = 0.0,
        organisation: int = 0,
        headers: dict[str, str] | None = None,
    ) -> Step:
        named = {"X-API-KEY": self.key(operation, organisation), **(headers or {})}
        return Step(operation, body, named, wait=wait)

    def ask(self, wait: float = 0.0, organisation: int = 0, **values: Any) -> Step:
        return self.good("recommend", values, wait, organisation)
