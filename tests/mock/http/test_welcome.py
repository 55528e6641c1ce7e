"""The mock's root URL: browsers are redirected to the dashboard, programs get a 404 in the envelope."""

from starlette.routing import Route

from mock_server.app import create_app
from mock_server.control.access import Access
from mock_server.http.docs_page import docs_routes
from tests.support.mock_client import Client

BROWSER = [("accept", "text/html,application/xhtml+xml,*/*;q=0.8")]


def serve(mock: Client, *more: Route) -> None:
    mock.checked = False
    mock.app = create_app(mock.mock, [*docs_routes(mock.mock.contract, mock.mock.organisations), *more])


def test_a_browser_is_redirected_to_the_dashboard(mock: Client) -> None:
    mock.app = create_app(mock.mock, docs_routes(mock.mock.contract, mock.mock.organisations), Access(None))
    mock.checked = False
    page = mock.get("/", key=None, headers=BROWSER)
    assert (page.status, page.headers["location"]) == (307, "/_mock/")


def test_a_program_gets_the_apis_404(mock: Client) -> None:
    serve(mock)
    for headers in ([], [("accept", "application/json")], [("accept", "*/*")]):
        answer = mock.get("/", key=None, headers=headers)
        assert (answer.status, answer.json["success"]) == (404, False)
        assert "ratelimit-limit" in answer.headers
    assert mock.post("/", {}, key=None, headers=BROWSER).status == 404


def test_without_a_control_plane_a_browser_is_shown_the_other_pages(mock: Client) -> None:
    serve(mock)
    page = mock.get("/", key=None, headers=BROWSER)
    assert b"/_mock/" not in page.body
    for link in ("/docs", "/openapi.yaml"):
        assert f'href="{link}"'.encode() in page.body


def test_the_dashboards_url_without_its_slash_redirects_to_it(mock: Client) -> None:
    mock.app = create_app(mock.mock, access=Access(None))
    mock.checked = False
    answer = mock.get("/_mock", key=None, headers=[*BROWSER, ("host", "localhost:4010")])
    assert (answer.status, answer.headers["location"]) == (307, "http://localhost:4010/_mock/")
