"""Bulk uploads in the background: one file at a time, in slices that leave the event loop to requests between them."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import perf_counter
from typing import Any, BinaryIO

from mock_server.errors import ApiError
from mock_server.runtime.ingest import IngestQueue
from mock_server.spec.rows import RowCheck, problems
from mock_server.state.accounts.bulk_files import FileProblem, Row, read_rows
from mock_server.state.accounts.uploads import Upload
from mock_server.state.clock import Clock
from mock_server.state.organisations import Organisation, State
from mock_server.state.records import Item, User

SLICE_SECONDS = 0.002  # how long reading may keep the event loop to itself
MOST_WAITING = 10  # unfinished uploads of one organisation
_MOST_KEPT = 100  # that its list shows

logger = logging.getLogger(__name__)


class TooManyUploads(Exception):
    """The organisation has as many unfinished ones as it may."""


@dataclass(frozen=True, slots=True)
class _Job:
    upload: Upload
    organisation: Organisation
    state: State  # a reset replaces it
    file: BinaryIO
    check: RowCheck
    now: Callable[[], float]


class Uploads:
    """Every organisation's, by tenant_id. Records go through the queue, in the order of the file."""

    def __init__(self, clock: Clock, ingest: IngestQueue) -> None:
        self._clock, self._ingest = clock, ingest
        self._jobs: deque[_Job] = deque()
        self._task: asyncio.Task[None] | None = None
        self._of: dict[str, dict[str, Upload]] = {}

    def of(self, tenant_id: str) -> list[Upload]:
        """Newest first."""
        return list(reversed(self._of.get(tenant_id, {}).values()))

    def get(self, tenant_id: str, upload_id: str) -> Upload | None:
        return self._of.get(tenant_id, {}).get(upload_id)

    def forget(self, tenant_id: str | None = None) -> None:
        """Those of one organisation, or all. One that is being read notices that its organisation was reset."""
        self._of = {} if tenant_id is None else {name: each for name, each in self._of.items() if name != tenant_id}

    def start(self, upload: Upload, organisation: Organisation, file: BinaryIO, check: RowCheck) -> None:
        """Raises TooManyUploads."""
        kept = self._of.setdefault(organisation.tenant_id, {})
        if sum(not each.is_finished for each in kept.values()) >= MOST_WAITING:
            raise TooManyUploads(f"an organisation may have {MOST_WAITING} unfinished uploads: wait for one to end")
        while len(kept) >= _MOST_KEPT:
            del kept[next(name for name, each in kept.items() if each.is_finished)]
        kept[upload.upload_id] = upload
        self._jobs.append(_Job(upload, organisation, organisation.state, file, check, self._clock.now))
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._work())

    async def finished(self) -> None:
        """Return when every upload that was started has been read."""
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
            with job.file:
                try:
                    await self._read(job)
                except Exception:  # a fault of ours must not take the uploads behind it along
                    logger.exception("fault in an upload")
                    job.upload.note(job.upload.line, None, "a fault of the mock; its log has the details")
                    job.upload.finish("failed", job.now())

    async def _read(self, job: _Job) -> None:
        upload = job.upload
        upload.status = "processing"
        if upload.all_or_nothing:
            await self._pass(job, take=False)
            if upload.error_count:
                upload.finish("failed", job.now())
                return
        whole = await self._pass(job, take=True)
        upload.finish("completed" if whole else "failed", job.now())

    async def _pass(self, job: _Job, take: bool) -> bool:
        """Read the file; True when it could be read to its end."""
        upload, rows = job.upload, _rows(job)
        count = take != upload.all_or_nothing  # the first pass
        good: list[dict[str, Any]] = []
        until = perf_counter() + SLICE_SECONDS
        while True:
            try:
                row = next(rows, None)
            except FileProblem as problem:
                if count:
                    upload.note(problem.line, None, str(problem))
                await self._take(job, good)
                return False
            if row is None:
                break
            upload.line = row.line
            body = _checked(job, row, count)
            if body is not None and take:
                good.append(body)
            if perf_counter() > until:
                await self._take(job, good)
                good = []
                await asyncio.sleep(SLICE_SECONDS)  # as long as it worked: whoever comes meanwhile waits for nothing
                if job.organisation.state is not job.state:
                    upload.note(row.line, None, "the organisation was reset meanwhile")
                    return False
                until = perf_counter() + SLICE_SECONDS
        await self._take(job, good)
        upload.passes, upload.line = upload.passes + 1, 0
        return True

    async def _take(self, job: _Job, bodies: list[dict[str, Any]]) -> None:
        if not bodies:
            return
        tenant, now = job.state.tenant, job.now() + job.state.ahead
        if job.upload.kind == "items":
            await self._ingest.put(job.state, tenant.apply_item, [Item.from_body(body, now) for body in bodies])
        else:
            await self._ingest.put(job.state, tenant.apply_user, [User.from_body(body) for body in bodies])
        job.upload.accepted += len(bodies)


def _rows(job: _Job) -> Iterator[Row]:
    yield from read_rows(job.file, job.upload.format, job.check.key, job.check.fields)


def _checked(job: _Job, row: Row, count: bool) -> dict[str, Any] | None:
    """The record of a good row. `count`: it is looked at for the first time, and what is wrong with it is noted."""
    record: dict[str, Any] | None = None
    wrong: list[tuple[str | None, str]] = [(None, row.problem or "")]
    if row.problem is None:
        try:
            record = job.check.record(row.body)
        except ApiError as error:
            wrong = problems(error)
    if count:
        job.upload.checked += 1
        if record is None:
            job.upload.refused += 1
            for field, message in wrong:
                job.upload.note(row.line, field, message)
    return record
