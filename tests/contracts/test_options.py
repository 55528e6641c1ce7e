"""Options of the suite: an error is one line, before anything is sent."""

import json
from pathlib import Path

import pytest

from contracts.__main__ import main
from contracts.catalogue import load_catalogue
from contracts.options import read_arguments
from contracts.settings import matching, settings_of
from contracts.situations.table import tables
from fixtures.keys import VARIABLES

CATALOGUE = load_catalogue()


@pytest.fixture(autouse=True)
def _no_keys_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES.values():
        monkeypatch.delenv(name, raising=False)


PAIR = ("--publishable-key", "lehnz_pk_1", "--secret-key", "lehnz_sk_hunter2")
AT = ("--target", "http://127.0.0.1:9", *PAIR)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--select", "NO-such-check"), "--select 'NO-such-check': no such check"),
        (("--rate-limit", "many"), "--rate-limit: must be N/WINDOW"),
        (("--rate-limit", "off"), "--rate-limit off: a limit is part of the contract"),
        (("--settle", "0"), "--settle must be seconds, above 0"),
        (("--timeout", "nan"), "--timeout must be seconds, above 0"),
        (("--deadline", "-1"), "--deadline must be seconds, above 0"),
        (("--settle", "soon"), "argument --settle: invalid float value"),
        (("--max-requests", "0"), "--max-requests must be at least 1"),
        (("--seed", "blue"), "--seed must be a whole number"),
        (("--profile", "fast"), "invalid choice: 'fast'"),
        (("--prof", "quick"), "there is no option '--prof' (did you mean `--profile`?)"),
        (("--jsno", "file"), "there is no option '--jsno' (did you mean `--json`?)"),
        (("target.toml",), "there is no option 'target.toml'"),
        (("--target", "http://[::1:4010", *PAIR), "--target: must be http://host"),
        (("--target", "https://api.lehnz.com", *PAIR), "--target: api.lehnz.com is production; use --allow-production"),
        (("--target", "http://127.0.0.1:9"), "give the target's keys"),
        (PAIR, "keys are given, but no --target"),
        (("--target", "http://127.0.0.1:9", *PAIR[:3], "lehnz_sk_hunter2\r"), "--secret-key ends with a line break"),
        (("--target", "http://127.0.0.1:9", *PAIR[:3], "lehnz_sk_hünter2"), "--secret-key has a character that is not"),
        ((*AT, "--ca-file", "/nowhere"), "--ca-file /nowhere: No such file"),
        ((*AT, "--header", "X-Name: hünter2"), "--header X-Name has a character that is not ASCII"),
        ((*AT, "--header", "hunter2"), "--header must be NAME:VALUE"),
        ((*AT, "--proxy", "hunter2"), "--proxy must be http://"),
        ((*AT, "--wait-for-target", "-1"), "--wait-for-target must be seconds"),
        ((*AT, "--control", "localhost"), "--control: must be http://"),
        (("--keys-file", "/nowhere"), "--keys-file: /nowhere: No such file"),
        (("--config", "/nowhere/target.toml"), "--config: /nowhere/target.toml: No such file"),
        (("--compare", "/nowhere/report.json", *AT), "--compare: /nowhere/report.json: No such file"),
        (("--json", "/proc/nowhere/report.json"), "--json /proc/nowhere/report.json: "),
        (("--json", "/"), "--json /: is a folder"),
        (("--json", ""), "--json is empty: is a variable not set?"),
        (("--target", ""), "--target is empty: is a variable not set?"),
        (("--target", "", "--publishable-key", "", "--secret-key", ""), " is empty: is a variable not set?"),
        (("--config", ""), "--config is empty: is a variable not set?"),
        (("--target", "http://127.0.0.1:9", *PAIR[:3], '"lehnz_sk_hunter2"'), "--secret-key has quotation marks"),
        ((*AT, "--header", "X-API-KEY: hunter2"), "--header X-API-KEY: keys are given by --publishable-key"),
        ((*AT, "--header", "Content-Length: 7"), "--header Content-Length is set by the run itself"),
        (("--html", "/etc/hostname/report.html"), "--html /etc/hostname/report.html: /etc/hostname is no folder"),
        (("--json", "r", "--html", "r"), "two reports have the same file"),
    ],
)
def test_unusable_options_are_one_line_and_exit_2_before_anything_is_sent(
    arguments: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert error.startswith("lehnz-contract: ")
    assert words in error
    assert error.count("\n") == 1
    assert "unter2" not in error


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"[target]\nurll = 'x'\n", "[target] has no field 'urll'; did you mean `url`?"),
        (b"[targets]\n", "has no field 'targets'; did you mean `target`?"),
        (b"[target]\nurl = 5\n", "[target] url must be text"),
        (b"[target]\nkey_policy = 'superst'\n", "key_policy must be strict or superset"),
        (b"[target]\nrate_limit = 'many'\n", "--rate-limit: must be N/WINDOW"),
        (b"[capabilities]\narrays = 'no'\n", "[capabilities] arrays must be true or false"),
        (b"[capabilities]\narray = true\n", "did you mean `arrays`?"),
        (b"[target.headers]\nX-Name = 'h\xc3\xbcnter2'\n", "has a character that is not ASCII"),
        (b"[[deviation]]\ncheck = 'PAGE-has-nxt'\nreason = 'r'\n", "names no check; did you mean `PAGE-has-next`?"),
        (b"[[deviation]]\ncheck = 'PAGE-has-next'\n", "deviation 1 needs a reason"),
        (b"[[deviation]]\ncheck = 'PAGE-has-next'\nreason = 'r'\nexpires = 'soon'\n", "expires must be a date"),
        (b"deviation = 5\n", "deviation must be a list of tables"),
        (b"\xef\xbb\xbf[target]\n", "byte order mark"),
        (b"\xff\xfe[\x00t\x00", "UTF-16"),
        (b"[target]\nurl = 'h\xfcnter2'\n", "line 2: is not UTF-8"),
        (b"[target\n", "at line 1"),
    ],
)
def test_an_invalid_target_file_is_one_line_and_exit_2(
    text: bytes, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "target.toml"
    file.write_bytes(text)
    assert main(["--config", str(file), *AT]) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1
    assert "unter2" not in error


def test_keys_and_url_come_from_command_line_environment_keys_file_and_configuration_in_this_order(
    tmp_path: Path,
) -> None:
    config, keys = tmp_path / "target.toml", tmp_path / "keys.json"
    config.write_text(
        '[target]\nurl = "http://config"\npublishable_key = "pk-config"\nsecret_key = "sk-config"\n', encoding="utf-8"
    )
    entry = {"publishable_key": "pk-file", "secret_key": "sk-file"}
    keys.write_text(json.dumps({"url": "http://file", "organisations": [entry]}), encoding="utf-8")
    variables = {VARIABLES["publishable_key"]: "pk-variable", VARIABLES["secret_key"]: "sk-variable"}
    options = ["--publishable-key", "pk-option", "--secret-key", "sk-option", "--target", "http://option"]

    def read(arguments: list[str], environment: dict[str, str]) -> tuple[str | None, str]:
        found = settings_of(read_arguments(["--config", str(config), *arguments]), CATALOGUE, environment)
        return found.url, found.organisations[0].publishable_key

    file = ["--keys-file", str(keys)]
    assert read([*options, *file], variables) == ("http://option", "pk-option")
    assert read(file, variables) == ("http://file", "pk-variable")
    assert read([], variables | {"LEHNZ_KEYS_FILE": str(keys)}) == ("http://file", "pk-variable")
    assert read(file, {}) == ("http://file", "pk-file")
    assert read([], {}) == ("http://config", "pk-config")


def test_the_deadline_is_fifteen_minutes_plus_two_windows_with_exhaust() -> None:
    def seconds(*arguments: str) -> float:
        return settings_of(read_arguments([*AT, *arguments]), CATALOGUE, {}).seconds

    assert seconds() == 900
    assert seconds("--exhaust", "--rate-limit", "100/10s") == 920
    assert seconds("--exhaust", "--deadline", "30") == 30


def test_checks_can_be_selected_by_id_prefix_or_area() -> None:
    assert matching("PAGE-has-next", CATALOGUE) == ["PAGE-has-next"]
    assert "PAGE-has-next" in matching("page", CATALOGUE)
    assert "RANK-score-number" in matching("Paging", CATALOGUE)
    assert matching("PAG", CATALOGUE) == []


def test_list_shows_every_check_and_sends_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    checks = [line.split()[0] for line in lines if not line.startswith("situations ")]
    assert checks == list(CATALOGUE)
    assert {line.split()[1] for line in lines[len(checks) :]} == {f"{name}:" for name in tables()}


def test_a_deviation_of_an_unknown_check_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "target.toml"
    file.write_text('[[deviation]]\ncheck = "NO-such"\nreason = "r"\n', encoding="utf-8")
    assert main(["--config", str(file)]) == 2


def test_the_example_target_file_is_valid() -> None:
    example = Path(__file__).parents[2] / "contracts/target.example.toml"
    keys = {VARIABLES["publishable_key"]: "lehnz_pk_1", VARIABLES["secret_key"]: "lehnz_sk_1"}
    settings = settings_of(read_arguments(["--config", str(example)]), CATALOGUE, keys)
    assert settings.url == "https://staging.example.com/lehnz"
    assert settings.deviations[0].reason
