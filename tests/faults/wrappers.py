"""What every fault and variant is made of: a request and an answer that can be changed, and a server around an app.

A `Break` turns a mock and its ASGI application into a deviating application. Most are made by `edge`, from a function
that stands between client and mock; those that reach into the mock are made by the functions of `inside.py`.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mock_server.app import Mock
from mock_server.errors import ApiError
from mock_server.limits import Window
from mock_server.organisations import Organisation
from mock_server.tenant import Tenant

Break = Callable[[Mock, ASGIApp], ASGIApp]
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
        """The body as JSON; None where it is none."""
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
        """A field of a body that is one object."""
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

    def drop_header(self, name: str) -> None:
        self.headers = [pair for pair in self.headers if pair[0] != name.encode()]


@dataclass
class Server:
    """The mock behind a fault. `memory` is the fault's own."""

    mock: Mock
    app: ASGIApp
    memory: dict[Any, Any] = field(default_factory=dict)

    async def answer(self, request: Request) -> Answer:
        """What the mock says to this request."""
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
        """A refusal as the mock would make it; a bad key still comes first."""
        broken = request.copy()
        broken.body = b"["
        answer = await self.answer(broken)
        if answer.status == 400:
            answer.status = status
        return answer

    async def crash(self, request: Request) -> Answer:
        return await self.refuse(request, 500)

    async def unnoticed(self, request: Request) -> Answer:
        """What the mock says, at nobody's cost."""
        organisation = self.organisation(request)
        if organisation is None:
            return await self.answer(request)
        state = organisation.state
        window, state.window = state.window, Window()  # charged before anything is awaited
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
        """The key that opens the operation, of the request's own organisation, else of the first."""
        owner = organisation or self.organisation(request) or self.mock.organisations.first
        return owner.secret_key if request.operation in NEEDS_SECRET else owner.publishable_key

    def has_wrong_type(self, request: Request) -> bool:
        return self.organisation(request) is not None and request.key != self.right_key(request)

    def is_valid(self, request: Request) -> bool:
        """Whether the mock would take the body."""
        found = self.mock.contract.find(request.scope["raw_path"])
        endpoint = found[0].endpoints.get(request.method) if found else None
        if endpoint is None or endpoint.body is None:
            return False
        try:
            endpoint.body.records_of(request.json)
        except ApiError:
            return False
        return True

    def turn(self, name: object = "turn") -> int:
        """1, 2, 3, ... at each call."""
        self.memory[name] = self.memory.get(name, 0) + 1
        return int(self.memory[name])


Behaviour = Callable[[Request, Server], Awaitable[Answer]]
Condition = Callable[[Request, Server], bool]
Test = Callable[[Document], bool]


def edge(behaviour: Behaviour) -> Break:
    """A deviation between client and mock."""

    def install(mock: Mock, app: ASGIApp) -> ASGIApp:
        server = Server(mock, app)

        async def broken(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or scope["path"].startswith(("/_mock", "/docs")):
                await app(scope, receive, send)
                return
            body = b""
            more = True
            while more:
                message = await receive()
                if message["type"] != "http.request":
                    return
                body += message.get("body", b"")
                more = message.get("more_body", False)
            answer = await behaviour(Request(scope, list(scope["headers"]), body), server)
            if any(name == b"content-length" for name, _ in answer.headers):
                answer.set_header("content-length", len(answer.body))
            await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
            await send({"type": "http.response.body", "body": answer.body})

        return broken

    return install


def chain(*breaks: Break) -> Break:
    """All of them at once; the first stands nearest to the mock."""

    def install(mock: Mock, app: ASGIApp) -> ASGIApp:
        for each in breaks:
            app = each(mock, app)
        return app

    return install


def sometimes(broken: Break, every: int) -> Break:
    """Every n-th request of each operation meets the broken server, the others the right one."""

    def install(mock: Mock, app: ASGIApp) -> ASGIApp:
        other = broken(mock, app)
        turns: dict[str, int] = {}

        async def either(scope: Scope, receive: Receive, send: Send) -> None:
            path = scope.get("path", "")
            turns[path] = turns.get(path, 0) + 1
            await (app if turns[path] % every else other)(scope, receive, send)

        return either

    return install


def on(*operations: str) -> Condition:
    return lambda request, _: request.operation in operations


def passes(condition: Condition, behaviour: Behaviour) -> Break:
    """The behaviour where the condition holds, else the mock's own."""

    async def chosen(request: Request, server: Server) -> Answer:
        return await (behaviour(request, server) if condition(request, server) else server.answer(request))

    return edge(chosen)


def refuses(operation: str, test: Test, status: int = 400, array: bool | None = None) -> Break:
    """Requests with a record that the test holds for are refused. `array`: only in arrays, or only alone."""

    def concerned(request: Request, _: Server) -> bool:
        if request.operation != operation or array not in (None, request.is_array):
            return False
        return any(map(test, request.records))

    return passes(concerned, lambda request, server: server.refuse(request, status))


def crashes(operation: str, test: Test) -> Break:
    return refuses(operation, test, status=500)


def repairs(operation: str, repair: Callable[[Document], object], array: bool | None = None) -> Break:
    """Bad records are made good before the mock sees them, so that it takes them."""

    async def repaired(request: Request, server: Server) -> Answer:
        document = request.json
        if request.operation == operation and array in (None, isinstance(document, list)):
            before = copy.deepcopy(document)
            for record in document if isinstance(document, list) else [document]:
                if isinstance(record, dict):
                    repair(record)
            if document != before:
                request.json = document
        return await server.answer(request)

    return edge(repaired)


def fills(operation: str, array: bool | None = None, **values: Any) -> Break:
    """Required fields that are missing are taken to be these."""
    return repairs(operation, lambda record: [record.setdefault(name, value) for name, value in values.items()], array)


def tolerates(operation: str, name: str, good: Callable[[Any], bool], instead: Any, array: bool | None = None) -> Break:
    """A bad value of a field is taken for a good one."""

    def repair(record: Document) -> None:
        if name in record and not good(record[name]):
            record[name] = instead

    return repairs(operation, repair, array)


Edit = Callable[[Any, Request], object]


def edits(condition: Condition, edit: Edit, *statuses: int) -> Break:
    """The JSON of answers is changed in place, or replaced by what the edit returns if that is a list or a dict."""

    async def edited(request: Request, server: Server) -> Answer:
        answer = await server.answer(request)
        if answer.status in statuses and condition(request, server):
            document = answer.json
            replaced = edit(document, request)
            answer.json = replaced if isinstance(replaced, list | dict) else document
        return answer

    return edge(edited)


def edits_data(edit: Edit, condition: Condition = on("recommend")) -> Break:
    """`data` of a recommendation is changed in place."""
    return edits(condition, lambda document, request: edit(document["data"], request) and None, 200)


def edits_answer(condition: Condition, edit: Callable[[Answer], object], *statuses: int) -> Break:
    """Status and headers of answers are changed; no status named means every one."""

    async def edited(request: Request, server: Server) -> Answer:
        answer = await server.answer(request)
        if condition(request, server) and (not statuses or answer.status in statuses):
            edit(answer)
        return answer

    return edge(edited)


def asks(change: Callable[[Document], object], condition: Test = lambda _: True) -> Break:
    """The mock is asked for another recommendation than the client asked for."""

    def changed(record: Document) -> None:
        if condition(record):
            change(record)

    return repairs("recommend", changed, array=False)


def always(_: Request, __: Server) -> bool:
    return True


def strings(value: Any) -> Iterator[str]:
    """Every text in a JSON value, names of fields included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)
    elif isinstance(value, dict):
        for name, each in value.items():
            yield name
            yield from strings(each)
