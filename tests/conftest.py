"""Fixtures that several test files share. The mocks are empty, have a virtual clock and check their responses."""

import gc
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis.strategies import none
from playwright.sync_api import Browser

from mock_server.control.access import Access
from mock_server.runtime import collector
from tests.support.browser import chromium
from tests.support.control_client import Served
from tests.support.mock_client import Client, make_client

# A background job of a shell ignores SIGINT, one under nohup SIGHUP too, and the processes that a test starts would
# inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

# Slow test modules, the slowest tests first: they run first, see pytest_collection_modifyitems.
LONG = [
    "mutants/test_mutants.py",
    "load/test_runs.py",
    "load/test_faults.py",
    "load/test_namespaces.py",
    "contracts/test_runs.py",
    "contracts/test_run_safety.py",
    "contracts/test_hostile_servers.py",
    "npm/test_client.py",
    "spec/test_schemathesis.py",
    "browser/test_load_page.py",
]


def pytest_xdist_auto_num_workers() -> int:
    """Return more workers than cores, because tests spend half of their time waiting for a server or a window."""
    return (os.cpu_count() or 1) + 2


def _module(item: pytest.Item) -> str:
    return item.path.relative_to(Path(__file__).parent).as_posix()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give each worker its share of the slow tests first, so that none is still running when the others are done."""
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    long = sorted((item for item in items if _module(item) in LONG), key=lambda item: LONG.index(_module(item)))
    short = [item for item in items if _module(item) not in LONG]
    ordered: list[pytest.Item] = []
    for worker in range(workers):
        share = long[worker::workers]
        size = (len(items) - len(ordered)) // (workers - worker)  # as `worksteal` deals them out
        ordered += [*share, *(short.pop(0) for _ in range(min(size - len(share), len(short))))]
    items[:] = [*ordered, *short]


def pytest_collection_finish() -> None:
    """Set up the garbage collector as the server does; what pytest has collected is frozen like the seed data."""
    given(none())(lambda _: None)()  # Hypothesis searches once for numpy's random state; it doesn't find frozen objects
    collector.settle()
    gc.set_threshold(collector.THRESHOLDS[0], 4, 10)  # tests drop whole mocks, which are full of cycles


@pytest.fixture
def make_mock() -> Iterator[Callable[..., Client]]:
    """Return a function that makes mocks with the given settings: `make_mock(rate_limit="5/10s")`."""
    clients: list[Client] = []

    def make(**settings: Any) -> Client:
        clients.append(make_client(**settings))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def mock(make_mock: Callable[..., Client]) -> Client:
    """A mock without ingest delay: accepted data is visible at once."""
    return make_mock()


@pytest.fixture
def make_served() -> Iterator[Callable[..., Served]]:
    """Return a function that makes mocks with a control plane: `make_served(Access("token"), rate_limit="5/10s")`."""
    made: list[Served] = []

    def make(access: Access | None = None, **options: Any) -> Served:
        made.append(Served(access, **options))
        return made[-1]

    yield make
    for served in made:
        served.close()


@pytest.fixture
def served(make_served: Callable[..., Served]) -> Served:
    """An empty mock with a control plane; accepted data is visible after one second of its virtual clock."""
    return make_served()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def complaints() -> list[str]:
    """Messages of the browser's console and requests to other hosts; a test that provokes some clears the list."""
    return []
