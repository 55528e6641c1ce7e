"""Options: what the command line refuses, in one line, before anything is sent."""

from pathlib import Path

import pytest

from contracts.__main__ import main
from contracts.catalogue import load_catalogue
from contracts.options import read_arguments
from contracts.settings import matching, settings_of
from fixtures.keys import VARIABLES

CATALOGUE = load_catalogue()


@pytest.fixture(autouse=True)
def _no_keys_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES.values():
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--select", "NO-such-check"],
        ["--rate-limit", "many"],
        ["--settle", "0"],
        ["--max-requests", "0"],
        ["--seed", "blue"],
        ["--config", "/nowhere/target.toml"],
    ],
)
def test_a_wrong_option_is_one_line_and_exit_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    told = capsys.readouterr().err
    assert told.startswith("lehnz-contract: ")
    assert told.count("\n") == 1


def test_checks_are_selected_by_id_start_of_ids_or_area() -> None:
    assert matching("PAGE-has-next", CATALOGUE) == ["PAGE-has-next"]
    assert "PAGE-has-next" in matching("page", CATALOGUE)
    assert "RANK-score-number" in matching("Paging", CATALOGUE)
    assert matching("PAG", CATALOGUE) == []


def test_a_list_shows_every_check_and_sends_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(CATALOGUE)


def test_a_deviation_of_an_unknown_check_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "target.toml"
    file.write_text('[[deviation]]\ncheck = "NO-such"\nreason = "r"\n', encoding="utf-8")
    assert main(["--config", str(file)]) == 2


def test_the_example_of_a_target_file_is_a_good_one() -> None:
    example = Path(__file__).parents[2] / "contracts/target.example.toml"
    keys = {VARIABLES["publishable_key"]: "lehnz_pk_1", VARIABLES["secret_key"]: "lehnz_sk_1"}
    settings = settings_of(read_arguments(["--config", str(example)]), CATALOGUE, keys)
    assert settings.url == "https://staging.example.com/lehnz"
    assert settings.deviations[0].reason
