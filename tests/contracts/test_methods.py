"""A server that takes a documented path with another method than the documented one."""

from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from contracts.catalogue import load_catalogue
from contracts.options import read_arguments
from contracts.run.engine import Engine
from contracts.run.run import Run
from contracts.run.stop import Stop
from contracts.session import make_run
from contracts.settings import settings_of
from tests.support.mock_beside import mock_beside

CATALOGUE, CHECK = load_catalogue(), "ROBUST-methods-and-paths"
OPERATIONS = {"upsertItems", "upsertUsers", "ingestEvents", "recommend"}


def takes(method: str) -> Callable[[ASGIApp], ASGIApp]:
    """Return a layer that treats the method as POST."""

    def around(app: ASGIApp) -> ASGIApp:
        async def layer(scope: Scope, receive: Receive, send: Send) -> None:
            await app({**scope, "method": "POST"} if scope.get("method") == method else scope, receive, send)

        return layer

    return around


def a_run(keys_file: Path) -> Run:
    settings = settings_of(read_arguments(["--keys-file", str(keys_file)]), CATALOGUE, {})
    assert settings.url
    target = settings.target(settings.url, settings.organisations, settings.connection)
    return make_run(settings, target, lambda _: None, Stop(60))


@pytest.mark.parametrize(("method", "stored"), [("PUT", 1), ("GET", 0)])
def test_a_write_with_another_method_is_found_and_cleaned_up(method: str, stored: int, tmp_path: Path) -> None:
    """A GET may be answered (R17)."""
    with mock_beside(around=takes(method)) as mock:
        run = a_run(mock.write_keys(tmp_path))
        (result,) = Engine(run).judge([CATALOGUE[CHECK]])
        run.client.close()
    found = {f"{method} {operation} taken" for operation in OPERATIONS} if stored else set()
    assert {finding.case for finding in result.findings} == found
    assert len(list(run.model.leftovers(run.spare))) == stored
