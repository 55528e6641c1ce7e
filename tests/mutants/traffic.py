"""The traffic between client and mock that mutants change: a request, a response, and the mock behind them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.types import ASGIApp, Message, Scope

from mock_server.errors import ApiError
from mock_server.mock import Mock
from mock_server.state.organisations import Organisation
from mock_server.state.rate_limit import Window
from mock_server.state.tenant import Tenant

Document = dict[str, Any]

PATHS = {
    "items": "/v1/ingest/items/upsert",
    "users": "/v1/ingest/users/upsert",
    "events": "/v1/ingest/events/ingest",
    "recommend": "/v1/recommend",
}
INGESTION = ("items", "users", "events")
EVERY = tuple(PATHS)
NEEDS_SECRET = ("items", "users")
_NAMES = {path: name for name, path in PATHS.items()}


@dataclass
class Request:
    """One request; `body` and `headers` may be changed before it is passed on."""

    scope: Scope
    headers: list[tuple[bytes, bytes]]
    body: bytes

    @property
    def method(self) -> str:
        return str(self.scope["method"])

    @property
    def operation(self) -> str | None:
        """items, users, events or recommend; None for any other path or method."""
        return _NAMES.get(self.scope["path"]) if self.method == "POST" else None

    def header(self, name: str) -> str | None:
        found = [value for key, value in self.headers if key == name.encode()]
        return found[0].decode("latin-1") if found else None

    @property
    def key(self) -> str | None:
        return self.header("x-api-key")

    @key.setter
    def key(self, key: str) -> None:
        self.headers = [pair for pair in self.headers if pair[0] != b"x-api-key"] + [(b"x-api-key", key.encode())]

    @property
    def json(self) -> Any:
        """The body as JSON; None if it isn't JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    @json.setter
    def json(self, document: Any) -> None:
        self.body = json.dumps(document).encode()

    @property
    def records(self) -> list[Document]:
        """The objects of the body, whether one or an array of them."""
        document = self.json
        return [each for each in (document if isinstance(document, list) else [document]) if isinstance(each, dict)]

    @property
    def is_array(self) -> bool:
        return isinstance(self.json, list)

    def value(self, name: str) -> Any:
        """Return a field of a body that is one object."""
        document = self.json
        return document.get(name) if isinstance(document, dict) else None

    @property
    def page(self) -> Any:
        return self.value("page") or 1

    @property
    def strategy(self) -> str:
        return str(self.value("strategy") or "personalized")

    def copy(self) -> Request:
        return replace(self, headers=list(self.headers))


@dataclass
class Answer:
    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes

    @property
    def is_json(self) -> bool:
        return self.body.startswith((b"{", b"["))

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @json.setter
    def json(self, document: Any) -> None:
        self.body = json.dumps(document).encode()

    def header(self, name: str) -> str | None:
        found = [value for key, value in self.headers if key == name.encode()]
        return found[0].decode("latin-1") if found else None

    def set_header(self, name: str, value: object) -> None:
        self.drop_header(name)
        self.headers.append((name.encode(), str(value).encode()))

    def drop_header(self, *names: str) -> None:
        dropped = {name.encode() for name in names}
        self.headers = [pair for pair in self.headers if pair[0] not in dropped]


@dataclass
class Server:
    """The mock behind a mutant. `memory` belongs to the mutant."""

    mock: Mock
    app: ASGIApp
    memory: dict[Any, Any] = field(default_factory=dict)

    async def answer(self, request: Request) -> Answer:
        """Return the mock's answer to this request."""
        headers = [pair for pair in request.headers if pair[0] != b"content-length"]
        if len(headers) < len(request.headers):
            headers.append((b"content-length", b"%d" % len(request.body)))
        messages: list[Message] = [{"type": "http.request", "body": request.body, "more_body": False}]
        answer = Answer(0, [], b"")

        async def receive() -> Message:
            return messages.pop() if messages else {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer.status, answer.headers = message["status"], list(message["headers"])
            else:
                answer.body += message.get("body", b"")

        await self.app({**request.scope, "headers": headers}, receive, send)
        return answer

    async def refuse(self, request: Request, status: int = 400) -> Answer:
        """Return a refusal as the mock would make it. A bad key is still refused first."""
        broken = request.copy()
        broken.body = b"["
        answer = await self.answer(broken)
        if answer.status in (400, 413, 415):
            answer.status = status
        return answer

    async def crash(self, request: Request) -> Answer:
        return await self.refuse(request, 500)

    async def unnoticed(self, request: Request) -> Answer:
        """Return the mock's answer without using up anybody's limit."""
        organisation = self.organisation(request)
        if organisation is None:
            return await self.answer(request)
        state = organisation.state
        window, state.window = state.window, Window()  # the limit is charged before anything is awaited
        task = self.answer(request)
        try:
            return await task
        finally:
            state.window = window

    def organisation(self, request: Request) -> Organisation | None:
        caller = self.mock.organisations.keys.find((request.key or "").encode("latin-1"))
        return caller.organisation if caller else None

    def tenant(self, request: Request) -> Tenant:
        return (self.organisation(request) or self.mock.organisations.first).tenant

    def right_key(self, request: Request, organisation: Organisation | None = None) -> str:
        """Return the key that opens the operation: of this organisation, or of the request's own, or of the first."""
        owner = organisation or self.organisation(request) or self.mock.organisations.first
        return owner.secret_key if request.operation in NEEDS_SECRET else owner.publishable_key

    def has_wrong_type(self, request: Request) -> bool:
        return self.organisation(request) is not None and request.key != self.right_key(request)

    def is_valid(self, request: Request) -> bool:
        """Return whether the mock would accept the body."""
        found = self.mock.contract.find(request.scope["raw_path"])
        endpoint = found[0].endpoints.get(request.method) if found else None
        if endpoint is None or endpoint.body is None:
            return False
        try:
            endpoint.body.records_of(request.json)
        except (ApiError, UnicodeEncodeError):  # a lone surrogate is not UTF-8
            return False
        return True

    def turn(self, name: object = "turn") -> int:
        """Return 1, 2, 3, ... at each call."""
        self.memory[name] = self.memory.get(name, 0) + 1
        return int(self.memory[name])
