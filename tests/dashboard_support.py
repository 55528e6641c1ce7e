"""What the dashboard is looked at with: a mock with something to see, and what an attacker would call things."""

from typing import Any

import httpx

from bench.mock import RunningMock
from fixtures.bodies import event_body, full_item_body, identify_body, item_body, recommend_body, user_body

HOSTILE = '<img src=x onerror="document.title=\'taken\'">\'"&</script><script>document.title="taken"</script>'
CHANGE = {"X-Mock-Control": "1"}


def control(mock: RunningMock, method: str, path: str, body: Any = None) -> Any:
    """The data of a call of the control plane that succeeds."""
    given = None if method == "GET" else body or {}
    response = httpx.request(method, f"{mock.url}/_mock{path}", json=given, headers=CHANGE)
    response.raise_for_status()
    return response.json()["data"]


def send(mock: RunningMock, path: str, body: Any, key: str | None = None, **headers: str) -> httpx.Response:
    """A request as a shop's page makes it, or as its server does where the key is the secret one."""
    headers = {"X-API-KEY": key or mock.publishable_key, **headers}
    return httpx.post(f"{mock.url}{path}", json=body, headers=headers)


def shop_a_little(mock: RunningMock) -> None:
    """One shopper's visit and a few mistakes: something for each tab."""
    secret = mock.secret_key
    hostile = full_item_body(HOSTILE, attributes={"title": HOSTILE, "category": HOSTILE, "price": 12.5})
    send(mock, "/v1/ingest/items/upsert", [hostile, item_body("plain")], secret)
    send(mock, "/v1/ingest/users/upsert", [user_body(HOSTILE), user_body('o\'brien "the" <b>')], secret)
    send(mock, "/v1/ingest/events/ingest", event_body("view", HOSTILE, HOSTILE, event_name="<script>alert(1)</script>"))
    for strategy in ("personalized", "trending", "recently-viewed"):
        served = send(mock, "/v1/recommend", recommend_body(strategy, user_id="user_1", limit=6)).json()["data"]
        echo = {"recommendation_id": served["recommendation_id"]}
        for name, item_id in zip(("click", "click", "purchase"), served["recommended_items"], strict=False):
            event = event_body(name, "visitor-1", item_id, price=20, quantity=1, **echo)
            send(mock, "/v1/ingest/events/ingest", event, Origin="http://shop.example")
    send(mock, "/v1/ingest/events/ingest", identify_body("user_1", "visitor-1"))
    send(mock, "/v1/ingest/items/upsert", item_body("forbidden"), Origin="http://shop.example")
    send(mock, "/v1/recommend", {"user_id": 7})
    send(mock, "/v1/recommendations", {})
    control(mock, "POST", "/flush")
