"""pytest fixtures: a mock that runs beside your tests, with an organisation of its own for each test.

    def test_a_new_item_can_be_recommended(lehnz_mock):
        requests.post(f"{lehnz_mock.url}/v1/ingest/items/upsert", headers={"X-API-KEY": lehnz_mock.secret_key}, ...)

`lehnz_mock` is served over a socket: one server per session (per xdist worker), started by the first test that uses it.
`lehnz_mock_app` is a mock in this process, an ASGI application for `httpx.ASGITransport` and the like.

Time stands still until `advance()`, which moves only the test's organisation; accepted data is visible at once.
`lehnz_mock_args` in the pytest configuration adds options of the mock, as on its command line:
`lehnz_mock_args = ["--ingest-delay", "0.2"]`.
No module of the mock is imported before a test uses a fixture, so a run without them costs nothing.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from fixtures.spec import Spec

_ARGUMENTS = ("--clock", "virtual", "--ingest-delay", "0", "--quiet")
_ANSWER_SECONDS = 60.0


class Finding(NamedTuple):
    """A problem that the journal reports. `exchange`: its number there. `rule`: the id of the lint rule, or the name of
    the error."""

    exchange: int
    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class LehnzMock:
    """A running mock, with an organisation for this test only."""

    url: str  # without a slash at the end
    tenant_id: str
    publishable_key: str
    secret_key: str
    began: int = 0  # the last exchange in the journal before the test

    def flush(self) -> None:
        """Return when everything accepted so far is visible. Needed only with --ingest-delay."""
        _control(self.url, "POST", "/flush", {"tenant_id": self.tenant_id})

    def advance(self, seconds: float) -> None:
        """Let time pass for this organisation only: windows end, delays pass, events age."""
        _control(self.url, "POST", "/clock/advance", {"seconds": seconds, "tenant_id": self.tenant_id})

    def seed(self) -> None:
        """Fill the organisation with the seeded shop (50 items, 40 users, 2,000 events); its previous data is lost."""
        _control(self.url, "POST", "/reset", {"tenant_id": self.tenant_id, "to": "seeded"})

    def exhaust(self, seconds: float | None = None) -> None:
        """Answer 429 for this many seconds (default: the rest of the window), or until `advance` passes them."""
        body = {} if seconds is None else {"seconds": seconds}
        _control(self.url, "POST", f"/organisations/{self.tenant_id}/rate-limit/exhaust", body)

    def findings(self) -> list[Finding]:
        """Return the problems that the journal reports for this organisation's requests, refused or not, oldest first.
        Use it as `assert not lehnz_mock.findings()`."""
        kept = _control(self.url, "GET", f"/journal?tenant_id={self.tenant_id}&after={self.began}&limit=1000")
        return [
            Finding(exchange["id"], each["id"], each["message"])
            for exchange in kept["exchanges"]
            for each in (*exchange["findings"], *exchange["lint"])
        ]

    def fault(self, kind: str, **options: Any) -> None:
        """Set a fault for this organisation, as `fault("status", status=500, times=2)`; docs/break-the-mock.md lists
        the kinds."""
        _control(self.url, "POST", "/faults", {"kind": kind, "tenant_id": self.tenant_id, **options})

    def snapshot(self) -> str:
        """Take a snapshot of the organisation. Returns the id for `restore`."""
        return str(_control(self.url, "POST", "/snapshots", {"tenant_id": self.tenant_id})["snapshot_id"])

    def restore(self, snapshot_id: str) -> None:
        """Restore a snapshot."""
        _control(self.url, "POST", f"/snapshots/{snapshot_id}/restore")


@dataclass(frozen=True, slots=True)
class LehnzMockApp:
    """A mock for one test, in this process, with one empty organisation."""

    app: ASGIApp
    tenant_id: str
    publishable_key: str
    secret_key: str
    flush: Callable[[], Awaitable[None]]
    advance: Callable[[float], Awaitable[None]]  # seconds


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini("lehnz_mock_args", "options of the mock behind the fixture lehnz_mock", type="args", default=[])


@pytest.fixture(scope="session")
def lehnz_mock_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of the session's mock, which is a separate process."""
    arguments = [*_ARGUMENTS, *request.config.getini("lehnz_mock_args")]
    process = _mock_process()
    try:
        with process.running_mock(*arguments) as mock:
            yield mock.url
    except process.MockProcessError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture
def lehnz_mock(lehnz_mock_url: str) -> Iterator[LehnzMock]:
    """A running mock and a new, empty organisation, which is removed after the test."""
    keys = _control(lehnz_mock_url, "POST", "/organisations", {})
    # An earlier test may have used the id.
    began = _control(lehnz_mock_url, "GET", "/journal?limit=1")["last_id"]
    yield LehnzMock(url=lehnz_mock_url, began=began, **keys)
    for snapshot in _control(lehnz_mock_url, "GET", "/snapshots")["snapshots"]:
        if snapshot["tenant_ids"] == [keys["tenant_id"]]:
            _control(lehnz_mock_url, "DELETE", f"/snapshots/{snapshot['snapshot_id']}")
    _control(lehnz_mock_url, "DELETE", f"/organisations/{keys['tenant_id']}")


@pytest.fixture
def lehnz_mock_app(request: pytest.FixtureRequest) -> LehnzMockApp:
    """A mock in this process; `flush` and `advance` are coroutines. --seed-data and network options have no effect."""
    _fail_if_hidden("fixtures")
    from mock_server.app import create_app
    from mock_server.command.options import read_settings
    from mock_server.mock import Mock

    settings = read_settings([*_ARGUMENTS, *request.config.getini("lehnz_mock_args")])
    mock = Mock(settings, _spec(settings.spec))
    own = mock.organisations.first
    return LehnzMockApp(
        create_app(mock), own.tenant_id, own.publishable_key, own.secret_key, flush=mock.flush, advance=mock.advance
    )


@cache
def _mock_process() -> ModuleType:
    """Load our `fixtures/mock_process.py`, even if the project has a package of that name."""
    place = Path(__file__).parents[1] / "fixtures/mock_process.py"
    found = importlib.util.spec_from_file_location("lehnz_mock_process", place)
    if found is None or found.loader is None:
        raise ImportError(str(place))
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


@cache
def _spec(path: Path | None) -> Spec:
    """Load the spec. It is compiled by the first test, so later tests start in milliseconds."""
    from fixtures.spec import load_spec

    return load_spec(path)


def _fail_if_hidden(name: str) -> None:
    """Fail with an explanation if the project has a package with the name of one of ours, because Python finds that one
    first."""
    found = importlib.util.find_spec(name)
    places = [*(found.submodule_search_locations or []), found.origin] if found else []
    if str(Path(__file__).parents[1] / name) not in places:
        pytest.fail(
            f"lehnz_mock_app needs the mock's own package {name!r}, and your {places[0] if places else name} is found "
            "first: use lehnz_mock, whose mock is a process of its own",
            pytrace=False,
        )


def _control(url: str, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
    """Call the control plane and return the `data` of its response."""
    import http.client  # imported here, because most pytest runs that load this plugin don't need it

    headers = {"Content-Type": "application/json", "X-Mock-Control": "1"}
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=_ANSWER_SECONDS)
    with contextlib.closing(connection):
        connection.request(method, f"/_mock{path}", None if body is None else json.dumps(body), headers)
        response = connection.getresponse()
        received = json.loads(response.read())
    if response.status >= 300:
        pytest.fail(f"the mock refused {method} /_mock{path}: {received['message']}", pytrace=False)
    return received["data"]
