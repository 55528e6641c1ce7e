"""A client in the same process as the mock. It can send what an HTTP client would refuse to send, and it checks every
response against the spec with a validator that the mock doesn't use."""

import asyncio
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from starlette.types import Message, Scope

from fixtures.spec import Spec, load_spec
from mock_server.app import Layers, create_app
from mock_server.control.access import Access
from mock_server.mock import Mock
from mock_server.runtime.durable.store import Store
from mock_server.settings import Settings
from mock_server.state.clock import VirtualClock
from mock_server.state.organisations import Organisation
from tests.support import shipped
from tests.support.second_opinion import hold_to_spec

ITEMS, USERS, EVENTS = "/v1/ingest/items/upsert", "/v1/ingest/users/upsert", "/v1/ingest/events/ingest"
RECOMMEND = "/v1/recommend"
SPEC, ACCOUNTS = shipped.SPEC, shipped.ACCOUNTS
CURRENT = (ITEMS, USERS, EVENTS, RECOMMEND)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes
    repeated: list[str] = field(default_factory=list)

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def data(self) -> Any:
        return self.json["data"]

    @property
    def message(self) -> str:
        return str(self.json["message"])

    @property
    def fields(self) -> dict[str, str]:
        """By failing field: the rule that it broke."""
        return {each["field"]: each["message"] for each in self.json["error"]}

    @property
    def ids(self) -> list[str]:
        return list(self.data["recommended_items"])

    @property
    def limit(self) -> tuple[int, int, int]:
        """RateLimit-Limit, -Remaining and -Reset."""
        names = ("ratelimit-limit", "ratelimit-remaining", "ratelimit-reset")
        return int(self.headers[names[0]]), int(self.headers[names[1]]), int(self.headers[names[2]])


class Client:
    """Sends one request at a time; `together` sends several at once."""

    def __init__(self, mock: Mock, checked: bool = True, store: Store | None = None) -> None:
        self.mock = mock
        self.layers = Layers(mock)
        if store is not None:
            mock.keep(store, "normal")
        access = Access(token=None) if store is not None else None
        self.app = create_app(mock, access=access, layers=self.layers)
        self.checked = checked
        self.people: list[Any] = []  # the registered persons, see tests/support/account_client.py
        self._runner = asyncio.Runner()
        if store is not None:
            self.run(_started(mock))

    @property
    def first(self) -> Organisation:
        return self.mock.organisations.first

    def close(self) -> None:
        self.mock.ingest.close()
        self.mock.uploads.close()
        self._runner.close()

    def run(self, awaitable: Any) -> Any:
        async def main() -> Any:
            return await awaitable

        return self._runner.run(main())

    def advance(self, seconds: float) -> None:
        self.run(self.mock.advance(seconds))

    def flush(self) -> None:
        self.run(self.mock.flush())

    def post(self, path: str, body: Any = None, key: str | None = "right", **more: Any) -> Answer:
        """Send a POST. `body`: bytes, or any JSON value. `key`: `right`, `wrong` type, a key, or None."""
        return self.send("POST", path, body, key, **more)

    def get(self, path: str, key: str | None = "right", **more: Any) -> Answer:
        return self.send("GET", path, None, key, **more)

    def send(self, *args: Any, **more: Any) -> Answer:
        answer: Answer = self.run(self.request(*args, **more))
        return answer

    def together(self, requests: Iterable[Sequence[Any]]) -> list[Answer]:
        async def main() -> list[Answer]:
            return await asyncio.gather(*(self.request(*request) for request in requests))

        return self._runner.run(main())

    async def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        key: str | None = "right",
        headers: Sequence[tuple[str, str]] = (),
        chunks: Sequence[bytes] | None = None,
        address: str = "127.0.0.1",
        then: Message | None = None,
    ) -> Answer:
        """Send a request. `chunks` are sent one by one, without a Content-Length; `then` is the ASGI message after the
        body."""
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        raw_path, _, query = path.partition("?")
        scope: Scope = {
            "type": "http",
            "method": method,
            "path": unquote(raw_path),
            "raw_path": raw_path.encode("latin-1"),
            "query_string": query.encode("latin-1"),
            "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers],
            "client": (address, 50_000),
        }
        given = {name for name, _ in scope["headers"]}
        if key := self.key_for(path, key):
            scope["headers"].append((b"x-api-key", key.encode()))
        if body is not None and b"content-type" not in given:
            scope["headers"].append((b"content-type", b"application/json"))
        if chunks is None and b"content-length" not in given:
            scope["headers"].append((b"content-length", b"%d" % len(content)))
        pieces = [content] if chunks is None else list(chunks)
        messages: list[Message] = [
            {"type": "http.request", "body": piece, "more_body": index < len(pieces) - 1 or then is not None}
            for index, piece in enumerate(pieces)
        ]
        messages.append(then or {"type": "http.disconnect"})
        sent: list[Message] = []

        async def receive() -> Message:
            return messages.pop(0)

        async def send(message: Message) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        if not sent:
            return Answer(0, {}, b"")
        pairs = [(name.decode(), value.decode("latin-1")) for name, value in sent[0]["headers"]]
        names = [name for name, _ in pairs]
        repeated = sorted({name for name in names if names.count(name) > 1})
        answer = Answer(sent[0]["status"], dict(pairs), b"".join(part["body"] for part in sent[1:]), repeated)
        if self.checked and "access-control-allow-methods" not in answer.headers:
            assert answer.repeated == []
            assert answer.headers["content-length"] == str(len(answer.body))
            hold_to_spec(self.mock.contract, method, raw_path, answer.status, answer.headers, answer.json)
        return answer

    def key_for(self, path: str, key: str | None) -> str | None:
        if key not in ("right", "wrong"):
            return key
        needs_secret = path.partition("?")[0] in {
            operation.path for operation in self.mock.spec.operations if operation.key_type == "secret"
        }
        return self.first.secret_key if needs_secret == (key == "right") else self.first.publishable_key


async def _started(mock: Mock) -> None:
    mock.start()


def make_client(spec: Spec | None = None, checked: bool = True, fill: Any = None, **settings: Any) -> Client:
    """Return a client of an empty mock with a virtual clock; with `checked`, the mock validates its own responses
    too."""
    options = {"clock": "virtual", "ingest_delay": 0, "validate_responses": checked, **settings}
    return Client(Mock(Settings(**options), spec or SPEC, VirtualClock(1_780_315_200.0), fill), checked)


def edited_spec(folder: Path, *edits: tuple[str, str]) -> Spec:
    """Return the shipped spec with some text replaced, as a user would edit a copy of it."""
    text = SPEC.path.read_text(encoding="utf-8")
    for old, new in edits:
        assert text.count(old) >= 1, f"the spec has no {old!r}"
        text = text.replace(old, new)
    path = folder / "openapi.yaml"
    path.write_text(text, encoding="utf-8")
    return load_spec(path)
