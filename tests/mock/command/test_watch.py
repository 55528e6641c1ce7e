"""--watch: an edited spec is served at once, the data stays, and a broken edit changes nothing."""

import logging
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from fixtures.bodies import item_body
from fixtures.mock_process import RunningMock, running_mock
from fixtures.spec import SPEC_PATH, load_spec
from mock_server.command.reload import reload
from mock_server.mock import Mock
from mock_server.settings import Settings

TEXT = SPEC_PATH.read_text(encoding="utf-8")
PAGE = "description: Items to return.\n      minimum: 1\n      maximum: "
EDITED = TEXT.replace(f"{PAGE}100", f"{PAGE}50")
UNSERVABLE = TEXT.replace("operationId: upsertItems", "operationId: upsertThings")


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "openapi.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def eventually(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while not (held := holds()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return held


def test_an_edit_is_served_a_broken_one_is_reported_and_the_data_stays(spec: Path) -> None:
    assert len({TEXT, EDITED, UNSERVABLE}) == 3

    def logged(mock: RunningMock, words: str) -> bool:
        return words in mock.log.read_text(encoding="utf-8")

    with (
        running_mock("--spec", str(spec), "--watch", "--seed-data", "none", "--ingest-delay", "0") as mock,
        httpx.Client(base_url=mock.url) as http,
    ):

        def asks_for(limit: int) -> int:
            body = {"strategy": "popular", "limit": limit}
            return http.post("/v1/recommend", json=body, headers={"X-API-KEY": mock.publishable_key}).status_code

        http.post("/v1/ingest/items/upsert", json=item_body("kept"), headers={"X-API-KEY": mock.secret_key})
        assert asks_for(100) == 200

        beside = spec.with_suffix(".new")  # as editors save: a new file replaces the old one
        beside.write_text(EDITED, encoding="utf-8")
        beside.replace(spec)
        assert eventually(lambda: asks_for(100) == 400)
        assert asks_for(50) == 200

        spec.write_text(UNSERVABLE, encoding="utf-8")
        assert eventually(lambda: logged(mock, "upsertThings"))
        spec.write_text("openapi: [", encoding="utf-8")
        assert eventually(lambda: logged(mock, "expected node content"))
        assert (asks_for(100), asks_for(50)) == (400, 200)

        spec.write_text(TEXT, encoding="utf-8")
        assert eventually(lambda: asks_for(100) == 200)
        answer = http.post(
            "/v1/recommend", json={"strategy": "popular"}, headers={"X-API-KEY": mock.publishable_key}
        ).json()
        assert answer["data"]["recommended_items"] == ["kept"]
        assert "Traceback" not in mock.log.read_text(encoding="utf-8")


def test_a_broken_edit_is_one_line_with_the_file_and_the_position(spec: Path, caplog: pytest.LogCaptureFixture) -> None:
    mock = Mock(Settings(clock="virtual"), load_spec(spec))
    served = mock.contract
    spec.write_text("openapi: [\n", encoding="utf-8")
    with caplog.at_level(logging.INFO, "mock_server"):
        reload(mock, spec)
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert str(spec) in record.getMessage()
    assert "\n" not in record.getMessage()
    assert mock.contract is served
