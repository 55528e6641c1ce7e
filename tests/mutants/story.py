"""A story of some three hundred requests, told in process under a virtual clock, to see that a deviation is there.

It judges nothing: what it answers is compared with what the plain mock answers to the same story, byte by byte.
"""

from __future__ import annotations

import asyncio
import json
import re

from starlette.types import ASGIApp, Message

from fixtures.spec import Spec, load_spec
from mock_server.command.options import read_settings
from mock_server.mock import VIRTUAL_START, Mock
from mock_server.state.clock import VirtualClock
from tests.mutants.chapters import story
from tests.mutants.fault import Fault, Variant
from tests.mutants.serve import DEFAULTS, broken_app
from tests.mutants.steps import LAST_SERVED, LIMIT, WINDOW_SECONDS, Step
from tests.mutants.traffic import PATHS

Transcript = list[tuple[int, list[tuple[bytes, bytes]], str]]


def transcript(each: Fault | Variant | None, spec: Spec | None = None) -> Transcript:
    """Status, headers and body of every answer of the story."""
    own = each.options if each else ()
    options = [*DEFAULTS, *own, "--clock", "virtual", "--rate-limit", f"{LIMIT}/{WINDOW_SECONDS}s"]
    mock = Mock(read_settings(options), spec or load_spec(), VirtualClock(VIRTUAL_START))
    app = broken_app(each, mock) if each else broken_app_of(mock)
    return asyncio.run(_tell(mock, app))


def broken_app_of(mock: Mock) -> ASGIApp:
    from mock_server.app import create_app

    return create_app(mock)


async def _tell(mock: Mock, app: ASGIApp) -> Transcript:
    told: Transcript = []
    served = ""
    for step in story(list(mock.organisations)):
        if step.wait:
            await mock.advance(step.wait)
        body = (
            step.body if isinstance(step.body, bytes) else json.dumps(step.body).replace(LAST_SERVED, served).encode()
        )
        told.append(await _ask(app, step, body))
        served = _served(told[-1][2]) or served
    mock.ingest.close()
    return told


async def _ask(app: ASGIApp, step: Step, body: bytes) -> tuple[int, list[tuple[bytes, bytes]], str]:
    path, _, query = (step.path or PATHS[step.operation]).partition("?")
    named = {"content-type": "application/json", "content-length": str(len(body)), **(step.headers or {})}
    headers = [(name.lower().encode(), value.encode()) for name, value in named.items()]
    scope = {
        "type": "http", "http_version": "1.1", "method": step.method, "path": path, "raw_path": path.encode(),
        "query_string": query.encode(), "root_path": "", "scheme": "http", "headers": headers,
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 2),
    }  # fmt: skip
    messages: list[Message] = [{"type": "http.request", "body": body}]
    said: list[Message] = []

    async def receive() -> Message:
        return messages.pop() if messages else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        said.append(message)

    await app(scope, receive, send)
    answered = b"".join(message.get("body", b"") for message in said[1:])
    headers_said = sorted(pair for pair in said[0]["headers"] if pair[0] != b"content-length")
    return said[0]["status"], headers_said, _without_chance(answered)


def _served(answered: str) -> str | None:
    """The recommendation_id of an answer that has one."""
    found = re.search(r'"recommendation_id": "([^"]+)"', answered)
    return found[1] if found else None


def _without_chance(body: bytes) -> str:
    """The body without the time that it took, and so without its length in the headers."""
    try:
        document = json.loads(body)
    except ValueError:
        return body.decode(errors="replace")
    data = document.get("data") if isinstance(document, dict) else None
    if isinstance(data, dict) and isinstance(data.get("latency_ms"), float):
        data["latency_ms"] = 0.5
    return json.dumps(document)  # as a text: in Python True is 1
