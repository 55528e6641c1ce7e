"""Fixtures: an organisation that uploads files."""

import pytest

from tests.support.mock_client import Client
from tests.support.upload_shop import Shop


@pytest.fixture
def shop(mock: Client) -> Shop:
    return Shop(mock)
