"""A mock on a real socket, served by a thread of the tests' process: for tests that need a socket but no process."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from starlette.types import ASGIApp

from mock_server.app import Layers, create_app
from mock_server.command.banner import keys_document
from mock_server.command.options import read_settings
from mock_server.command.seeding import read_seed
from mock_server.command.server import Server
from mock_server.command.sockets import bind, url_of
from mock_server.control.access import Access
from mock_server.mock import Mock
from mock_server.state.clock import RealClock
from tests.support.mock_client import SPEC

_SECONDS = 60.0


@dataclass(frozen=True)
class Beside:
    """The URL, the keys of the first organisation, and all keys as --keys-out writes them."""

    url: str
    publishable_key: str
    secret_key: str
    keys: bytes

    def write_keys(self, folder: Path) -> Path:
        path = folder / "keys.json"
        path.write_bytes(self.keys)
        return path


@contextlib.contextmanager
def mock_beside(*options: str, around: Callable[[ASGIApp], ASGIApp] = lambda app: app) -> Iterator[Beside]:
    """Run `lehnz-mock` with these options until the block ends. `around`: a layer that every request passes through."""
    settings = read_settings(["--seed-data", "none", "--ingest-delay", "0.05", *options])
    clock = None if settings.clock == "virtual" else RealClock()
    seed = read_seed(settings, SPEC, now=clock.now() if clock else None)
    mock = Mock(settings, SPEC, clock, seed.fill)
    layers = Layers(mock)
    sockets, ready = bind(settings.host, 0), threading.Event()
    app = around(create_app(mock, access=Access(None), layers=layers))
    server = Server(app, ready.set, layers.stop)
    thread = threading.Thread(target=server.run, args=(sockets,))
    thread.start()
    try:
        assert ready.wait(_SECONDS)
        url, first = url_of(sockets), mock.organisations.first
        yield Beside(
            url, first.publishable_key, first.secret_key, keys_document(url, mock.organisations.keys_everywhere())
        )
    finally:
        server.should_exit = True
        thread.join()
        for each in sockets:
            each.close()
