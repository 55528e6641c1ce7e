"""Options: what the command line refuses, in one line, before anything is sent."""

from pathlib import Path

import pytest

from contracts.__main__ import main
from contracts.catalogue import load_catalogue
from contracts.options import matching, pairs_of, parser, settings_of
from contracts.outcome import UsageError
from contracts.target import ENVIRONMENT, check_url

CATALOGUE = load_catalogue()


@pytest.fixture(autouse=True)
def _no_keys_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ENVIRONMENT.values():
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


@pytest.mark.parametrize("url", ["ftp://x", "localhost:4010", "http://user:pw@host", "http://host/?a=1"])
def test_a_target_is_a_plain_http_url(url: str) -> None:
    with pytest.raises(UsageError):
        check_url(url, allow_production=False)


def test_production_is_refused_without_consent() -> None:
    with pytest.raises(UsageError, match="allow-production"):
        check_url("https://api.lehnz.com", allow_production=False)
    with pytest.raises(UsageError, match="production"):
        check_url("https://lehnz.com.", allow_production=False)
    assert check_url("https://api.lehnz.com/", allow_production=True) == "https://api.lehnz.com"
    assert check_url("https://notlehnz.com/prefix/", allow_production=False) == "https://notlehnz.com/prefix"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--publishable-key", "lehnz_pk_1"],
        ["--publishable-key", "same", "--secret-key", "same"],
        ["--publishable-key", "lehnz_pk_1", "--secret-key", "lehnz_sk_1", "--other-secret-key", "lehnz_sk_2"],
        ["--publishable-key", "lehnz_sk_1", "--secret-key", "lehnz_pk_1"],
    ],
)
def test_keys_come_in_pairs_in_their_places_and_differ(arguments: list[str]) -> None:
    with pytest.raises(UsageError):
        pairs_of(settings_of(vars(parser().parse_args(arguments)), CATALOGUE))


def test_keys_may_stand_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEHNZ_PUBLISHABLE_KEY", "lehnz_pk_1")
    monkeypatch.setenv("LEHNZ_SECRET_KEY", "lehnz_sk_1")
    _, (pair,) = pairs_of(settings_of(vars(parser().parse_args([])), CATALOGUE))
    assert (pair.publishable, pair.secret) == ("lehnz_pk_1", "lehnz_sk_1")


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
    settings = settings_of(vars(parser().parse_args(["--config", str(example)])), CATALOGUE)
    assert settings.deviations[0].reason
