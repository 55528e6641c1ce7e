"""The pytest plugin, as the tests of another project use it."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from fixtures.bodies import item_body
from mock_server.pytest_plugin import LehnzMock, LehnzMockApp

SHOP_TESTS = """
import json, urllib.request
import pytest

def post(url, key, body):
    headers = {"X-API-KEY": key, "Content-Type": "application/json"}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request) as response:
        return json.load(response)["data"]

@pytest.mark.parametrize("name", ["mug", "pot", "pan", "cup"])
def test_each_test_has_a_shop_of_its_own(lehnz_mock, name):
    item = {"item_id": name, "item_type": "product", "status": "active"}
    post(f"{lehnz_mock.url}/v1/ingest/items/upsert", lehnz_mock.secret_key, item)
    lehnz_mock.flush()
    shown = post(f"{lehnz_mock.url}/v1/recommend", lehnz_mock.publishable_key, {"strategy": "popular"})
    assert shown["tenant_id"] == lehnz_mock.tenant_id
    assert shown["recommended_items"] == [name]
    assert lehnz_mock.findings() == []
    post(f"{lehnz_mock.url}/v1/recommend", lehnz_mock.publishable_key, {"strategy": "popular", "limt": 5})
    (found,) = lehnz_mock.findings()
    assert (found.rule, found.message) == (
        "unknown-field", "$.limt is not a field of this request: did you mean `limit`?"
    )
"""
UNRELATED_TEST = """
import sys

def test_nothing_of_the_mock_was_loaded(pytestconfig):
    assert pytestconfig.pluginmanager.has_plugin("lehnz_mock")
    assert [name for name in sys.modules if name.startswith(("mock_server.", "uvicorn", "starlette", "pydantic"))] == [
        "mock_server.pytest_plugin"
    ]
"""


OURS = ("-p", "mock_server.pytest_plugin", "-p", "xdist.plugin")  # loading all installed plugins takes seconds


def pytest_in(folder: Path, source: str, *options: str, arguments: str = "", autoload: bool = False) -> str:
    """Run pytest in a new project that has only these tests; return its output, with the exit code as the last line."""
    (folder / "test_shop.py").write_text(source, encoding="utf-8")
    (folder / "pytest.ini").write_text(f"[pytest]\nlehnz_mock_args = {arguments}\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", *options]
    environment = os.environ | ({} if autoload else {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"})
    result = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=240, check=False
    )
    return f"{result.stdout}{result.stderr}\n{result.returncode}"


@pytest.mark.slow
def test_tests_of_another_project_run_in_parallel_each_with_its_own_shop(tmp_path: Path) -> None:
    report = pytest_in(tmp_path, SHOP_TESTS, *OURS, "-n", "2", arguments="--ingest-delay 60")
    assert "4 passed" in report
    assert report.endswith("\n0")


def test_a_run_without_the_fixtures_imports_nothing_of_the_mock(tmp_path: Path) -> None:
    slow = [f"-pno:{name}" for name in ("schemathesis", "locust", "hypothesispytest", "anyio", "xdist")]
    report = pytest_in(tmp_path, UNRELATED_TEST, *slow, autoload=True)
    assert "1 passed" in report
    assert report.endswith("\n0")


def test_a_mock_that_cant_start_says_why(tmp_path: Path) -> None:
    report = pytest_in(tmp_path, SHOP_TESTS, *OURS, "-k", "mug", arguments="--rate-limit 7")
    assert "the mock did not start: lehnz-mock: --rate-limit 7: must be N/WINDOW" in report
    assert report.endswith("\n1")


def test_a_project_with_a_package_of_our_name_is_pointed_to_the_other_fixture(tmp_path: Path) -> None:
    (tmp_path / "fixtures").mkdir()
    (tmp_path / "fixtures/__init__.py").touch()
    tests = "def test_in_process(lehnz_mock_app): pass\ndef test_beside(lehnz_mock): assert lehnz_mock.tenant_id\n"
    report = pytest_in(tmp_path, tests, *OURS)
    assert f"your {tmp_path / 'fixtures'} is found first: use lehnz_mock" in report
    assert "Traceback" not in report
    assert "1 passed, 1 error" in report


def test_a_fresh_organisation_is_empty_and_can_be_filled(lehnz_mock: LehnzMock) -> None:
    def shown() -> int:
        headers = {"X-API-KEY": lehnz_mock.publishable_key}
        response = httpx.post(f"{lehnz_mock.url}/v1/recommend", json={"strategy": "popular"}, headers=headers)
        return int(response.json()["data"]["pagination"]["total_count"])

    assert shown() == 0
    lehnz_mock.seed()
    assert 0 < shown() <= 50


def recommend(mock: LehnzMock) -> httpx.Response:
    headers = {"X-API-KEY": mock.publishable_key}
    return httpx.post(f"{mock.url}/v1/recommend", json={"strategy": "popular"}, headers=headers)


def test_time_advances_only_for_the_tests_own_organisation(lehnz_mock: LehnzMock) -> None:
    def now(**query: str) -> str:
        return str(httpx.get(f"{lehnz_mock.url}/_mock/clock", params=query).json()["data"]["now"])

    everybody, mine = now(), now(tenant_id=lehnz_mock.tenant_id)
    lehnz_mock.advance(3600)
    assert now() == everybody
    assert now(tenant_id=lehnz_mock.tenant_id) > mine


def test_the_mock_can_be_made_to_refuse_and_to_fail(lehnz_mock: LehnzMock) -> None:
    lehnz_mock.exhaust(30)
    assert recommend(lehnz_mock).status_code == 429
    lehnz_mock.advance(30)
    assert recommend(lehnz_mock).status_code == 200
    lehnz_mock.fault("status", status=500, times=1)
    assert [recommend(lehnz_mock).status_code for _ in range(2)] == [500, 200]


def test_a_snapshot_can_be_taken_and_restored(lehnz_mock: LehnzMock) -> None:
    lehnz_mock.seed()
    taken, before = lehnz_mock.snapshot(), recommend(lehnz_mock).json()["data"]["recommended_items"]
    key = {"X-API-KEY": lehnz_mock.secret_key}
    httpx.post(f"{lehnz_mock.url}/v1/ingest/items/upsert", json=item_body(before[0], status="inactive"), headers=key)
    assert before[0] not in recommend(lehnz_mock).json()["data"]["recommended_items"]
    lehnz_mock.restore(taken)
    assert recommend(lehnz_mock).json()["data"]["recommended_items"] == before


def test_the_app_fixture_works_in_process_with_its_own_mock(lehnz_mock_app: LehnzMockApp) -> None:
    async def story() -> list[str]:
        transport = httpx.ASGITransport(lehnz_mock_app.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://lehnz") as client:
            key = {"X-API-KEY": lehnz_mock_app.secret_key}
            assert (await client.post("/v1/ingest/items/upsert", json=item_body("mug"), headers=key)).is_success
            await lehnz_mock_app.flush()
            await lehnz_mock_app.advance(60)
            key = {"X-API-KEY": lehnz_mock_app.publishable_key}
            response = await client.post("/v1/recommend", json={"strategy": "popular"}, headers=key)
            return list(response.json()["data"]["recommended_items"])

    assert asyncio.run(story()) == ["mug"]


@pytest.mark.parametrize("_", range(2))
def test_nothing_is_left_from_another_test(lehnz_mock_app: LehnzMockApp, _: int) -> None:
    test_the_app_fixture_works_in_process_with_its_own_mock(lehnz_mock_app)
