"""Rows of an uploaded file, one after the other, so that a slow reader leaves time for others.

    for row in read_rows(file, "catalog.csv", "item_id", {"item_id", "status", ...}):
        row.line, row.body, row.problem

A row that can't be read has a problem and no body; what makes the rest unreadable is a FileProblem."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Literal, NamedTuple

from fixtures.columns import Columns
from fixtures.data_error import DataError
from fixtures.json_array import read_array_from

Format = Literal["csv", "json"]
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_SUFFIXES: dict[str, Format] = {".csv": "csv", ".json": "json"}


class Row(NamedTuple):
    line: int  # on which it begins
    body: Any = None
    problem: str | None = None


class FileProblem(Exception):
    """Why the file can't be read from `line` on."""

    def __init__(self, rule: str, line: int = 1) -> None:
        super().__init__(rule)
        self.line = line


def format_of(file: BinaryIO, name: str) -> Format:
    """By the name, else by the first character: JSON begins with a bracket or a brace."""
    if found := _SUFFIXES.get(Path(name).suffix.lower()):
        return found
    file.seek(0)
    return "json" if file.read(4096).removeprefix(_BYTE_ORDER_MARK).lstrip()[:1] in (b"[", b"{") else "csv"


def read_rows(file: BinaryIO, format_: Format, key: str, fields: Collection[str]) -> Iterator[Row]:
    """`fields`: columns that are fields of the record, `key` among them. Raises FileProblem."""
    file.seek(0)
    if file.read(2) in _UTF_16:
        raise FileProblem("is UTF-16; save it as UTF-8")
    return _json_rows(file) if format_ == "json" else _csv_rows(file, key, fields)


def _json_rows(file: BinaryIO) -> Iterator[Row]:
    try:
        for line, value in read_array_from(file, Path("file")):
            yield Row(line, value)
    except DataError as error:
        raise FileProblem(error.rule, error.line or 1) from None


def _csv_rows(file: BinaryIO, key: str, fields: Collection[str]) -> Iterator[Row]:
    lines = _Lines(file)
    reader = csv.reader(lines, strict=True)
    columns: Columns | None = None
    line = 1
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise FileProblem(f"isn't CSV: {error}", line) from None
        if row is None:
            break
        if lines.broken >= line:
            problem = "isn't UTF-8 text"
            if columns is None:
                raise FileProblem(problem, lines.broken)
            yield Row(lines.broken, problem=problem)
        elif columns is None:
            columns = _columns(row, line, key, fields) if row else None
        elif row:
            yield _row(columns, row, line)
        line = reader.line_num + 1
    if columns is None:
        raise FileProblem("is empty: the first line names the columns")


def _columns(row: Sequence[str], line: int, key: str, fields: Collection[str]) -> Columns:
    try:
        return Columns(row, key, fields)
    except ValueError as error:
        raise FileProblem(str(error), line) from None


def _row(columns: Columns, row: Sequence[str], line: int) -> Row:
    try:
        return Row(line, columns.body(row))
    except ValueError as error:
        return Row(line, problem=str(error))


class _Lines:
    """The file's lines as text. `broken`: the last one that isn't UTF-8, counted from 1; it is handed on all the same,
    since only the CSV reader knows where its row ends."""

    def __init__(self, file: BinaryIO) -> None:
        file.seek(0)
        if file.read(3) != _BYTE_ORDER_MARK:
            file.seek(0)
        self._lines = iter(file)
        self._count = self.broken = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self._count += 1
        try:
            return line.decode()
        except UnicodeDecodeError:
            self.broken = self._count
            return line.decode(errors="replace")
