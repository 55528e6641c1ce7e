"""Faults break connections also under the plain event loop, and raise an exception in process."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

PATH = "/v1/recommend"


BODY = {"strategy": "popular", "limit": 5}


CHANGE = {"X-Mock-Control": "1"}


@pytest.mark.parametrize(("kind", "error"), [("drop", "ConnectionAbortedError"), ("reset", "ConnectionResetError")])
def test_the_plain_event_loop_and_parser_break_connections_too(kind: str, error: str) -> None:
    """Without uvloop and httptools, as on Windows, uvicorn uses asyncio and h11."""
    code = f"""
import asyncio, socket, sys, threading, uvicorn
from mock_server.app import Layers, create_app
from mock_server.mock import Mock
from mock_server.command import server as module
from mock_server.layers.faults.fault import Fault
from mock_server.settings import Settings

mock = Mock(Settings())
layers = Layers(mock)
layers.faults.add(Fault(kind={kind!r}))
listener = socket.create_server(("127.0.0.1", 0))

def ask():
    connection = socket.create_connection(listener.getsockname(), timeout=60)
    connection.sendall(b"GET /item/x HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n")
    try:
        print(repr(connection.recv(100)))
    except ConnectionResetError as error:
        print(type(error).__name__)
    running.should_exit = True

running = module.Server(create_app(mock, layers=layers), lambda: threading.Thread(target=ask).start(), layers.stop)
running.config.http, running.config.loop = "h11", "asyncio"
layers.wire.transport_of = running.transport_of
running.run([listener])
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False)
    assert ended.stderr == ""
    assert ended.stdout.strip() == ("b''" if kind == "drop" else error)


@contextlib.contextmanager
def in_process(**fault: Any) -> Iterator[Any]:
    from mock_server.app import Layers, create_app
    from mock_server.layers.faults.fault import Fault
    from mock_server.mock import Mock
    from mock_server.settings import Settings

    mock = Mock(Settings(clock="virtual"))
    layers = Layers(mock)
    layers.faults.add(Fault(**fault))
    yield httpx.ASGITransport(create_app(mock, layers=layers)), mock.organisations.first.publishable_key


@pytest.mark.parametrize(
    ("kind", "error"),
    [("drop", ConnectionAbortedError), ("truncate", ConnectionAbortedError), ("reset", ConnectionResetError)],
)
def test_in_process_a_broken_connection_is_an_exception(kind: str, error: type[Exception]) -> None:
    import asyncio

    async def ask() -> None:
        with in_process(kind=kind) as (transport, key):
            async with httpx.AsyncClient(transport=transport, base_url="http://mock") as client:
                await client.post(PATH, json=BODY, headers={"X-API-KEY": key})

    with pytest.raises(error):
        asyncio.run(ask())
