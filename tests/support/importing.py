"""Passes a file's content through the importer, in memory."""

import io
from collections.abc import Sequence
from typing import NamedTuple

from fixtures.bodies import Body
from fixtures.data_error import DataError
from fixtures.importing.columns import parse_columns
from fixtures.importing.importer import Importer, Row
from fixtures.importing.kinds import KindName, kind_of
from fixtures.importing.record_check import RecordCheck
from fixtures.importing.report import Report
from tests.support.shipped import SPEC


class Read(NamedTuple):
    bodies: Sequence[Body]
    rows: Sequence[Row]
    report: Report
    stopped: DataError | None

    @property
    def prices(self) -> list[object]:
        return [body["attributes"].get("price") for body in self.bodies]


def read(content: str | bytes, kind: KindName = "items", columns: str | None = None, name: str = "my.csv") -> Read:
    """Import the file. Raises DataError for a file that can't be read at all."""
    described = kind_of(SPEC, kind)
    file = io.BytesIO(content.encode() if isinstance(content, str) else content)
    mapping = parse_columns(columns) if columns else None
    importer = Importer(file, name, described, RecordCheck(SPEC, described), mapping)
    for _ in importer.survey():
        pass
    rows: list[Row] = []
    stopped: DataError | None = None
    try:
        rows.extend(importer.rows())
    except DataError as error:
        stopped = error
    return Read([body for row in rows for body in row.bodies], rows, importer.report, stopped)


def refusal(content: str | bytes, kind: KindName = "items", columns: str | None = None, name: str = "my.csv") -> str:
    """Return the reason why nothing of the file can be read."""
    try:
        found = read(content, kind, columns, name)
    except DataError as error:
        return str(error)
    assert found.stopped is not None, found.report.sentence()
    assert not found.bodies
    return str(found.stopped)
