"""Starts bulk uploads, lists them, and shows one."""

from __future__ import annotations

from typing import Any

from fixtures.bodies import unique_uuid
from fixtures.importing.sources import format_of
from mock_server.errors import Conflict, NotFound
from mock_server.http.operations.accounts.call import AccountCall, success
from mock_server.http.operations.call import Answer
from mock_server.runtime.uploading import TooManyUploads
from mock_server.state.accounts.uploads import Upload
from mock_server.state.records import iso_8601

_LONGEST_NAME = 200  # characters of a file's name


async def start_upload(call: AccountCall) -> Answer:
    sent, asked = call.file, call.parameters
    columns = asked.get("columns")
    upload = Upload(
        upload_id=unique_uuid(call.directory.rng),
        kind=asked["kind"],
        file_name=sent.name[:_LONGEST_NAME],
        format=format_of(sent.file),
        size=sent.size,
        lines=sent.lines,
        all_or_nothing=asked["all_or_nothing"],
        columns=columns,
        created_at=call.now,
        created_by=call.signed_in.account_id,
    )
    try:
        rows = call.row_checks[upload.kind]
        call.services.uploads.start(upload, call.here.organisation, sent.file, rows)
    except TooManyUploads as error:
        sent.file.close()
        raise Conflict(str(error)) from None
    said = {"columns": columns} if columns is not None else {}
    details = {"kind": upload.kind, "file_name": upload.file_name, "all_or_nothing": upload.all_or_nothing, **said}
    call.record(upload.upload_id, **details)
    return success(_upload(upload), 202)


async def list_uploads(call: AccountCall) -> Answer:
    uploads = call.services.uploads.of(call.here.team.tenant_id)
    return success({"uploads": list(map(_upload, uploads))})


async def read_upload(call: AccountCall) -> Answer:
    upload = call.services.uploads.get(call.here.team.tenant_id, call.parameters["upload_id"])
    if upload is None:
        raise NotFound("the organisation has no such upload")
    return success(_upload(upload))


def _upload(upload: Upload) -> dict[str, Any]:
    return {
        "upload_id": upload.upload_id,
        "kind": upload.kind,
        "file_name": upload.file_name,
        "format": upload.format,
        "bytes": upload.size,
        "all_or_nothing": upload.all_or_nothing,
        "columns": upload.columns,
        "status": upload.status,
        "progress": round(upload.progress, 3),
        "rows": {"checked": upload.checked, "accepted": upload.accepted, "refused": upload.refused},
        "errors": [error._asdict() for error in upload.errors],
        "error_count": upload.error_count,
        "error_groups": list(upload.error_groups),
        "summary": upload.summary,
        "created_at": iso_8601(upload.created_at),
        "created_by": upload.created_by,
        "finished_at": None if upload.finished_at is None else iso_8601(upload.finished_at),
    }
