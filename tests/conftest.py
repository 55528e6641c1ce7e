"""Fixtures that several test files share. A mock is empty, under a virtual clock, and checks its own answers."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.mock_client import Client, make_client


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
