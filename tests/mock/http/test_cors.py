"""R40: pages of any origin may call the API and read every answer's headers; other routes have no CORS."""

from collections.abc import Callable

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fixtures.bodies import recommend_body
from mock_server.app import create_app
from tests.support.mock_client import EVENTS, ITEMS, RECOMMEND, Client

Make = Callable[..., Client]
ORIGIN = ("origin", "https://shop.test")
READABLE = {"ratelimit-limit", "ratelimit-remaining", "ratelimit-reset", "retry-after"}


def preflight(client: Client, path: str = RECOMMEND, method: str = "POST", *more: tuple[str, str]) -> dict[str, str]:
    asked = ("access-control-request-method", method)
    answer = client.send("OPTIONS", path, None, None, headers=[ORIGIN, asked, *more])
    assert answer.status == 200
    return answer.headers


def readable(headers: dict[str, str]) -> bool:
    exposed = {name.strip().lower() for name in headers["access-control-expose-headers"].split(",")}
    return headers["access-control-allow-origin"] == "*" and exposed >= READABLE


def test_a_preflight_needs_no_key_and_allows_the_requested_headers(mock: Client) -> None:
    asked = ("access-control-request-headers", "content-type,x-api-key,x-domain")
    headers = preflight(mock, RECOMMEND, "POST", asked)
    assert headers["access-control-allow-origin"] == "*"
    assert "POST" in headers["access-control-allow-methods"]
    assert headers["access-control-allow-headers"] == "content-type,x-api-key,x-domain"
    assert headers["access-control-max-age"] == "600"


def test_a_preflight_from_a_public_page_to_this_machine_is_allowed(mock: Client) -> None:
    headers = preflight(mock, EVENTS, "POST", ("access-control-request-private-network", "true"))
    assert headers["access-control-allow-private-network"] == "true"


@pytest.mark.parametrize("path", [ITEMS, "/item/a", "/nowhere"])
def test_preflights_are_answered_on_every_path_so_that_pages_can_read_refusals(mock: Client, path: str) -> None:
    assert preflight(mock, path, "DELETE")["access-control-allow-origin"] == "*"


def test_a_preflight_is_answered_when_the_window_is_used_up(make_mock: Make) -> None:
    client = make_mock(rate_limit="1/1m")
    assert [client.post(RECOMMEND, recommend_body("popular")).status for _ in range(2)] == [200, 429]
    assert preflight(client)["access-control-allow-origin"] == "*"


def test_an_options_request_that_is_no_preflight_is_405(mock: Client) -> None:
    answer = mock.send("OPTIONS", RECOMMEND, headers=[ORIGIN])
    assert answer.status == 405
    assert readable(answer.headers)


@pytest.mark.parametrize(
    ("method", "path", "body", "key", "status"),
    [
        ("POST", RECOMMEND, recommend_body("popular"), "right", 200),
        ("POST", RECOMMEND, {}, "right", 422),
        ("POST", RECOMMEND, b"{", "right", 400),
        ("POST", RECOMMEND, {}, None, 401),
        ("POST", RECOMMEND, {}, "wrong", 403),
        ("POST", "/nowhere", {}, "right", 404),
        ("GET", RECOMMEND, None, "right", 405),
        ("POST", RECOMMEND, b" " * 5_242_881, "right", 413),
    ],
)
def test_every_answer_can_be_read_by_a_page(
    mock: Client, method: str, path: str, body: object, key: str | None, status: int
) -> None:
    answer = mock.send(method, path, body, key, headers=[ORIGIN])
    assert answer.status == status
    assert readable(answer.headers)
    assert answer.headers["vary"] == "Origin"


def test_a_429_can_be_read_by_a_page(make_mock: Make) -> None:
    client = make_mock(rate_limit="1/1m")
    refused = [client.post(RECOMMEND, recommend_body("popular"), headers=[ORIGIN]) for _ in range(2)][1]
    assert refused.status == 429
    assert readable(refused.headers)


def test_an_internal_error_of_the_mock_can_be_read_by_a_page(
    mock: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(mock.first.tenant, "recommend", lambda *_: 1 / 0)
    answer = mock.post(RECOMMEND, recommend_body("popular"), headers=[ORIGIN])
    assert answer.status == 500
    assert readable(answer.headers)
    assert answer.limit[1] == 999
    assert "ZeroDivisionError" in caplog.text
    assert "ZeroDivisionError" not in answer.body.decode()


def test_an_answer_to_a_server_has_no_cors_headers(mock: Client) -> None:
    answer = mock.post(RECOMMEND, recommend_body("popular"))
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_routes_outside_the_api_have_no_cors_headers(mock: Client) -> None:
    async def beside(_: Request) -> Response:
        return Response(b"{}", media_type="application/json")

    mock.checked = False
    mock.app = create_app(mock.mock, [Route("/_mock/health", beside)])
    answer = mock.get("/_mock/health", headers=[ORIGIN])
    assert answer.status == 200
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert mock.get("/nowhere", headers=[ORIGIN]).headers["access-control-allow-origin"] == "*"
