"""The reference page and the spec as the mock serves them; tests/browser/test_api.py opens the page in a browser."""

import asyncio
import hashlib
import re
from pathlib import Path

import httpx
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from fixtures.spec import SPEC_PATH, load_spec
from fixtures.strict_yaml import parse
from mock_server.app import create_app
from mock_server.http.docs_page import ASSETS, docs_routes, served_document
from mock_server.mock import Mock
from mock_server.settings import Settings

URL = "http://shop.test:4010"


@pytest.fixture(scope="module")
def mock() -> Mock:
    return Mock(Settings(clock="virtual"), load_spec())


def get(mock: Mock, path: str, url: str = URL, **headers: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(create_app(mock, docs_routes(mock.contract, mock.organisations)))
        async with httpx.AsyncClient(transport=transport, base_url=url) as client:
            return await client.get(path, headers=headers)

    return asyncio.run(ask())


def test_the_yaml_is_the_unchanged_file(mock: Mock) -> None:
    response = get(mock, "/openapi.yaml")
    assert response.headers["Content-Type"] == "application/yaml"
    assert response.content == SPEC_PATH.read_bytes()


def test_the_yaml_always_describes_what_is_served(tmp_path: Path) -> None:
    path = tmp_path / "openapi.yaml"
    path.write_bytes(SPEC_PATH.read_bytes())
    mock = Mock(Settings(clock="virtual"), load_spec(path))
    for edit in (SPEC_PATH.read_text(encoding="utf-8").replace("maximum: 100", "maximum: 50"), "broken: ["):
        path.write_text(edit, encoding="utf-8")
        assert parse(get(mock, "/openapi.yaml").text) == mock.spec.document
    path.unlink()
    assert parse(get(mock, "/openapi.yaml").text) == mock.spec.document


def test_every_list_of_servers_in_the_json_starts_with_this_server(mock: Mock) -> None:
    document = get(mock, "/openapi.json").json()
    OpenAPIV31SpecValidator(document).validate()
    lists = [node["servers"] for node in (document, *document["paths"].values()) if "servers" in node]
    assert len(lists) > 1
    assert {servers[0]["url"] for servers in lists} == {URL}
    assert document["servers"][1:] == mock.spec.document["servers"]
    del document["servers"], document["paths"]
    assert document.items() <= mock.spec.document.items()


def test_the_account_operations_have_their_own_self_contained_document(mock: Mock) -> None:
    as_json = get(mock, "/accounts/openapi.json").json()
    as_yaml = parse(get(mock, "/accounts/openapi.yaml").text)
    assert as_json["servers"][0]["url"] == URL
    assert as_yaml == mock.contract.accounts.document
    assert as_yaml["paths"].keys().isdisjoint(mock.spec.document["paths"])
    assert "../" not in str(as_yaml)
    assert list(OpenAPIV31SpecValidator(as_json).iter_errors()) == []


def test_serving_the_spec_does_not_change_the_mocks_own_copy(mock: Mock) -> None:
    before = mock.spec.document["servers"][0]["url"]
    served_document(mock.spec, URL)
    assert mock.spec.document["servers"][0]["url"] == before


@pytest.mark.parametrize("host", ["evil.example/path", 'a"b', "a b", "user@evil.example", "::1"])
def test_an_unknown_host_header_is_not_repeated(mock: Mock, host: str) -> None:
    servers = get(mock, "/openapi.json", Host=host).json()["servers"]
    assert servers[0]["url"] == URL


def test_tools_of_other_sites_may_read_the_spec_but_not_the_page_with_the_keys(mock: Mock) -> None:
    for path in ("/openapi.yaml", "/openapi.json", "/accounts/openapi.yaml", "/accounts/openapi.json"):
        assert get(mock, path, Origin="https://editor.example").headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Origin" not in get(mock, "/docs", Origin="https://editor.example").headers


def test_the_page_offers_only_organisations_with_public_development_keys() -> None:
    mock = Mock(Settings(clock="virtual"), load_spec())
    html = get(mock, "/docs").text
    for organisation in mock.organisations:
        assert f'data-publishable="{organisation.publishable_key}"' in html
        assert f'data-secret="{organisation.secret_key}"' in html
        assert f">{organisation.tenant_id}</option>" in html
    mock.add_organisation()
    assert get(mock, "/docs").text == html


def test_the_page_loads_nothing_from_elsewhere(mock: Mock) -> None:
    response = get(mock, "/docs")
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]
    addresses = set(re.findall(r'(?:src|href)="([^"]+)"', response.text)) - {"/_mock/"}
    assert len(addresses) >= 5
    for address in addresses:
        assert address.startswith("/"), address
        assert get(mock, address).status_code == 200, address


def test_unknown_paths_under_docs_are_404(mock: Mock) -> None:
    for path in ("/docs/missing", "/docs/assets/missing.js", "/docs/assets/../docs_page.py"):
        assert get(mock, path).status_code == 404, path


def test_the_vendored_files_have_the_hashes_in_their_readme() -> None:
    folder = ASSETS / "swagger-ui"
    listed = dict(re.findall(r"^\| (\S+) \| ([0-9a-f]{64}) \|$", (folder / "README.md").read_text(), re.MULTILINE))
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
    del found["README.md"]
    assert found == listed
