"""Processes bulk uploads in the background: one file at a time, in slices, so that requests are served in between.

The list of uploads is part of the state file. After a restart, completely read uploads are unchanged; others failed."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass
from typing import Any, BinaryIO

from pydantic import TypeAdapter

from fixtures.data_error import DataError
from fixtures.importing.columns import ColumnsError, parse_columns
from fixtures.importing.importer import Importer, Row
from mock_server.runtime import collector
from mock_server.runtime.ingest import IngestQueue
from mock_server.runtime.slices import Slices
from mock_server.spec.rows import RowCheck
from mock_server.state.accounts.uploads import Upload
from mock_server.state.clock import Clock
from mock_server.state.organisations import Organisation, State
from mock_server.state.records import Item, User

MOST_WAITING = 10  # unfinished uploads that one organisation may have
_MOST_KEPT = 100  # uploads that stay in the list

logger = logging.getLogger(__name__)


class _Reset(Exception):
    """The organisation was reset while its file was being read."""


class TooManyUploads(Exception):
    """The organisation has the maximum number of unfinished uploads."""


@dataclass(frozen=True, slots=True)
class _Job:
    upload: Upload
    organisation: Organisation
    state: State  # a reset replaces it
    file: BinaryIO
    rows: RowCheck
    now: Callable[[], float]


_FROZEN = TypeAdapter(dict[str, dict[str, Upload]])


class Uploads:
    """The uploads of all organisations, by tenant_id. Their records go through the queue in the order of the file."""

    def __init__(self, clock: Clock, ingest: IngestQueue) -> None:
        self._clock, self._ingest = clock, ingest
        self._jobs: deque[_Job] = deque()
        self._task: asyncio.Task[None] | None = None
        self.on_read: Callable[[str], None] | None = None  # called with the id of each upload that was read to its end
        self._of: dict[str, dict[str, Upload]] = {}

    def of(self, tenant_id: str) -> list[Upload]:
        """Return the uploads of one organisation, newest first."""
        return list(reversed(self._of.get(tenant_id, {}).values()))

    def get(self, tenant_id: str, upload_id: str) -> Upload | None:
        return self._of.get(tenant_id, {}).get(upload_id)

    def forget(self, tenant_id: str | None = None) -> None:
        """Drop the uploads of one organisation, or all. If one is being read, its job notices that its organisation was
        reset."""
        self._of = {} if tenant_id is None else {name: each for name, each in self._of.items() if name != tenant_id}

    def start(self, upload: Upload, organisation: Organisation, file: BinaryIO, rows: RowCheck) -> None:
        """Start an upload. Raises TooManyUploads."""
        kept = self._of.setdefault(organisation.tenant_id, {})
        if sum(not each.is_finished for each in kept.values()) >= MOST_WAITING:
            raise TooManyUploads(f"an organisation may have {MOST_WAITING} unfinished uploads: wait for one to end")
        while len(kept) >= _MOST_KEPT:
            del kept[next(name for name, each in kept.items() if each.is_finished)]
        kept[upload.upload_id] = upload
        self._jobs.append(_Job(upload, organisation, organisation.state, file, rows, self._clock.now))
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._work())

    def freeze(self, _: str | None = None) -> Any:
        """Return the list, as JSON."""
        return _FROZEN.dump_python(self._of, mode="json")

    def thaw(self, frozen: Any, _: str | None = None) -> None:
        """Restore the list of an earlier run. Raises ValueError for data that `freeze` did not return."""
        self._of = _FROZEN.validate_python(frozen)
        for each in [upload for kept in self._of.values() for upload in kept.values() if not upload.is_finished]:
            each.accepted = 0
            each.note(
                each.line, None, "the mock ended while it was being read: nothing of it was taken; upload it again"
            )
            each.finish("failed", self._clock.now())

    async def finished(self) -> None:
        """Return when every started upload has been read."""
        if self._task is not None:
            await asyncio.shield(self._task)

    def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
        while self._jobs:
            self._jobs.pop().file.close()

    async def _work(self) -> None:
        while self._jobs:
            job = self._jobs.popleft()
            with job.file, collector.paused():
                try:
                    await self._read(job)
                    if self.on_read is not None:
                        self.on_read(job.upload.upload_id)
                except Exception:  # an error of ours must not affect later uploads
                    logger.exception("internal error in an upload")
                    job.upload.note(job.upload.line, None, "an internal error of the mock; its log has the details")
                    job.upload.finish("failed", job.now())

    async def _read(self, job: _Job) -> None:
        upload = job.upload
        upload.status = "processing"
        try:
            columns = parse_columns(upload.columns) if upload.columns else None
            name = upload.file_name or "the file"
            importer = Importer(job.file, name, job.rows.kind, job.rows.check, columns)
            upload.all_passes = 1 + importer.is_table + upload.all_or_nothing
            await self._in_slices(job, importer.survey())
            if upload.all_or_nothing:
                await self._pass(job, importer, take=False)
                if upload.error_count:
                    upload.finish("failed", job.now())
                    return
            await self._pass(job, importer, take=True)
            upload.finish("failed" if importer.report.nothing_taken else "completed", job.now())
        except ColumnsError as error:
            upload.note(1, None, f"columns: {error}")
            upload.finish("failed", job.now())
        except DataError as error:
            upload.note(error.line or 1, None, error.rule)
            upload.finish("failed", job.now())
        except _Reset:
            upload.note(upload.line, None, "the organisation was reset meanwhile")
            upload.finish("failed", job.now())

    async def _pass(self, job: _Job, importer: Importer, take: bool) -> None:
        """Read the file once, and import its records if `take`. Raises DataError for an error that makes the rest
        unreadable."""
        upload, good = job.upload, list[dict[str, Any]]()
        count = take != upload.all_or_nothing  # rows are counted in the first pass only

        def rows() -> Generator[int, None, None]:
            for row in importer.rows():
                if count:
                    _note(upload, row)
                if take:
                    good.extend(row.bodies)
                yield row.line

        async def put() -> None:
            await self._take(job, good)
            good.clear()

        try:
            await self._in_slices(job, rows(), put)
        finally:
            upload.conclude(importer.report)
            if job.organisation.state is job.state:
                await put()

    async def _in_slices(
        self, job: _Job, steps: Generator[int | None, None, None], after: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        """Run the steps in slices, and `after` between two of them. Raises _Reset."""
        upload = job.upload
        slices = Slices()
        with contextlib.closing(steps):
            for line in steps:
                upload.line = upload.line + 1 if line is None else line
                if slices.over:
                    await slices.rest()
                    if job.organisation.state is not job.state:
                        raise _Reset
                    if after is not None:
                        await after()
                        await slices.rest()
        if after is not None:
            await after()
        upload.passes, upload.line = upload.passes + 1, 0

    async def _take(self, job: _Job, bodies: list[dict[str, Any]]) -> None:
        if not bodies:
            return
        upload_id = job.upload.upload_id
        tenant, now = job.state.tenant, job.now() + job.state.ahead
        if job.upload.kind == "items":
            await self._ingest.put(
                job.state, tenant.apply_item, [Item.from_body(body, now) for body in bodies], 0.0, upload_id
            )
        else:
            await self._ingest.put(
                job.state, tenant.apply_user, [User.from_body(body) for body in bodies], 0.0, upload_id
            )
        job.upload.accepted += len(bodies)


def _note(upload: Upload, row: Row) -> None:
    """Count a row in the first pass, and note its errors."""
    upload.checked += 1
    if row.errors:
        upload.refused += 1
        for field, message in row.errors:
            upload.note(row.line, field, message)
