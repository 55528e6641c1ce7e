"""A mock in this process with a state file; a second mock can start with the same file."""

import shutil
from pathlib import Path
from typing import Any

from mock_server.command.seeding import Seed
from mock_server.mock import Mock
from mock_server.runtime.durable.store import Store
from mock_server.settings import Settings
from mock_server.state.clock import Clock, VirtualClock
from tests.support.mock_client import SPEC, Client

START = 1_780_315_200.0


class Kept(Client):
    """A client of that mock. `control` returns the data of a call of the control plane."""

    def __init__(self, path: Path, seed: Seed | None = None, clock: Clock | None = None, **settings: Any) -> None:
        options = Settings(**{"clock": "virtual", "ingest_delay": 0, "seed_data": "none", **settings})
        mock = Mock(options, SPEC, clock or VirtualClock(START), seed.fill if seed else None)
        self.path = path
        super().__init__(mock, checked=False, store=Store.open(path, "normal"))

    def control(self, path: str, body: Any = None, method: str | None = None) -> Any:
        headers = [("Host", "127.0.0.1:4010"), ("X-Mock-Control", "1")]
        how = method or ("GET" if body is None else "POST")
        answer = self.send(how, f"/_mock{path}", body, None, headers=headers)
        assert answer.status in (200, 201), answer.body
        return answer.data

    def killed(self, folder: Path, **settings: Any) -> "Kept":
        """Start another mock on what a kill would leave now: the file and its log, as they are on the disk."""
        folder.mkdir(exist_ok=True)
        copy = folder / self.path.name
        for suffix in ("", "-wal"):
            source = self.path.with_name(self.path.name + suffix)
            if source.exists():
                shutil.copyfile(source, copy.with_name(copy.name + suffix))
        return Kept(copy, **settings)

    def stop(self) -> None:
        """Stop the mock in order."""
        self.mock.close()
        self._runner.close()
