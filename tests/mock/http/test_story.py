"""One shop's requests over a real socket, in the order in which a new user of the API would send them."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from fixtures.bodies import event_body, identify_body, item_body, user_body
from fixtures.choices import strategies
from fixtures.mock_process import running_mock
from tests.support.shipped import SPEC

QUOTA = 60
STRATEGIES = strategies(SPEC)


class Client:
    """A client with one key, as a server or a browser has it."""

    def __init__(self, http: httpx.Client, key: str) -> None:
        self.http, self.headers = http, {"X-API-KEY": key}

    def send(self, path: str, body: Any) -> httpx.Response:
        return self.http.post(path, json=body, headers=self.headers)

    def accepted(self, path: str, body: Any) -> int:
        response = self.send(path, body)
        assert response.status_code == 202, response.text
        return int(response.json()["data"]["accepted"])

    def recommended(self, **body: Any) -> dict[str, Any]:
        response = self.send("/v1/recommend", body)
        assert response.is_success, response.text
        return dict(response.json()["data"])


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    options = ("--seed-data", "none", "--clock", "virtual", "--ingest-delay", "2", "--rate-limit", f"{QUOTA}/15m")
    with running_mock(*options, "--validate-responses") as mock, httpx.Client(base_url=mock.url) as http:
        yield http


def test_the_story_of_a_shop(http: httpx.Client) -> None:
    def control(path: str, **body: Any) -> dict[str, Any]:
        response = http.post(f"/_mock{path}", json=body, headers={"X-Mock-Control": "1"})
        assert response.is_success, response.text
        return dict(response.json()["data"])

    keys = control("/organisations")
    server, browser = Client(http, keys["secret_key"]), Client(http, keys["publishable_key"])

    # The shop loads three items and two users from its server. They are queued, and visible two seconds later.
    items = [
        item_body("shoe-1", attributes={"title": "Trail shoe", "category": "shoes", "price": 90}),
        item_body("shoe-2", attributes={"title": "Road shoe", "category": "shoes", "price": 110}),
        item_body("mug-1", attributes={"title": "Mug", "category": "kitchen", "price": 9}),
    ]
    assert server.accepted("/v1/ingest/items/upsert", items) == 3
    assert server.accepted("/v1/ingest/users/upsert", [user_body("ada"), user_body("ben")]) == 2
    assert browser.recommended(strategy="popular")["recommended_items"] == []
    control("/clock/advance", seconds=2)
    assert sorted(browser.recommended(strategy="popular")["recommended_items"]) == ["mug-1", "shoe-1", "shoe-2"]

    # No user has events yet, so all get the same fallback.
    assert browser.recommended(strategy="recently-viewed", user_id="ada")["mode"] == "fallback"

    # A visitor views shoes without signing in ...
    anonymous = "7d9f3c1e-2b64-4c0a-9a53-6f1f8e0c2d11"
    looks = [event_body("view", anonymous, "shoe-1"), event_body("view", anonymous, "shoe-2")]
    assert browser.accepted("/v1/ingest/events/ingest", [*looks, event_body("add_to_cart", anonymous, "shoe-1")]) == 3
    control("/flush", all=True)
    theirs = browser.recommended(strategy="recently-viewed", user_id=anonymous)
    assert (theirs["mode"], theirs["recommended_items"][:2]) == ("behavioral", ["shoe-1", "shoe-2"])
    assert browser.recommended(strategy="recently-viewed", user_id="ada")["mode"] == "fallback"

    # ... and signs in as Ada: the earlier events are hers now, and no other user's.
    browser.accepted("/v1/ingest/events/ingest", identify_body("ada", previous_user_id=anonymous))
    control("/flush", all=True)
    hers = browser.recommended(strategy="recently-viewed", user_id="ada")
    assert (hers["mode"], hers["recommended_items"]) == ("behavioral", theirs["recommended_items"])
    assert browser.recommended(strategy="recently-viewed", user_id="ben")["mode"] == "fallback"

    # She buys a recommended item; the event has the id of that recommendation.
    purchase = event_body("purchase", "ada", "shoe-1", recommendation_id=hers["recommendation_id"])
    assert browser.accepted("/v1/ingest/events/ingest", purchase | {"metadata": {"price": 90, "quantity": 1}}) == 1
    control("/flush", all=True)
    assert browser.recommended(strategy="buy-again", user_id="ada")["recommended_items"][0] == "shoe-1"

    # Every strategy answers under its own name with items of the shop, none twice.
    for strategy in STRATEGIES:
        answer = browser.recommended(strategy=strategy, user_id="ada", context_item_id="shoe-1")
        shown = answer["recommended_items"]
        assert answer["strategy"] == strategy
        assert shown, strategy
        assert set(shown) <= {"mug-1", "shoe-1", "shoe-2"}, strategy
        assert len(shown) == len(set(shown)) == answer["pagination"]["total_count"], strategy
    assert browser.recommended(strategy="similar", context_item_id="shoe-1")["recommended_items"][0] == "shoe-2"

    # The road shoe is sold out: the shop hides it, and it is gone from every list.
    server.accepted("/v1/ingest/items/upsert", item_body("shoe-2", status="inactive"))
    control("/flush", all=True)
    for strategy in STRATEGIES:
        answer = browser.recommended(strategy=strategy, user_id="ada", context_item_id="shoe-1")
        assert "shoe-2" not in answer["recommended_items"], strategy

    # The page sends too many requests. The refusal says how long to wait; after that the page is served again.
    remaining = int(browser.send("/v1/recommend", {"user_id": "ada"}).headers["RateLimit-Remaining"])
    for left in reversed(range(remaining)):
        response = browser.send("/v1/recommend", {"user_id": "ada"})
        assert (response.status_code, response.headers["RateLimit-Remaining"]) == (200, str(left))
    refused = browser.send("/v1/recommend", {"user_id": "ada"})
    assert refused.status_code == 429
    assert refused.headers["RateLimit-Limit"] == str(QUOTA)
    assert refused.json()["success"] is False
    wait = int(refused.headers["Retry-After"])
    assert wait == int(refused.headers["RateLimit-Reset"])
    control("/clock/advance", seconds=wait - 1)
    assert browser.send("/v1/recommend", {"user_id": "ada"}).status_code == 429
    control("/clock/advance", seconds=1)
    assert browser.send("/v1/recommend", {"user_id": "ada"}).headers["RateLimit-Remaining"] == str(QUOTA - 1)
