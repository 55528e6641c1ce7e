"""The dashboard's pages as the mock serves them; tests/browser/dashboard opens them in a browser."""

import asyncio
import re
from html.parser import HTMLParser

import httpx
import pytest

from fixtures.bodies import event_body, item_body, user_body
from mock_server.app import create_app
from mock_server.control.access import Access
from mock_server.dashboard import pages
from mock_server.dashboard.tabs import TABS
from mock_server.mock import Mock
from mock_server.settings import Settings
from mock_server.state.records import Event
from tests.support.shipped import SPEC

HERE = pages.HERE
HOSTILE = '<img src=x onerror="alert(1)">\'"&</script>'


def make(orgs: int = 2, token: str | None = None) -> "Served":
    return Served(Mock(Settings(clock="virtual", orgs=orgs), SPEC), token)


class Served:
    def __init__(self, mock: Mock, token: str | None) -> None:
        self.mock = mock
        self._app = create_app(mock, access=Access(token))

    def get(self, path: str, **headers: str) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:4010") as client:
                return await client.get(f"/_mock{path}", headers=headers)

        return asyncio.run(ask())


@pytest.fixture(scope="module")
def served() -> Served:
    return make()


class Markup(HTMLParser):
    """Collects every start tag with its attributes, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def values(self, *names: str) -> list[str]:
        return [value for _, attributes in self.tags for name in names if (value := attributes.get(name))]


EVERY_PAGE = pytest.mark.parametrize("address", [tab.address for tab in TABS])


def test_every_tab_has_a_table_row_a_template_and_a_script() -> None:
    names = {tab.name for tab in TABS}
    assert len(names) == len({tab.address for tab in TABS}) == len(TABS)
    for name in names:
        assert (HERE / f"templates/{name}.html.jinja").is_file()
        assert (HERE / f"assets/{name}.js").stat().st_size > 200


@EVERY_PAGE
def test_a_page_loads_only_the_dashboards_own_files(served: Served, address: str) -> None:
    response = served.get(address)
    assert response.status_code == 200
    policy = response.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    markup = Markup(response.text)
    assert [
        tag for tag, attributes in markup.tags if tag == "style" or (tag == "script" and "src" not in attributes)
    ] == []
    assert [
        name for _, attributes in markup.tags for name in attributes if name == "style" or name.startswith("on")
    ] == []
    addresses = markup.values("src") + [each for each in markup.values("href") if "assets" in each]
    assert len(addresses) >= 5
    for each in addresses:
        assert served.get(each.removeprefix("/_mock")).status_code == 200, each


def test_a_script_imports_only_scripts_that_are_there(served: Served) -> None:
    found = 0
    for path in (HERE / "assets").glob("*.js"):
        for name in re.findall(r'from "\./([a-z_]+\.js)"', path.read_text(encoding="utf-8")):
            assert served.get(f"/ui/assets/{name}").headers["Content-Type"].startswith("text/javascript"), name
            found += 1
    assert found > 20


def test_no_script_inserts_text_as_markup() -> None:
    for path in (HERE / "assets").glob("*.js"):
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|srcdoc", path.read_text()
        ), path


@EVERY_PAGE
def test_links_keep_the_chosen_organisation(served: Served, address: str) -> None:
    markup = Markup(served.get(f"{address}?tenant_id=acme-books").text)
    links = [
        href
        for href in markup.values("href")
        if href.startswith("/_mock/") and "assets" not in href and "." not in href
    ]
    assert len(links) > len(TABS)
    assert {href.partition("?")[2] for href in links} == {"tenant_id=acme-books"}


@EVERY_PAGE
def test_an_unknown_organisation_is_reported_and_escaped(served: Served, address: str) -> None:
    response = served.get(httpx.URL(address, params={"tenant_id": HOSTILE}).raw_path.decode())
    assert response.status_code == 404
    assert HOSTILE not in response.text
    assert f"There is no organisation {HOSTILE}" in Markup(response.text).text.replace("\n", " ")


def test_a_mock_without_organisations_says_so() -> None:
    served = make()
    for tenant_id in [each.tenant_id for each in served.mock.organisations]:
        served.mock.remove_organisation(tenant_id)
    for tab in TABS:
        response = served.get(tab.address)
        assert response.status_code == 200
        assert "There is no organisation" in response.text


@EVERY_PAGE
def test_ids_and_names_are_escaped(address: str) -> None:
    served = make()
    tenant = served.mock.organisations.first.tenant
    tenant.upsert_items([item_body(HOSTILE, attributes={"title": HOSTILE})], 0.0)
    tenant.upsert_users([user_body(HOSTILE)])
    tenant.apply_events([Event.from_body(event_body("view", HOSTILE, HOSTILE), 0.0, "e1")])
    html = served.get(address).text
    assert HOSTILE not in html
    assert "onerror" not in {name for _, attributes in Markup(html).tags for name in attributes}


def test_a_command_to_paste_is_quoted_for_every_user_id(served: Served) -> None:
    served = make()
    served.mock.organisations.first.tenant.upsert_users([user_body("o'brien $(id)")])
    command = Markup(served.get("/").text).text
    assert """'{"strategy": "personalized", "user_id": "o'"'"'brien $(id)", "limit": 3}'""" in command


def test_many_organisations_are_searched_not_listed() -> None:
    served = make(orgs=1_000)
    for tab in TABS:
        response = served.get(f"{tab.address}?tenant_id=org-999")
        assert response.status_code == 200
        assert len(response.content) < 40_000
        options = [attributes for tag, attributes in Markup(response.text).tags if tag == "option"]
        assert len(options) < 150


def test_only_the_sign_in_page_and_the_assets_are_open_without_the_token() -> None:
    served = make(token="secret-token")
    keys = [key for each in served.mock.organisations for key in (each.publishable_key, each.secret_key)]
    for tab in TABS:
        response = served.get(tab.address, Accept="text/html")
        assert response.status_code == 401
        assert "Control token" in response.text
        assert not any(secret in response.text for secret in ["secret-token", *keys])
        assert served.get(tab.address, Authorization="Bearer secret-token").status_code == 200
    for path in (HERE / "assets").iterdir():
        assert served.get(f"/ui/assets/{path.name}").status_code == 200, path.name


def test_every_page_of_a_proxy_says_that_requests_are_forwarded() -> None:
    served = Served(Mock(Settings(clock="virtual", proxy="http://real.test"), SPEC), None)
    for tab in TABS:
        assert "forwards every request to <code>http://real.test" in served.get(tab.address).text
    assert "forwards" not in make().get("/").text


@pytest.mark.parametrize(
    "path", ["/ui/", "/ui/nothing", "/ui/assets/../pages.py", "/ui/assets/%2e%2e/pages.py", "/ui/layout"]
)
def test_unknown_paths_under_ui_are_404(served: Served, path: str) -> None:
    assert served.get(path).status_code == 404


def test_pages_are_not_cached_and_assets_are_revalidated(served: Served) -> None:
    assert served.get("/").headers["Cache-Control"] == "no-store"
    asset = served.get("/ui/assets/page.js")
    assert asset.headers["Cache-Control"] == "no-cache"
    again = served.get("/ui/assets/page.js", **{"If-None-Match": asset.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
