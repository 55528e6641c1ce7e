"""A mock on a real socket, served by a thread of the tests' process: for tests that need a socket but no process."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from starlette.types import ASGIApp

from fixtures.mock_process import RunningMock
from mock_server.app import Layers, create_app
from mock_server.command.banner import keys_document
from mock_server.command.options import read_settings
from mock_server.command.running import make_mock
from mock_server.command.server import Server
from mock_server.command.sockets import bind, url_of
from mock_server.control.access import Access
from tests.support.mock_client import SPEC

_SECONDS = 60.0
_NO_FILE = Path(os.devnull)


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

    def as_running(self) -> RunningMock:
        """Return it as a mock of `fixtures.mock_process`, whose process is this one and whose files are empty."""
        return RunningMock(self.url, self.publishable_key, self.secret_key, os.getpid(), _NO_FILE, _NO_FILE)


@contextlib.contextmanager
def mock_beside(*options: str, around: Callable[[ASGIApp], ASGIApp] = lambda app: app) -> Iterator[Beside]:
    """Run `lehnz-mock` with these options until the block ends. `around`: a layer that every request passes through."""
    settings = read_settings(["--seed-data", "none", "--ingest-delay", "0.05", *options])
    mock, _ = make_mock(settings, SPEC)
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
