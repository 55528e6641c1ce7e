"""Options of `lehnz-mock`: help, environment, and one-line errors."""

import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from mock_server.__main__ import main
from mock_server.command.options import GROUPS, UsageError, build_parser, read_settings
from mock_server.settings import Delay, Settings
from tests.support.started_mock import Started, started


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """A mock of thirty organisations without data."""
    folder = tmp_path_factory.mktemp("empty")
    with started(folder, "--seed-data", "none", "--orgs", "30") as mock:
        yield mock


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


def test_options_win_over_the_environment_which_wins_over_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
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
def test_an_invalid_option_is_named_with_its_rule(options: list[str], words: Sequence[str]) -> None:
    with pytest.raises(UsageError) as raised:
        read_settings(options, {})
    line = str(raised.value)
    assert "\n" not in line
    assert [word for word in words if word not in line] == []


def test_an_invalid_environment_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEHNZ_MOCK_PORT", "none")
    with pytest.raises(UsageError, match=r"^LEHNZ_MOCK_PORT none: "):
        read_settings([])


def test_an_unknown_environment_variable_is_refused() -> None:
    with pytest.raises(UsageError, match=r"no option LEHNZ_MOCK_PROT .*LEHNZ_MOCK_PORT"):
        read_settings([], {"LEHNZ_MOCK_PROT": "1"})


def test_an_invalid_control_token_is_never_repeated() -> None:
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
