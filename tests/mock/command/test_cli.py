"""The command `lehnz-mock`: its help, its banner, its orderly end, and one clear line for whatever can't be used."""

import ast
import contextlib
import json
import os
import re
import shlex
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from mock_server.__main__ import main
from mock_server.command import keys_file
from mock_server.command.options import GROUPS, UsageError, build_parser, read_settings
from mock_server.settings import Delay, Settings
from tests.support.nest import Forked, nest

ROOT = Path(__file__).parents[3]
COMMAND = (sys.executable, "-m", "mock_server")
SECONDS = 60.0


class Started:
    """A mock that answers, with what it wrote to its two outputs so far."""

    def __init__(self, process: subprocess.Popen[bytes] | Forked, folder: Path, found: Mapping[str, Any]) -> None:
        self.process, self.folder, self.found = process, folder, found
        self.url: str = found["url"]

    @property
    def out(self) -> str:
        return (self.folder / "out").read_text(encoding="utf-8")

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8")

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(SECONDS)


@contextlib.contextmanager
def started(folder: Path, *options: str, forked: bool = True) -> Iterator[Started]:
    """`forked`: from a process that has imported everything; else with the start that users wait for."""
    keys = folder / "keys.json"
    process = spawned(folder, "--port", "0", "--keys-out", str(keys), *options, forked=forked)
    try:
        deadline = time.monotonic() + SECONDS
        while not keys.exists():
            assert process.poll() is None, (folder / "log").read_text(encoding="utf-8")
            assert time.monotonic() < deadline
            time.sleep(0.02)
        yield Started(process, folder, json.loads(keys.read_text(encoding="utf-8")))
    finally:
        process.kill()
        process.wait(SECONDS)


def spawned(folder: Path, *options: str, forked: bool = True) -> subprocess.Popen[bytes] | Forked:
    """The command, writing to `out` and `log` in the folder."""
    if forked:
        return nest("mock").start(options, os.environ, folder / "out", folder / "log")
    with (folder / "out").open("wb") as out, (folder / "log").open("wb") as log:
        return subprocess.Popen((*COMMAND, *options), stdout=out, stderr=log)


def refusal(folder: Path, *options: str) -> str:
    """What it writes when it can't start."""
    assert spawned(folder, *options).wait(SECONDS) == 2
    return (folder / "log").read_text(encoding="utf-8")


def pasted(line: str, **more: Any) -> Any:
    """What a shell answers to the line."""
    result = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=SECONDS, check=True, **more)
    return json.loads(result.stdout)


def curl_line(text: str) -> str:
    (line,) = re.findall(r"^ +(curl .*)$", text, re.MULTILINE)
    return str(line)


def test_every_setting_is_an_option_of_exactly_one_group() -> None:
    assert sorted(name for names in GROUPS.values() for name in names) == sorted(Settings.model_fields)


def test_help_explains_every_option_in_one_line_with_its_default() -> None:
    text = build_parser().format_help()
    for name, field in Settings.model_fields.items():
        option = f"--{name.replace('_', '-')}"
        (line,) = [line for line in text.splitlines() if re.match(rf" +{option}\b", line) and line.split()[0] == option]
        assert str(field.description) in line
    assert re.search(r"--port .*\[4010\]", text)
    assert re.search(r"--ingest-delay .*\[0.2\]", text)
    assert "LEHNZ_MOCK_RATE_LIMIT" in text


def test_every_example_in_the_help_is_accepted() -> None:
    examples = re.findall(r"^  lehnz-mock (--.*?)(?:  +.*)?$", build_parser().epilog or "", re.MULTILINE)
    assert len(examples) >= 4
    for example in examples:
        read_settings(shlex.split(example), {})


def test_options_win_over_the_environment_and_it_over_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEHNZ_MOCK_INGEST_DELAY", "0-3")
    monkeypatch.setenv("LEHNZ_MOCK_PORT", "5000")
    monkeypatch.setenv("LEHNZ_MOCK_WATCH", "1")
    settings = read_settings(["--port", "6000"])
    assert (settings.port, settings.ingest_delay, settings.watch) == (6000, Delay(0, 3), True)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--port", "99999"], ["--port 99999", "65535"]),
        (["--port", "http"], ["--port http", "integer"]),
        (["--prot", "4010"], ["no option --prot", "did you mean --port?"]),
        (["4010"], ["no option 4010", "--help"]),
        (["--port"], ["--port", "expected one argument"]),
        (["--rate-limit", "1000"], ["--rate-limit 1000", "N/WINDOW"]),
        (["--ingest-delay", "3-1"], ["--ingest-delay 3-1", "range"]),
        (["--orgs", "1"], ["--orgs 1", "2"]),
        (["--log-format", "xml"], ["--log-format xml", "'text' or 'json'"]),
        (["--max-body", "lots"], ["--max-body lots"]),
    ],
)
def test_a_bad_option_is_named_with_its_rule(options: list[str], words: Sequence[str]) -> None:
    with pytest.raises(UsageError) as raised:
        read_settings(options, {})
    line = str(raised.value)
    assert "\n" not in line
    assert [word for word in words if word not in line] == []


def test_a_bad_variable_is_named_as_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEHNZ_MOCK_PORT", "none")
    with pytest.raises(UsageError, match=r"^LEHNZ_MOCK_PORT none: "):
        read_settings([])


def test_a_variable_that_no_option_has_is_refused() -> None:
    with pytest.raises(UsageError, match=r"no option LEHNZ_MOCK_PROT .*LEHNZ_MOCK_PORT"):
        read_settings([], {"LEHNZ_MOCK_PROT": "1"})


def test_a_control_token_is_never_repeated() -> None:
    with pytest.raises(UsageError) as raised:
        read_settings(["--control-token", ""], {})
    assert str(raised.value).startswith("--control-token: ")


@pytest.mark.parametrize(
    ("file", "content", "options", "words"),
    [
        ("spec.yaml", "openapi: 3.1.0\n  paths: {", ["--spec", "spec.yaml"], ["spec.yaml", "line 2"]),
        ("spec.yaml", "openapi: 3.1.0\npaths: {}", ["--spec", "spec.yaml"], ["spec.yaml"]),
        (None, "", ["--spec", "missing.yaml"], ["missing.yaml", "No such file"]),
        ("items.json", '[{"item_id": 7}]', ["--seed-data", "items.json"], ["items.json", "line 1", "item_id"]),
        ("items.csv", "sku,price\nA,7\n", ["--seed-data", "items.csv"], ["items.csv", "item_id"]),
        (None, "", ["--seed-data", "tiny"], ["tiny", "small"]),
        (None, "", ["--keys-out", "missing/keys.json"], ["--keys-out", "missing"]),
        (None, "", ["--host", "no.such.host.invalid"], ["--host no.such.host.invalid"]),
    ],
)
def test_a_file_or_address_that_cant_be_used_is_one_line_and_exit_code_2(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    file: str | None,
    content: str,
    options: list[str],
    words: list[str],
) -> None:
    if file:
        (tmp_path / file).write_text(content, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["lehnz-mock", "--port", "0", *options])
    monkeypatch.setattr("mock_server.command.running.start_logging", lambda *_: None)  # pytest's own handlers stay
    monkeypatch.setattr("signal.signal", lambda *_: None)
    assert main() == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(r"lehnz-mock: [^\n]+\n", err)
    assert [word for word in words if word not in err] == []


def test_a_port_in_use_is_one_line_that_says_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = (*COMMAND, "--port", str(port))
        result = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert result.returncode == 2
    assert result.stderr == (
        f"lehnz-mock: port {port} on 127.0.0.1 is in use: choose another with --port, or any with --port 0\n"
    )


def test_an_old_python_is_told_which_one_is_needed() -> None:
    ast.parse((ROOT / "mock_server/__main__.py").read_text(encoding="utf-8"), feature_version=(3, 7))
    code = (
        "import sys; sys.version_info = (3, 10, 4); import runpy; runpy.run_module('mock_server', run_name='__main__')"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert result.stderr == "lehnz-mock: Python 3.11 or newer is needed, and this is 3.10\n"


def test_the_banner_shows_where_and_with_which_keys_and_its_curl_line_works(tmp_path: Path) -> None:
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


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """A mock of thirty organisations without data."""
    folder = tmp_path_factory.mktemp("empty")
    with started(folder, "--seed-data", "none", "--orgs", "30") as mock:
        yield mock


def test_the_banner_of_an_empty_mock_loads_the_first_item(empty: Started) -> None:
    assert pasted(curl_line(empty.out))["data"] == {"accepted": 1}
    assert "and 25 more" in empty.out


def test_the_keys_file_has_every_organisation_for_its_owner_only(empty: Started) -> None:
    keys = empty.folder / "keys.json"
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    assert len(empty.found["organisations"]) == 30
    assert [each["tenant_id"] for each in empty.found["organisations"][:2]] == ["glow-beauty-ng", "acme-books"]
    assert list(empty.found["organisations"][0]) == ["tenant_id", "publishable_key", "secret_key"]
    assert httpx.get(f"{empty.url}/_mock/health").status_code == 200
    assert [path.name for path in empty.folder.iterdir() if path.name.startswith(".")] == []


def test_it_listens_on_both_loopback_addresses(empty: Started) -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no ::1")
    port = httpx.URL(empty.url).port
    for address in ("127.0.0.1", "[::1]"):
        assert httpx.get(f"http://{address}:{port}/_mock/health").status_code == 200


def test_an_old_keys_file_is_gone_before_anything_can_fail(tmp_path: Path) -> None:
    keys = tmp_path / "keys.json"
    keys.write_text('{"url": "http://127.0.0.1:1"}', encoding="utf-8")
    assert "missing.yaml" in refusal(tmp_path, "--spec", "missing.yaml", "--port", "0", "--keys-out", str(keys))
    assert not keys.exists(), "whoever waits for the file would find the old one"


def test_a_keys_file_that_cant_be_written_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    keys.mkdir()
    told = refusal(tmp_path, "--port", "0", "--seed-data", "none", "--quiet", "--keys-out", str(keys))
    assert re.fullmatch(rf"lehnz-mock: --keys-out {keys}: [^\n]+\n", told)


def test_it_goes_on_when_whoever_read_the_banner_has_gone(tmp_path: Path) -> None:
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


def test_a_stop_answers_open_requests_and_tells_what_nobody_will_see(tmp_path: Path) -> None:
    with started(tmp_path, "--seed-data", "none", "--ingest-delay", "60", "--quiet") as mock:
        headers = {"X-API-KEY": mock.found["organisations"][0]["secret_key"]}
        body = {"item_id": "a", "item_type": "product", "status": "active"}
        with httpx.Client(base_url=mock.url, headers=headers) as client:
            assert client.post("/v1/ingest/items/upsert", json=body).status_code == 202
            assert mock.end() == 0
        assert mock.out == ""
        assert re.fullmatch(r"\S+ warning: stopped; 1 accepted request had not become visible yet\n", mock.log)


def test_a_second_signal_waits_for_nothing_and_is_no_failure(tmp_path: Path) -> None:
    """make hands on a signal that the terminal has sent to everybody."""
    with started(tmp_path, "--seed-data", "none", "--quiet") as mock:
        mock.process.send_signal(signal.SIGTERM)
        assert mock.end() == 0
        assert mock.log == ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_during_the_start_is_no_failure(tmp_path: Path, number: signal.Signals) -> None:
    process, log = spawned(tmp_path, "--port", "0", "--seed-data", "large"), tmp_path / "log"
    try:
        while "filling in 1,000,000 events" not in log.read_text(encoding="utf-8"):
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(number)
        assert process.wait(SECONDS) == 0
    finally:
        process.kill()
    assert len(log.read_text(encoding="utf-8").splitlines()) == 1


def test_json_logs_have_one_object_a_line_and_no_banner(tmp_path: Path) -> None:
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
def test_a_token_that_no_banner_shows_is_told_once_in_the_log(tmp_path: Path, options: tuple[str, ...]) -> None:
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
    assert len(re.findall(r"made for this run: it is [\w-]{24}(?![\w-])", written)) == 1


def test_a_token_that_stands_in_the_file_stays_out_of_the_log(tmp_path: Path) -> None:
    with started(tmp_path, "--seed-data", "none", "--host", "0.0.0.0", "--quiet") as mock:  # noqa: S104 - as below
        assert "needs a token" in mock.log
        assert mock.found["control_token"] not in mock.log
        assert str(mock.folder / "keys.json") in mock.log


def test_the_banner_leads_to_the_dashboard(empty: Started) -> None:
    assert f"Dashboard      {empty.url}/_mock/\n" in empty.out


def test_a_token_of_ones_own_is_asked_for_and_never_shown(tmp_path: Path) -> None:
    with started(tmp_path, "--seed-data", "none", "--control-token", "open-sesame") as mock:
        assert f"{mock.url}/_mock/  (asks for the control token)" in mock.out
        assert "open-sesame" not in mock.out + mock.log + json.dumps(mock.found)
        page = httpx.get(f"{mock.url}/_mock/", headers={"Accept": "text/html"})
        assert (page.status_code, page.headers["content-type"].partition(";")[0]) == (401, "text/html")


def test_a_mock_does_not_take_the_file_of_one_that_runs(empty: Started, tmp_path: Path) -> None:
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


def test_a_mock_that_others_can_reach_prints_a_token_for_its_control_plane(tmp_path: Path) -> None:
    with started(tmp_path, "--seed-data", "none", "--host", "0.0.0.0") as mock:  # noqa: S104 - what is tested
        assert mock.url.startswith("http://127.0.0.1:")
        assert httpx.get(f"{mock.url}/_mock/health").status_code == 401
        token = mock.found["control_token"]
        assert f"{mock.url}/_mock/#token={token}\n" in mock.out
        headers = {"Authorization": f"Bearer {token}"}
        assert httpx.get(f"{mock.url}/_mock/health", headers=headers).status_code == 200
