"""Bulk uploads as the API shows them: progress, and the errors by line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from fixtures.importing.report import Report
from fixtures.importing.sources import Format

MOST_ERRORS = 100  # errors that are listed; all are counted

Kind = Literal["items", "users"]
Status = Literal["queued", "processing", "completed", "failed"]


class LineError(NamedTuple):
    """`field`: a JSON path in the record; None for the whole line."""

    line: int
    field: str | None
    message: str


@dataclass(slots=True)
class Upload:
    """`completed`: all valid rows were accepted; `failed`: it stopped early, or `all_or_nothing` accepted nothing.
    Times are seconds since the epoch."""

    upload_id: str
    kind: Kind
    file_name: str
    format: Format | None  # None for a file that can't be read
    size: int  # bytes
    lines: int
    all_or_nothing: bool
    columns: str | None  # as --columns takes it
    created_at: float
    created_by: str  # account_id
    status: Status = "queued"
    passes: int = 0  # over the file
    all_passes: int = 2  # a check and an import; `all_or_nothing` checks once more in between
    line: int = 0  # position of the current pass
    checked: int = 0  # rows
    accepted: int = 0
    refused: int = 0
    errors: list[LineError] = field(default_factory=list)
    error_count: int = 0
    finished_at: float | None = None
    summary: str = ""
    error_groups: Sequence[dict[str, Any]] = ()

    @property
    def is_finished(self) -> bool:
        return self.status in ("completed", "failed")

    @property
    def progress(self) -> float:
        """From 0 to 1."""
        if self.is_finished:
            return 1.0
        return min(1.0, (self.passes + self.line / (self.lines + 1)) / self.all_passes)

    def note(self, line: int, field_: str | None, message: str) -> None:
        """Record an error of a line."""
        self.error_count += 1
        if len(self.errors) < MOST_ERRORS:
            self.errors.append(LineError(line, field_, message))

    def conclude(self, report: Report) -> None:
        """What a pass through the file came to."""
        self.summary, self.error_groups = report.sentence(), report.as_json()["errors"]

    def finish(self, status: Status, now: float) -> None:
        self.status, self.finished_at = status, now
