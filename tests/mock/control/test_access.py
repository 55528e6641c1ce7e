"""Who may call the control plane: this machine or a client with the token, never a page of another site."""

from collections.abc import Callable

import pytest

from mock_server.control.access import Access
from tests.support.control_client import CHANGE, Served

Make = Callable[..., Served]
PAGE = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
CHANGES = [
    ("POST", "/flush"),
    ("POST", "/reset"),
    ("POST", "/seed"),
    ("POST", "/snapshots"),
    ("POST", "/snapshots/file"),
    ("POST", "/organisations"),
    ("DELETE", "/organisations/glow-beauty-ng"),
    ("POST", "/clock/advance"),
    ("PUT", "/organisations/glow-beauty-ng/rate-limit"),
    ("POST", "/organisations/glow-beauty-ng/rate-limit/exhaust"),
    ("POST", "/session"),
]


@pytest.mark.parametrize(("method", "path"), CHANGES)
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"])
def test_requests_that_a_form_or_a_fetch_without_cors_can_send_change_nothing(
    served: Served, method: str, path: str, kind: str
) -> None:
    """A page of another site can send these without a preflight; it can't add a header of its own."""
    before = served.control("/organisations")
    status, reason = served.refused(
        path, method=method, content=b"{}", json=None, headers=PAGE | {"Content-Type": kind}
    )
    assert status == 403
    assert "X-Mock-Control: 1" in reason
    assert served.control("/organisations") == before


def test_an_image_of_another_site_that_points_here_changes_nothing(served: Served) -> None:
    before = served.control("/organisations")
    headers = PAGE | {"Accept": "image/avif,image/webp,*/*", "Sec-Fetch-Dest": "image"}
    paths = ["/flush", "/reset", "/clock/advance?seconds=900", "/snapshots/snapshot-1/restore", "/organisations"]
    statuses = [served.call("GET", f"/_mock{path}", headers=headers).status_code for path in paths]
    assert statuses == [405, 405, 405, 405, 200]
    assert served.control("/organisations") == before


def test_no_page_of_another_origin_may_read_an_answer(served: Served) -> None:
    for path in ("/", "/health", "/organisations", "/nowhere"):
        answer = served.call("GET", f"/_mock{path}", headers=PAGE)
        assert [name for name in answer.headers if name.startswith("access-control-")] == []
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"


def test_the_session_cookie_lets_a_browser_in_and_is_not_the_token(make_served: Make) -> None:
    served = make_served(Access("right"))
    signed_in = served.call("POST", "/_mock/session", json={"token": "right"}, headers=CHANGE)
    assert signed_in.json()["data"] == {"signed_in": True}
    cookie = signed_in.headers["set-cookie"]
    assert "right" not in cookie
    for word in ("HttpOnly", "SameSite=strict", "Path=/_mock"):
        assert word in cookie
    jar = {"Cookie": cookie.partition(";")[0]}
    assert served.call("GET", "/_mock/health", headers=jar).status_code == 200
    assert served.call("POST", "/_mock/flush", headers=jar).status_code == 403  # the cookie does not replace the header
    assert served.call("POST", "/_mock/flush", json={"all": True}, headers=jar | CHANGE).status_code == 200
    assert (
        make_served(Access("right")).call("GET", "/_mock/health", headers=jar).status_code == 401
    )  # a cookie of another run


def test_a_wrong_token_opens_no_session(make_served: Make) -> None:
    served = make_served(Access("right"))
    answer = served.call("POST", "/_mock/session", json={"token": "wrong"}, headers=CHANGE)
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers


def test_a_browser_without_the_token_gets_a_page_to_sign_in(make_served: Make) -> None:
    served = make_served(Access("right"))
    page = served.call("GET", "/_mock/", headers={"Accept": "text/html,*/*"})
    assert (page.status_code, page.headers["content-type"].partition(";")[0]) == (401, "text/html")
    assert served.refused("/health", method="GET", headers={"Accept": "application/json"})[0] == 401


@pytest.mark.parametrize(
    "path", ["/session/../organisations", "/ui/assets/../../organisations", "/sessions", "/session2"]
)
def test_paths_that_are_open_for_signing_in_give_access_to_nothing_else(make_served: Make, path: str) -> None:
    served = make_served(Access("right"))
    answer = served.call("GET", f"/_mock{path}")
    assert answer.status_code in (401, 404)
    assert "secret_key" not in answer.text


def test_a_page_of_another_site_can_neither_change_nor_read_anything(served: Served) -> None:
    page = {"Origin": "https://evil.example"}
    assert served.refused("/flush", {}, headers=page)[0] == 403
    assert served.refused("/flush", None, headers=page | {"Content-Type": "text/plain"})[0] == 403
    asked = page | {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-mock-control"}
    preflight = served.call("OPTIONS", "/_mock/flush", headers=asked)
    read = served.call("GET", "/_mock/health", headers=page)
    for response in (preflight, read):
        assert [name for name in response.headers if name.startswith("access-control-")] == []
    assert preflight.status_code == 403


@pytest.mark.parametrize(
    "host", ["localhost:4010", "127.0.0.1", "[::1]:4010", "shop.localhost", "192.168.1.7:4010", "mock"]
)
def test_only_addresses_and_allowed_host_names_are_answered(make_served: Make, host: str) -> None:
    assert make_served(Access(None, ["Mock"]), host=host).control("/health")["status"] == "ok"


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:4010", "localhost.evil.example", "127.0.0.1.evil.example"]
)
def test_an_unknown_host_name_that_points_here_is_refused(make_served: Make, host: str) -> None:
    status, reason = make_served(host=host).refused("/health", method="GET")
    assert status == 403
    assert "--allowed-host" in reason


@pytest.mark.parametrize("authorization", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "right"}])
def test_if_a_token_is_needed_nothing_works_without_it(make_served: Make, authorization: dict[str, str]) -> None:
    served = make_served(Access("right"))
    assert served.refused("/health", method="GET", headers=authorization)[0] == 401
    assert served.refused("/flush", {}, headers=CHANGE | authorization)[0] == 401


def test_with_the_token_everything_works(make_served: Make) -> None:
    headers = CHANGE | {"Authorization": "Bearer right"}
    assert (
        make_served(Access("right")).call("POST", "/_mock/flush", json={"all": True}, headers=headers).status_code
        == 200
    )
