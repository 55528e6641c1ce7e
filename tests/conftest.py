"""Fixtures that several test files share. A mock is empty, under a virtual clock, and checks its own answers."""

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

# A shell's background job ignores Ctrl+C, and so would every process that a test starts.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Each takes seconds, and begins first.
LONG = {
    "browser/test_load_page.py",
    "contracts/test_runs.py",
    "load/test_faults.py",
    "load/test_namespaces.py",
    "load/test_runs.py",
    "mutants/test_mutants.py",
    "mutants/test_variants.py",
    "spec/test_schemathesis.py",
}


def pytest_xdist_auto_num_workers() -> int:
    """More than cores: half of the time a test waits for a server, a lag or a window."""
    return (os.cpu_count() or 1) + 2


def _is_long(item: pytest.Item) -> bool:
    return item.path.relative_to(Path(__file__).parent).as_posix() in LONG


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Each worker begins with its share of what takes long, or one would still be at it when the others are done."""
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    long = [item for item in items if _is_long(item)]
    short = [item for item in items if not _is_long(item)]
    ordered: list[pytest.Item] = []
    for worker in range(workers):
        share = long[worker::workers]
        size = (len(items) - len(ordered)) // (workers - worker)  # as `worksteal` deals them out
        ordered += [*share, *(short.pop(0) for _ in range(min(size - len(share), len(short))))]
    items[:] = [*ordered, *short]


def pytest_collection_finish() -> None:
    """The collector's policy is the server's; all that pytest collected stays, as the seed data does there."""
    given(none())(lambda _: None)()  # Hypothesis looks for numpy's random numbers once, and sees no frozen objects
    collector.settle()
    gc.set_threshold(*collector.THRESHOLDS[:2], 10)  # but tests drop whole mocks, which are full of cycles


@pytest.fixture
def make_mock() -> Iterator[Callable[..., Client]]:
    """Makes mocks with settings of one's own: `make_mock(rate_limit="5/10s")`."""
    clients: list[Client] = []

    def make(**settings: Any) -> Client:
        clients.append(make_client(**settings))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def mock(make_mock: Callable[..., Client]) -> Client:
    """A mock without ingest delay: what a 202 accepted is visible at once."""
    return make_mock()


@pytest.fixture
def make_served() -> Iterator[Callable[..., Served]]:
    """Makes mocks with a control plane: `make_served(Access("token"), rate_limit="5/10s")`."""
    made: list[Served] = []

    def make(access: Access | None = None, **options: Any) -> Served:
        made.append(Served(access, **options))
        return made[-1]

    yield make
    for served in made:
        served.close()


@pytest.fixture
def served(make_served: Callable[..., Served]) -> Served:
    """An empty mock with a control plane; what it accepts is visible after a second of its virtual clock."""
    return make_served()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def complaints() -> list[str]:
    """What the browser's console said, and addresses elsewhere that were asked; a test that provokes some clears it."""
    return []
