"""Keys: where they come from, how workers share them, and that no output shows them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.option_error import OptionError
from load._keys import Organisation, fingerprint, read_organisations, share
from tests.support.load_support import clean
from tests.support.nest import ROOT

MANY = tuple(Organisation(f"org-{number}", f"pk-{number}", f"sk-{number}") for number in range(11))


@pytest.mark.parametrize("workers", [1, 2, 3, 11])
def test_workers_share_out_all_organisations_without_overlap(workers: int) -> None:
    shares = [share(MANY, index, workers) for index in range(workers)]
    assert sorted(one.name for part in shares for one in part) == sorted(one.name for one in MANY)
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


def test_with_fewer_organisations_than_workers_each_worker_has_one() -> None:
    assert [len(share(MANY[:2], index, 5)) for index in range(5)] == [1, 1, 1, 1, 1]


def test_the_environment_gives_one_or_two_pairs() -> None:
    one = {"LEHNZ_PUBLISHABLE_KEY": "pk-1", "LEHNZ_SECRET_KEY": "sk-1"}
    assert [pair.publishable_key for pair in read_organisations("", one)] == ["pk-1"]
    two = {**one, "LEHNZ_OTHER_PUBLISHABLE_KEY": "pk-2", "LEHNZ_OTHER_SECRET_KEY": "sk-2"}
    assert [pair.secret_key for pair in read_organisations("", two)] == ["sk-1", "sk-2"]


def test_without_keys_the_error_names_the_variables() -> None:
    with pytest.raises(OptionError, match="LEHNZ_PUBLISHABLE_KEY"):
        read_organisations("", {"LEHNZ_SECRET_KEY": "sk-1"})


def test_the_file_is_what_the_mock_writes(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    entry = {"tenant_id": "glow-beauty-ng", "publishable_key": "pk-1", "secret_key": "sk-1"}
    path.write_text(json.dumps({"url": "http://127.0.0.1:1", "organisations": [entry]}), encoding="utf-8")
    assert read_organisations(str(path), {}) == (Organisation("glow-beauty-ng", "pk-1", "sk-1"),)


@pytest.mark.parametrize(
    "text",
    [
        "pk-topsecret",
        "{}",
        '{"organisations": []}',
        '{"organisations": ["sk-topsecret"]}',
        '{"organisations": [{"publishable_key": "pk-topsecret"}]}',
        '{"organisations": [{"publishable_key": "pk-topsecret", "secret_key": 5}]}',
        json.dumps([{"publishable_key": "pk-topsecret", "secret_key": secret} for secret in ("sk-a", "sk-b")]),
    ],
)
def test_a_bad_file_is_one_line_without_a_key(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(OptionError) as caught:
        read_organisations(str(path), {})
    assert str(path) in str(caught.value)
    assert "topsecret" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "key", ["sk-topsecret\r", "sk-topsecret\u00e9", "sk-top\nsecret", "\ufeffsk-topsecret", "sk-topsecret "]
)
def test_a_key_that_no_header_can_contain_is_one_line_without_the_key(tmp_path: Path, key: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(json.dumps([{"publishable_key": "pk-1", "secret_key": key}]), encoding="utf-8")
    sources: tuple[tuple[str, dict[str, str]], ...] = (
        (str(path), {}),
        ("", {"LEHNZ_PUBLISHABLE_KEY": "pk-1", "LEHNZ_SECRET_KEY": key}),
    )
    for keys_file, environment in sources:
        with pytest.raises(OptionError) as caught:
            read_organisations(keys_file, environment)
        assert "topsecret" not in str(caught.value)
        assert "\n" not in str(caught.value)
        assert "secret_key" in str(caught.value).lower()


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_text(json.dumps([{"publishable_key": f"pk-{n}", "secret_key": f"sk-{n}"} for n in range(3)]), "utf-8")
    found = read_organisations(str(path), {"LEHNZ_PUBLISHABLE_KEY": "pk-9", "LEHNZ_SECRET_KEY": "sk-9"})
    assert [one.publishable_key for one in found] == ["pk-9", "pk-1", "pk-2"]


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="No such file"):
        read_organisations(str(tmp_path / "nowhere.json"), {})


def test_keys_are_not_in_the_repr() -> None:
    assert "pk-1" not in repr(MANY[1])
    assert "sk-1" not in repr(MANY[1])


def test_the_fingerprint_differs_between_files_and_shows_no_key() -> None:
    assert fingerprint(MANY) != fingerprint(MANY[:5])
    assert fingerprint(MANY) == fingerprint(tuple(MANY))
    assert "pk" not in fingerprint(MANY)


def test_a_key_with_a_line_break_ends_the_command_with_exit_2_and_is_never_shown(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_text(json.dumps([{"publishable_key": "pk-topsecret\r", "secret_key": "sk-1"}]), encoding="utf-8")
    for command in (["load", "latency", "--target"], ["locust", "-f", "load", "--headless", "--host"]):
        arguments = [sys.executable, "-m", *command, "http://127.0.0.1:9", "--keys-file", str(path)]
        done = subprocess.run(arguments, cwd=ROOT, env=clean(), text=True, capture_output=True, check=False)
        assert done.returncode == 2, done.stderr
        assert "line break" in done.stderr
        assert "topsecret" not in done.stdout + done.stderr
        assert "Traceback" not in done.stderr
