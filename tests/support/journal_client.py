"""A mock in this process with its control plane, and exchanges that a test makes itself."""

import json
from collections.abc import Mapping
from typing import Any

from mock_server.app import create_app
from mock_server.control.access import Access
from mock_server.layers.journal.exchange import Circumstances, Exchange, Message
from mock_server.layers.journal.raw_exchange import RawExchange
from tests.support.mock_client import EVENTS, RECOMMEND, Answer, Client, make_client

CHANGE = ("X-Mock-Control", "1")
HOST = ("Host", "127.0.0.1:4010")


class Observed(Client):
    """A client of the mock. `control` returns the data of a call of the control plane, `refused` its status and
    reason."""

    def __init__(self, client: Client) -> None:
        super().__init__(client.mock, checked=False)
        self.app = create_app(self.mock, access=Access(token=None), layers=self.layers)

    def call(self, path: str, body: Any = None, method: str | None = None) -> Answer:
        headers = [HOST, CHANGE]
        return self.send(method or ("GET" if body is None else "POST"), f"/_mock{path}", body, None, headers=headers)

    def control(self, path: str, body: Any = None, method: str | None = None) -> Any:
        answer = self.call(path, body, method)
        assert answer.status == 200, answer.body
        return answer.data

    def refused(self, path: str, body: Any = None, method: str | None = None) -> tuple[int, str]:
        answer = self.call(path, body, method)
        assert answer.status >= 400
        return answer.status, json.dumps(answer.json["error"])

    def exchanges(self, query: str = "") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.control(f"/journal{query}")["exchanges"]
        return found

    @property
    def tenant_id(self) -> str:
        return self.first.tenant_id

    def event(self, name: str, user_id: str, **more: Any) -> Answer:
        family = "system" if name == "identify" else "engagement"
        return self.post(EVENTS, {"event_name": name, "event_family": family, "user_id": user_id, **more})

    def recommend(self, strategy: str = "popular", **more: Any) -> Answer:
        return self.post(RECOMMEND, {"strategy": strategy, **more})


def observed(**settings: Any) -> Observed:
    return Observed(make_client(checked=False, **settings))


def made(
    at: float = 0.0,
    *,
    took: float = 0.001,
    moment: float | None = None,
    status: int | None = 200,
    body: Any = None,
    headers: Mapping[str, str] | None = None,
    answered: Mapping[str, str] | None = None,
    answer: bytes = b"{}",
    **more: Any,
) -> Exchange:
    """Return an exchange that began at `at` seconds; `moment` is the time of the mock's clock, which may be moved."""
    content = b"" if body is None else json.dumps(body).encode()
    exchange = Exchange()
    exchange.request = Message(_pairs(headers), content, len(content))
    exchange.response = Message(_pairs(answered), answer, len(answer))
    usual: dict[str, Any] = {
        "id": 0,
        "at": 1_780_315_200.0 + (at if moment is None else moment),
        "moment": at if moment is None else moment,
        "scale": 1.0,
        "started": at,
        "ended": at + took,
        "status": status,
        "tenant_id": "acme-books",
        "era": 0,
        "key_type": "publishable",
        "needed_key_type": "publishable",
        "operation_id": "recommend",
        "method": "POST",
        "path": "/v1/recommend",
        "query": "",
        "origin": (headers or {}).get("origin"),
        "address": "127.0.0.1",
        "findings": (),
        "accepted": None,
        "fault": None,
        "lint": (),
    }
    for name, value in (usual | more).items():
        setattr(exchange, name, value)
    return exchange


def raw_exchange(tenant_id: str | None = "acme-books") -> RawExchange:
    """Return any exchange, for tests in which its content doesn't matter."""
    found = RawExchange()
    exchange = made(tenant_id=tenant_id)
    for name in {*Circumstances.__slots__, *RawExchange.__slots__} - {"id", "era"}:
        setattr(found, name, getattr(exchange, name, None))
    found.path, found.query, found.detail, found.masked = b"/v1/recommend", b"", "", False
    found.request_head = found.response_head = b""
    found.read_bytes = found.sent_bytes = 0
    return found


def _pairs(headers: Mapping[str, str] | None) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
