"""Bulk uploads as the API shows them: progress, and the errors by line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from fixtures.importing.report import Report
from fixtures.importing.sources import Format

MOST_ERRORS = 100  # errors that are listed; all errors are counted

Kind = Literal["items", "users"]
Status = Literal["queued", "processing", "completed", "failed"]


class LineError(NamedTuple):
    """An error. `field`: a JSON path in the record; None for the whole line."""

    line: int
    field: str | None
    message: str


@dataclass(slots=True)
class Upload:
    """An upload. `completed`: all valid rows were accepted; `failed`: it stopped early, or accepted nothing because of
    `all_or_nothing`. Times are seconds since the epoch."""

    upload_id: str
    kind: Kind
    file_name: str
    format: Format | None  # None if the file can't be read
    size: int  # bytes
    lines: int
    all_or_nothing: bool
    columns: str | None  # the mapping, in the syntax of --columns
    created_at: float
    created_by: str  # an account_id
    status: Status = "queued"
    passes: int = 0  # finished passes over the file
    all_passes: int = 2  # a check and an import; `all_or_nothing` adds a second check between them
    line: int = 0  # line that the current pass has reached
    checked: int = 0  # rows that were checked
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
        """How much of all passes is done, from 0 to 1."""
        if self.is_finished:
            return 1.0
        return min(1.0, (self.passes + self.line / (self.lines + 1)) / self.all_passes)

    def note(self, line: int, field_: str | None, message: str) -> None:
        """Record an error of a line."""
        self.error_count += 1
        if len(self.errors) < MOST_ERRORS:
            self.errors.append(LineError(line, field_, message))

    def conclude(self, report: Report) -> None:
        """Take over the counts of a report on a pass over the file."""
        self.summary, self.error_groups = report.sentence(), report.as_json()["errors"]

    def finish(self, status: Status, now: float) -> None:
        self.status, self.finished_at = status, now
