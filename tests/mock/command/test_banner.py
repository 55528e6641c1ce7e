"""What `lehnz-mock` prints when it starts, its keys file and its logs."""

import json
import os
import re
import signal
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from mock_server.command import keys_file
from tests.support.started_mock import COMMAND, SECONDS, Started, curl_line, pasted, refusal, spawned, started


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """A mock of thirty organisations without data."""
    folder = tmp_path_factory.mktemp("empty")
    with started(folder, "--seed-data", "none", "--orgs", "30") as mock:
        yield mock


def test_the_banner_shows_url_and_keys_and_its_curl_line_works(tmp_path: Path) -> None:
    with started(tmp_path, forked=False) as mock:
        banner = mock.out
        assert f"answers on {mock.url}\n" in banner
        assert httpx.get(f"{mock.url}/docs").status_code == 200
        assert f"{mock.url}/docs" in banner
        assert "50 items, 40 users, 2,000 events" in banner
        for organisation in mock.found["organisations"]:
            assert re.search(" +".join(organisation.values()), banner)
        answer = pasted(curl_line(banner))
        assert len(answer["data"]["results"]) == 3
        assert answer["data"]["mode"] == "behavioral"
        assert mock.end(signal.SIGINT) == 0
        assert "Traceback" not in mock.log


def test_the_banner_of_an_empty_mock_loads_the_first_item(empty: Started) -> None:
    assert pasted(curl_line(empty.out))["data"] == {"accepted": 1}
    assert "and 25 more" in empty.out


def test_the_keys_file_has_every_organisation_and_only_its_owner_can_read_it(empty: Started) -> None:
    keys = empty.folder / "keys.json"
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    assert len(empty.found["organisations"]) == 30
    assert [each["tenant_id"] for each in empty.found["organisations"][:2]] == ["glow-beauty-ng", "acme-books"]
    assert list(empty.found["organisations"][0]) == ["tenant_id", "publishable_key", "secret_key"]
    assert httpx.get(f"{empty.url}/_mock/health").status_code == 200
    assert [path.name for path in empty.folder.iterdir() if path.name.startswith(".")] == []


def test_an_old_keys_file_is_deleted_before_anything_can_fail(tmp_path: Path) -> None:
    keys = tmp_path / "keys.json"
    keys.write_text('{"url": "http://127.0.0.1:1"}', encoding="utf-8")
    assert "missing.yaml" in refusal(tmp_path, "--spec", "missing.yaml", "--port", "0", "--keys-out", str(keys))
    assert not keys.exists(), "whoever waits for the file would find the old one"


def test_a_keys_file_that_cant_be_written_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    keys.mkdir()
    line = refusal(tmp_path, "--port", "0", "--seed-data", "none", "--quiet", "--keys-out", str(keys))
    assert re.fullmatch(rf"lehnz-mock: --keys-out {keys}: [^\n]+\n", line)


def test_the_mock_keeps_running_when_the_reader_of_its_banner_exits(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    keys, log = tmp_path / "keys.json", tmp_path / "log"
    command = (*COMMAND, "--port", "0", "--seed-data", "none", "--keys-out", str(keys))
    with log.open("wb") as sink, subprocess.Popen(command, stdout=writer, stderr=sink) as process:
        os.close(writer)
        while not keys.exists() and process.poll() is None:
            time.sleep(0.02)
        url = json.loads(keys.read_text(encoding="utf-8"))["url"]
        assert httpx.get(f"{url}/_mock/health").status_code == 200
        process.terminate()
    assert (process.returncode, log.read_text(encoding="utf-8")) == (0, "")


def test_json_logs_have_one_object_per_line_and_no_banner(tmp_path: Path) -> None:
    with started(tmp_path, "--seed-data", "none", "--log-format", "json", "--rate-limit", "1/15m") as mock:
        headers = {"X-API-KEY": mock.found["organisations"][0]["publishable_key"]}
        statuses = [httpx.post(f"{mock.url}/v1/recommend", json={}, headers=headers).status_code for _ in range(3)]
        assert statuses == [422, 429, 429]
        assert mock.end() == 0
        assert mock.out == ""
        ready, limited, *others = map(json.loads, mock.log.splitlines())
    assert (ready["level"], ready["message"], ready["url"]) == ("info", "ready", mock.url)
    assert "--rate-limit" in limited["message"]
    assert others == []
    assert headers["X-API-KEY"] not in mock.log


@pytest.mark.parametrize("options", [("--quiet",), ("--log-format", "json"), ("--log-format", "json", "--quiet")])
def test_without_a_banner_the_token_is_logged_once(tmp_path: Path, options: tuple[str, ...]) -> None:
    everyone = ("--host", "0.0.0.0")  # noqa: S104 - as below
    process, log = spawned(tmp_path, "--port", "0", "--seed-data", "none", *everyone, *options), tmp_path / "log"
    try:
        while "needs a token" not in log.read_text(encoding="utf-8"):
            assert process.poll() is None, log.read_text(encoding="utf-8")
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        process.wait(SECONDS)
    finally:
        process.kill()
    written = log.read_text(encoding="utf-8") + (tmp_path / "out").read_text(encoding="utf-8")
    assert len(re.findall(r"generated for this run: it is [\w-]{24}(?![\w-])", written)) == 1


def test_a_token_that_is_in_the_keys_file_is_not_logged(tmp_path: Path) -> None:
    with started(tmp_path, "--seed-data", "none", "--host", "0.0.0.0", "--quiet") as mock:  # noqa: S104 - as below
        assert "needs a token" in mock.log
        assert mock.found["control_token"] not in mock.log
        assert str(mock.folder / "keys.json") in mock.log


def test_the_banner_links_to_the_dashboard(empty: Started) -> None:
    assert f"Dashboard      {empty.url}/_mock/\n" in empty.out


def test_a_token_set_by_the_user_is_required_and_never_shown(tmp_path: Path) -> None:
    with started(tmp_path, "--seed-data", "none", "--control-token", "open-sesame-and-more") as mock:
        assert f"{mock.url}/_mock/  (asks for the control token)" in mock.out
        assert "open-sesame-and-more" not in mock.out + mock.log + json.dumps(mock.found)
        page = httpx.get(f"{mock.url}/_mock/", headers={"Accept": "text/html"})
        assert (page.status_code, page.headers["content-type"].partition(";")[0]) == (401, "text/html")


def test_a_mock_does_not_overwrite_the_keys_file_of_a_running_one(empty: Started, tmp_path: Path) -> None:
    keys = empty.folder / "keys.json"
    before = keys.read_bytes()
    assert refusal(tmp_path, "--port", "0", "--seed-data", "none", "--keys-out", str(keys)) == (
        f"lehnz-mock: --keys-out {keys}: it belongs to the mock on {empty.url}, which is running; name another file\n"
    )
    assert keys.read_bytes() == before


@pytest.mark.parametrize("left", ["", "{}", "[1]", '{"url": "http://127.0.0.1:9", "organisations": [{}]}', None])
def test_a_file_that_was_left_behind_is_replaced(tmp_path: Path, left: str | None) -> None:
    gone = {"url": "http://127.0.0.1:9", "organisations": [{"publishable_key": "lehnz_pk_dev"}]}
    (tmp_path / "keys.json").write_text(json.dumps(gone) if left is None else left, encoding="utf-8")
    keys_file.discard_old(tmp_path / "keys.json")
    assert not (tmp_path / "keys.json").exists()


def test_a_mock_that_other_machines_can_reach_prints_a_token_for_its_control_plane(tmp_path: Path) -> None:
    with started(tmp_path, "--seed-data", "none", "--host", "0.0.0.0") as mock:  # noqa: S104 - what is tested
        assert mock.url.startswith("http://127.0.0.1:")
        assert httpx.get(f"{mock.url}/_mock/health").status_code == 401
        token = mock.found["control_token"]
        assert f"{mock.url}/_mock/#token={token}\n" in mock.out
        headers = {"Authorization": f"Bearer {token}"}
        assert httpx.get(f"{mock.url}/_mock/health", headers=headers).status_code == 200
