"""Parses and checks a snapshot file's JSON in pieces: the file may be large, and it is read in a thread.

`json.loads` holds the interpreter until it has finished, except while it calls Python. So objects and numbers are made
by functions of ours, and records are checked a few at a time: that lets other threads run in between."""

from __future__ import annotations

import codecs
import json
import math
import time
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from mock_server.state.records import Event, Item, User
from mock_server.state.snapshots.schema import FORMAT, VERSION, WrittenSnapshot
from mock_server.state.snapshots.snapshot import in_a_line

RECORDS: Mapping[str, TypeAdapter[Any]] = {
    "items": TypeAdapter(list[Item]),
    "users": TypeAdapter(list[User]),
    "events": TypeAdapter(list[Event]),
}
PIECE = 500  # records
FILE = TypeAdapter(WrittenSnapshot)
_DECODED = 1 << 20  # bytes
_MOST_DEPTH = 100  # levels of nesting in the file; a request's body has 64 at most


class SnapshotError(Exception):
    """The file can't be read. The message is one line that names the place."""


def parsed(text: bytes) -> WrittenSnapshot:
    """Parse the file and check it against the schema. Raises SnapshotError."""
    try:
        document = json.loads(
            "".join(_decoded(text)),
            parse_constant=_refuse,
            parse_float=_float,
            parse_int=_int,
            object_pairs_hook=_object,
        )
        _check_values(document)
    except (ValueError, RecursionError) as error:
        raise SnapshotError(f"not a snapshot file: it is not JSON ({error})") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise SnapshotError(f'not a snapshot file: it has no "format": "{FORMAT}"')
    if (version := document.get("version")) != VERSION:
        raise SnapshotError(f"the file has version {version!r:.20}; this mock reads version {VERSION}")
    return _checked(document)


def _checked(document: Any) -> WrittenSnapshot:
    taken: list[tuple[int, str, list[Any]]] = []
    written = document.get("organisations")
    for number, each in enumerate(written if isinstance(written, list) else ()):
        for kind in RECORDS if isinstance(each, dict) else ():
            if isinstance(each.get(kind), list):
                taken.append((number, kind, _records(each[kind], kind, f"organisations.{number}.{kind}")))
                each[kind] = []
    try:
        file = FILE.validate_python(document)
    except ValidationError as error:
        raise SnapshotError(in_a_line(error)) from None
    for number, kind, records in taken:
        setattr(file.organisations[number], kind, records)
    return file


def _records(written: list[Any], kind: str, place: str) -> list[Any]:
    """Check the records and convert them. Empties `written` step by step, because freeing it at once would take
    long."""
    records: list[Any] = []
    written.reverse()
    while written:
        start, piece = len(records), written[: -PIECE - 1 : -1]
        del written[-PIECE:]
        try:
            records += RECORDS[kind].validate_python(piece)
        except ValidationError as error:
            problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
            first, *rest = problem["loc"]
            where = ".".join(map(str, [place, start + int(first), *rest]))
            raise SnapshotError(f"{where}: {problem['msg']}") from None
        time.sleep(0)
    return records


def _check_values(document: Any) -> None:
    """Refuse values that no request could contain and that would make later responses fail. Raises ValueError."""
    level = [document]
    for _ in range(_MOST_DEPTH):
        below = []
        for node in level:
            for child in node.values() if type(node) is dict else node if type(node) is list else ():
                if type(child) is str:
                    _check_text(child)
                elif type(child) is dict or type(child) is list:
                    below.append(child)
        if not below:
            return
        level = below
    raise ValueError(f"it is nested more than {_MOST_DEPTH} levels deep")


def _check_text(text: str) -> None:
    if not text.isascii():
        text.encode()  # fails for a lone surrogate


def _decoded(text: bytes) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, len(text), _DECODED):
        yield decoder.decode(text[start : start + _DECODED])
    yield decoder.decode(b"", final=True)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    for name in value:
        _check_text(name)
    if len(value) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for place, name in enumerate(names) if name in names[:place])
        raise ValueError(f"the key {twice[:60]!r} stands twice in one object")
    return value


def _refuse(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number")


def _float(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _refuse(text)


def _int(text: str) -> int:
    return int(text)
