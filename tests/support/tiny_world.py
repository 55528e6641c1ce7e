"""A grocer with six items, so few that every list can be worked out by hand."""

from __future__ import annotations

from typing import Any

from mock_server.state.recommender import Query, Ranking
from mock_server.state.records import Event
from mock_server.state.tenant import Tenant

NOON = 1_780_000_000.0
MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0
FAMILIES = {"view": "exposure", "purchase": "conversion", "identify": "system"}
#        item     category  price  created on day (so the catalogue order is cake, milk, honey, jam, butter, bread)
GOODS = {
    "bread": ("bakery", 3, 1),
    "butter": ("dairy", 2, 2),
    "jam": ("spread", 4, 3),
    "honey": ("spread", 6, 4),
    "milk": ("dairy", 1, 5),
    "cake": ("bakery", 12, 6),
}


class Grocer:
    def __init__(self) -> None:
        self.tenant = Tenant("grocer")
        self.count = 0
        for item_id in GOODS:
            self.stock(item_id)

    def stock(self, item_id: str, status: str = "active", **attributes: Any) -> None:
        category, price, day = GOODS.get(item_id, (None, None, 7))
        if category is not None:
            attributes = {"category": category, "price": price} | attributes
        body = {
            "item_id": item_id,
            "item_type": "food",
            "status": status,
            "created_at": f"2026-01-0{day}T00:00:00Z",
            "attributes": attributes,
        }
        self.tenant.upsert_items([body], NOON)

    def happens(self, user: str, name: str, *items: str, ago: float = 0.0, **fields: Any) -> None:
        """Apply one event per item, `ago` seconds before noon."""
        for item in items:
            self.count += 1
            body = {
                "user_id": user,
                "event_family": FAMILIES.get(name, "engagement"),
                "event_name": name,
                "item_id": item,
                "event_timestamp": NOON - ago,
            } | fields
            self.tenant.apply_event(Event.from_body(body, NOON, f"event-{self.count}"))

    def identify(self, user: str, previous: str) -> None:
        self.happens(user, "identify", "", previous_user_id=previous)

    def ranking(
        self, strategy: str, user: str | None = None, item: str | None = None, *, now: float = NOON, **more: Any
    ) -> Ranking:
        return self.tenant.recommend(Query(strategy, user, item, **more), now)

    def explains(self, strategy: str, item_id: str, user: str | None = None, item: str | None = None) -> dict[str, Any]:
        """Return the parts of the score of `item_id` in a list."""
        explained = self.ranking(strategy, user, item).explain(item_id)
        assert explained is not None
        return explained

    def shows(self, strategy: str, user: str | None = None, item: str | None = None, **more: Any) -> list[str]:
        """Return the whole list, as "item reason"."""
        return [f"{entry.item_id} {entry.reason}" for entry in self.ranking(strategy, user, item, **more)]


CATALOGUE = ["cake", "milk", "honey", "jam", "butter", "bread"]


def sell_breakfast(shop: Grocer) -> Grocer:
    """Let Ann and Cas buy bread and butter, and Ben bread and jam: each in one order, two days ago."""
    shop.happens("ann", "purchase", "bread", "butter", ago=2 * DAY, order_id="o1")
    shop.happens("ben", "purchase", "bread", "jam", ago=2 * DAY, order_id="o2")
    shop.happens("cas", "purchase", "bread", "butter", ago=2 * DAY, order_id="o3")
    return shop
