"""The state file: SQLite with a write-ahead log, locked for this process.

    with Store.open(path, "normal") as store:
        store.write([("DELETE FROM log WHERE tenant_id = ?", [("acme-books",)])])

A killed process loses nothing that was written. `full` also survives a power cut: each transaction waits for the disk.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Self

Sync = Literal["normal", "full"]
Statement = tuple[str, Sequence[tuple[Any, ...]]]  # SQL, and the values for each time it is run

APPLICATION_ID = 0x4C4E5A4D  # LNZM
VERSION = 1
_SCHEMA = """
CREATE TABLE log (
  number INTEGER PRIMARY KEY,  -- in the order of acceptance
  tenant_id TEXT NOT NULL,
  kind TEXT NOT NULL,          -- items, users, events, served, attribution
  due REAL,                    -- when it becomes visible, by the mock's clock; NULL: it is
  upload_id TEXT,              -- counts only once the whole upload was read
  data BLOB NOT NULL           -- JSON
);
CREATE TABLE organisation (tenant_id TEXT PRIMARY KEY, place INTEGER NOT NULL, made BLOB NOT NULL, live BLOB NOT NULL);
CREATE TABLE random (tenant_id TEXT NOT NULL, name TEXT NOT NULL, block BLOB NOT NULL, PRIMARY KEY (tenant_id, name));
CREATE TABLE part (name TEXT PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE upload (upload_id TEXT PRIMARY KEY);
"""
MIGRATIONS: Mapping[int, str] = {}  # version -> SQL that changes the file to the next version
_MAGIC = b"SQLite format 3\x00"


class StateFileError(Exception):
    """Why a state file can't be used, in one line."""


class Store:
    def __init__(self, connection: sqlite3.Connection, path: Path, is_new: bool) -> None:
        self._connection, self.path, self.is_new = connection, path, is_new

    @classmethod
    def open(cls, path: Path, sync: Sync) -> Self:
        """Open the file, or create it. Raises StateFileError, and then nothing was written."""
        is_new = not path.exists() or path.stat().st_size == 0
        if not is_new:
            _check_header(path)
        try:
            connection = sqlite3.connect(path, timeout=0.2, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            raise StateFileError(f"{path}: can't be opened: {error}") from None
        try:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("COMMIT")
            if not is_new:
                _check(connection, path)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA synchronous = {sync.upper()}")
            _make(connection) if is_new else _migrate(connection)
        except sqlite3.Error as error:
            connection.close()
            raise StateFileError(f"{path}: {_reason(error)}") from None
        except StateFileError:
            connection.close()
            raise
        return cls(connection, path, is_new)

    def write(self, statements: Sequence[Statement]) -> None:
        """Run all statements in one transaction. Raises sqlite3.Error, and then nothing was written."""
        run = self._connection
        run.execute("BEGIN")
        try:
            for sql, rows in statements:
                run.executemany(sql, rows)
            run.execute("COMMIT")
        except BaseException:
            if run.in_transaction:
                run.execute("ROLLBACK")
            raise

    def read(self, sql: str, *values: Any) -> Iterator[tuple[Any, ...]]:
        return iter(self._connection.execute(sql, values))

    def close(self) -> None:
        self._connection.close()


def _check_header(path: Path) -> None:
    """Check what can be checked without SQLite."""
    try:
        with path.open("rb") as file:
            header = file.read(100)
    except OSError as error:
        raise StateFileError(f"{path}: can't be read: {error.strerror}") from None
    if not header.startswith(_MAGIC) or len(header) < 100:
        raise StateFileError(f"{path}: is not a state file of lehnz-mock")
    application, version = int.from_bytes(header[68:72], "big"), int.from_bytes(header[60:64], "big")
    if application != APPLICATION_ID:
        raise StateFileError(f"{path}: is an SQLite file, but not a state file of lehnz-mock")
    if version > VERSION:
        raise StateFileError(f"{path}: was written by a newer lehnz-mock (version {version}; this one reads {VERSION})")


def _check(connection: sqlite3.Connection, path: Path) -> None:
    found = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found is None or found[0] != "ok":
        raise StateFileError(f"{path}: is damaged: {found[0] if found else 'it cannot be checked'}")


def _make(connection: sqlite3.Connection) -> None:
    connection.executescript(
        f"BEGIN; PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION}; {_SCHEMA} COMMIT;"
    )
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # brings the file's own header up to date


def _migrate(connection: sqlite3.Connection) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    while version < VERSION:
        connection.executescript(f"BEGIN; {MIGRATIONS[version]}; PRAGMA user_version = {version + 1}; COMMIT;")
        version += 1


def _reason(error: sqlite3.Error) -> str:
    text = str(error)
    if "locked" in text:
        return "is used by another lehnz-mock: one file, one mock"
    if "malformed" in text or "not a database" in text:
        return f"is damaged: {text}"
    return f"can't be used: {text}"
