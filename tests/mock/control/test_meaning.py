"""The short description of an exchange in the dashboard's list."""

from collections.abc import Iterator
from typing import Any

import pytest

from fixtures.bodies import item_body, user_body
from tests.support.journal_client import Observed, observed
from tests.support.mock_client import EVENTS, ITEMS, RECOMMEND, USERS

ANONYMOUS = "7d9f3c1e-2b64-4c0a-9a53-6f1f8e0c2d11"


@pytest.fixture
def mock() -> Iterator[Observed]:
    found = observed()
    yield found
    found.close()


def event(name: str, user: str = "user_1", **more: Any) -> dict[str, Any]:
    return {"user_id": user, "event_family": "engagement", "event_name": name, **more}


SIGN_IN = event("identify", previous_user_id=ANONYMOUS) | {"event_family": "system"}


@pytest.mark.parametrize(
    ("path", "body", "about"),
    [
        (EVENTS, event("click", item_id="prod_7"), "click prod_7 by user_1"),
        (EVENTS, event("search"), "search by user_1"),
        (EVENTS, SIGN_IN, "identify 7d9f3c1e... as user_1"),
        (EVENTS, [event("view", item_id="a"), event("click", item_id="b")], "2 events: view a, click b by user_1"),
        (EVENTS, [event("view", "u"), event("view", "v")], "2 events: view by u, view by v"),
        (EVENTS, [event("view")] * 5, "5 events: view, view, view by user_1 and 2 more"),
        (ITEMS, item_body("mug"), "item mug"),
        (ITEMS, [item_body(name) for name in "abcde"], "5 items: a, b, c and 2 more"),
        (USERS, user_body("ada"), "user ada"),
        (RECOMMEND, {"strategy": "similar", "context_item_id": "prod_3", "limit": 4}, "similar to prod_3, 0 of 0"),
        (RECOMMEND, {"user_id": "user_1"}, "personalized for user_1, 0 of 0"),
        (RECOMMEND, {"strategy": "best", "limit": 4}, "best, limit 4"),
        (RECOMMEND, [], "personalized"),
        (EVENTS, [], None),
        (EVENTS, "click", None),
        (EVENTS, {"event_name": 7, "item_id": ["x"]}, "? by ?"),
    ],
)  # fmt: skip
def test_an_exchange_is_described_in_a_shops_words(mock: Observed, path: str, body: Any, about: str | None) -> None:
    mock.post(path, body)
    assert mock.exchanges()[-1]["about"] == about


def test_the_first_items_are_named_for_their_pictures_and_shown_as_a_shop_would(mock: Observed) -> None:
    picture = "data:image/svg+xml,%3Csvg/%3E"
    attributes = {"name": "Mug", "price": 9.5, "currency": "EUR", "image_link": picture}
    mock.post(ITEMS, item_body("mug") | {"attributes": attributes})
    mock.post(ITEMS, item_body("bare") | {"attributes": {"image_url": "javascript:alert(1)", "price": True}})
    mock.flush()
    mock.post(EVENTS, [event("view", item_id=name) for name in ("mug", "bare", "nothing", "mug")])
    listed = mock.control("/journal")
    assert listed["exchanges"][-1]["items"] == ["mug", "bare", "nothing"]
    goods = listed["goods"]["glow-beauty-ng"]
    assert goods["mug"] == {"title": "Mug", "picture": picture, "price": 9.5, "currency": "EUR"}
    assert goods["bare"] == {"title": None, "picture": None, "price": None, "currency": None}


def test_requests_of_the_mocks_own_pages_can_be_left_out(mock: Observed) -> None:
    mock.get("/favicon.ico", key=None)
    mock.get("/account", key=None, headers=[("Host", "127.0.0.1"), ("Referer", "http://127.0.0.1/_mock/ui/team")])
    mock.get("/account", key=None, headers=[("Host", "127.0.0.1"), ("Referer", "http://shop.test/_mock/")])
    assert [each["path"] for each in mock.control("/journal?own=false")["exchanges"]] == ["/account"]
    assert len(mock.exchanges()) == 3


def test_an_organisations_list_can_include_requests_with_unknown_keys(mock: Observed) -> None:
    other = mock.mock.add_organisation("other")
    mock.post(RECOMMEND, {}, key=other.publishable_key)
    mock.post(RECOMMEND, {}, key="lehnz_pk_wrong")
    mock.post(RECOMMEND, {})
    found = mock.control("/journal?tenant_id=glow-beauty-ng&unknown=true")["exchanges"]
    assert [each["tenant_id"] for each in found] == [None, "glow-beauty-ng"]
