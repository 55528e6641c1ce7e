"""A client of the control plane, in the same process as the mock."""

import asyncio
import json
import re
from collections.abc import Coroutine
from typing import Any, TypeVar

import httpx
import jsonschema
from starlette.routing import Route

from fixtures.bodies import item_body, recommend_body
from fixtures.world import build_world, empty_world
from mock_server.app import Layers, create_app
from mock_server.command.seeding import Seed
from mock_server.control.access import Access
from mock_server.control.description import description_route, document
from mock_server.control.routes import call_routes
from mock_server.control.session import session_routes
from mock_server.mock import Mock
from mock_server.settings import Settings
from tests.support.mock_client import SPEC

SEED = Seed("small", build_world("small", seed=42))
CHANGE = {"X-Mock-Control": "1"}
T = TypeVar("T")


class Served:
    """A mock in this process and its control plane, for one call at a time."""

    def __init__(
        self, access: Access | None = None, host: str = "127.0.0.1:4010", seed: Seed | None = None, **options: Any
    ) -> None:
        settings = Settings(**{"clock": "virtual", "ingest_delay": "1"} | options)
        worlds = {"small": lambda: SEED.fill, "none": lambda: Seed("none", empty_world()).fill}
        self.mock = Mock(settings, SPEC, fill=seed.fill if seed else None, worlds=worlds)
        self.layers = Layers(self.mock)
        self._app = create_app(self.mock, access=access or Access(token=None), layers=self.layers)
        self._url = f"http://{host}"
        self.document = document_of(self.mock, self.layers)
        self._runner = asyncio.Runner()

    async def send(self, method: str, path: str, **request: Any) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self._app), base_url=self._url) as client:
            response = await client.request(method, path, **request)
        if path.startswith("/_mock/") and response.headers.get("content-type") == "application/json":
            hold_to_description(self.document, method, response)
        return response

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(coroutine)

    def call(self, method: str, path: str, **request: Any) -> httpx.Response:
        return self.run(self.send(method, path, **request))

    def control(self, path: str, body: Any = None) -> Any:
        """Call the control plane and return the data; the call must succeed."""
        response = self.call("GET" if body is None else "POST", f"/_mock{path}", json=body, headers=CHANGE)
        assert response.is_success, response.text
        return response.json()["data"]

    def refused(self, path: str, body: Any = None, **request: Any) -> tuple[int, str]:
        """Return status and reason of a refusal, which must have the API's envelope."""
        method = request.pop("method", "POST")
        response = self.call(method, f"/_mock{path}", **{"json": body, "headers": CHANGE} | request)
        document = response.json()
        assert list(document) == ["success", "message", "data", "error"]
        assert (document["success"], document["data"]) == (False, None)
        return response.status_code, json.dumps(document["error"])

    def upsert(self, item_id: str, key: str | None = None) -> None:
        headers = {"X-API-KEY": key or self.mock.organisations.first.secret_key}
        assert self.call("POST", "/v1/ingest/items/upsert", json=item_body(item_id), headers=headers).is_success

    @property
    def items(self) -> set[str]:
        return set(self.mock.organisations.first.tenant.items)

    def change(self, method: str, path: str, body: Any = None) -> Any:
        """Make a change with another method than POST and return the data; the call must succeed."""
        response = self.call(method, f"/_mock{path}", json=body, headers=CHANGE)
        assert response.is_success, response.text
        return response.json()["data"]

    def recommend(self, key: str | None = None, **body: Any) -> httpx.Response:
        """Ask for recommendations with the key of the first organisation, or with this key."""
        headers = {"X-API-KEY": key or self.mock.organisations.first.publishable_key}
        return self.call("POST", "/v1/recommend", json=recommend_body("popular") | body, headers=headers)

    def close(self) -> None:
        self.mock.ingest.close()
        self.mock.lifetimes.close()
        self._runner.close()


def all_calls(mock: Mock, layers: Layers) -> list[Route]:
    """Return the routes of all calls of the control plane."""
    calls = call_routes(mock, layers.faults, layers.journal, layers.meter, layers.wire)
    every = [*session_routes(Access(None)), *calls]
    return [each for each in (*every, description_route(every)) if isinstance(each, Route)]


def document_of(mock: Mock, layers: Layers) -> dict[str, Any]:
    """Return the OpenAPI document of the control plane; made once, because it is the same for every mock."""
    if not _DOCUMENT:
        _DOCUMENT.update(document(all_calls(mock, layers)))
    return _DOCUMENT


def hold_to_description(described: dict[str, Any], method: str, response: httpx.Response) -> None:
    """Fail unless the document describes this response for this operation."""
    operation = operation_of(described, method, response.request.url.path)
    if operation is None or ("/file" in response.request.url.path and method == "GET"):
        return
    responses = operation["responses"]
    node = responses.get(str(response.status_code))
    assert node or response.status_code >= 400, f"{response.request.url}: {response.status_code} is not described"
    schema = (node or responses["4XX"])["content"].get("application/json", {}).get("schema", {})
    if response.request.url.path != "/_mock/openapi.json":
        jsonschema.Draft202012Validator({**schema, "components": described["components"]}).validate(response.json())


def operation_of(described: dict[str, Any], method: str, path: str) -> Any:
    """Return the operation of a request: of two matching paths, the one with more fixed segments."""
    fitting = [each for each in described["paths"] if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", each), path)]
    found = described["paths"][min(fitting, key=lambda each: each.count("{"))] if fitting else {}
    return found.get(method.lower())


_DOCUMENT: dict[str, Any] = {}
