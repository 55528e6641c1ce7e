"""A mock whose faults are set over the control plane."""

from typing import Any

import httpx

from mock_server.app import create_app
from mock_server.control.access import Access
from tests.support.mock_client import RECOMMEND, Answer, make_client

POPULAR = {"strategy": "popular"}


class Steered:
    """A mock whose responses are all checked against the spec, with its control plane."""

    def __init__(self, **settings: Any) -> None:
        self.api = make_client(**settings)
        self._control = create_app(self.api.mock, access=Access(token=None), layers=self.api.layers)
        self.own = self.api.first.tenant_id

    def call(self, method: str, path: str, body: Any = None) -> httpx.Response:
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self._control)
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
                return await client.request(method, f"/_mock{path}", json=body, headers={"X-Mock-Control": "1"})

        answer: httpx.Response = self.api.run(send())
        return answer

    def control(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.call(method, path, body)
        assert answer.is_success, answer.text
        return answer.json()["data"]

    def fault(self, **fault: Any) -> str:
        return str(self.control("POST", "/faults", fault)["fault_id"])

    def ask(self, **more: Any) -> Answer:
        return self.api.post(RECOMMEND, POPULAR, **more)
