"""The state file itself: unusable files are refused, and nothing is written to them."""

import sqlite3
from pathlib import Path

import pytest

from mock_server.runtime.durable import store as module
from mock_server.runtime.durable.store import APPLICATION_ID, StateFileError, Store
from tests.support.kept import Kept


def written(tmp_path: Path) -> Path:
    path = tmp_path / "state.db"
    Kept(path).stop()
    return path


def refusal(path: Path) -> str:
    before = path.read_bytes()
    with pytest.raises(StateFileError) as caught:
        Store.open(path, "normal")
    assert path.read_bytes() == before
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_second_mock_on_the_same_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    kept = Kept(path)
    with pytest.raises(StateFileError, match="is used by another lehnz-mock: one file, one mock"):
        Store.open(path, "normal")
    kept.stop()
    Store.open(path, "normal").close()


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("remember the milk")
    assert refusal(path) == f"{path}: is not a state file of lehnz-mock"
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE a (b)")
    connection.close()
    assert refusal(other) == f"{other}: is an SQLite file, but not a state file of lehnz-mock"


def test_a_file_of_a_newer_mock_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path)
    content = bytearray(path.read_bytes())
    content[60:64] = (99).to_bytes(4, "big")
    path.write_bytes(content)
    assert refusal(path) == f"{path}: was written by a newer lehnz-mock (version 99; this one reads {module.VERSION})"


@pytest.mark.parametrize("where", [4096, 8192, 12288])
def test_a_damaged_file_is_refused(tmp_path: Path, where: int) -> None:
    path = written(tmp_path)
    content = bytearray(path.read_bytes())
    content[where : where + 600] = b"\xff" * 600
    path.write_bytes(content)
    with pytest.raises(StateFileError, match="is damaged"):
        Kept(path).stop()


def test_content_that_no_mock_wrote_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE part SET data = '[]' WHERE name = 'accounts'")
    connection.close()
    with pytest.raises(StateFileError, match="is damaged"):
        Kept(path)


def test_an_older_schema_is_migrated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path)
    monkeypatch.setattr(module, "VERSION", 2)
    monkeypatch.setattr(module, "MIGRATIONS", {1: "ALTER TABLE part ADD COLUMN note TEXT"})
    store = Store.open(path, "normal")
    assert next(store.read("PRAGMA user_version")) == (2,)
    assert [row[1] for row in store.read("PRAGMA table_info(part)")][-1] == "note"
    store.close()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StateFileError, match="can't be opened"):
        Store.open(tmp_path / "nowhere" / "state.db", "full")


def test_the_file_has_our_application_id(tmp_path: Path) -> None:
    header = written(tmp_path).read_bytes()[:100]
    assert int.from_bytes(header[68:72], "big") == APPLICATION_ID
