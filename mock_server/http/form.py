"""Reads a multipart/form-data form with one file. A large file is stored on disk; the size is limited."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile, gettempdir
from typing import BinaryIO, cast

from python_multipart.exceptions import FormParserError
from starlette.datastructures import FormData, UploadFile
from starlette.datastructures import Headers as FormHeaders
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.types import Receive, Scope

from mock_server.context import Headers
from mock_server.errors import BadRequest, FieldError, InternalServerError, UnsupportedMediaType
from mock_server.http.body import body_pieces, check_length
from mock_server.http.file_name import as_named, without_extended_name
from mock_server.spec.validation import listed

FIELD = "file"
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file that was sent. `lines`: how many lines it has."""

    file: BinaryIO
    name: str
    size: int
    lines: int


async def read_file(scope: Scope, receive: Receive, headers: Headers, limit: int) -> SentFile:
    """Read the form and return its file. Raises ApiError: 413 too large, 415 not a form, 400 malformed or without the
    file."""
    check_length(headers, limit)
    if headers.get(b"content-type", b"").partition(b";")[0].strip().lower() != b"multipart/form-data":
        raise UnsupportedMediaType("send the file as multipart/form-data")
    body = _Counted(body_pieces(receive, headers, limit))
    form = await _parsed(_Parser(FormHeaders(scope=scope), body.pieces(), max_files=1, max_part_size=limit))
    if problems := _problems(form):
        await form.close()
        raise BadRequest(*listed(problems))
    given = form[FIELD]
    if isinstance(given, UploadFile):
        return SentFile(given.file, as_named(given.filename or ""), given.size or 0, body.lines)
    spool = SpooledTemporaryFile()  # noqa: SIM115 - the reader closes it
    content = given.encode()
    spool.write(content)
    return SentFile(cast(BinaryIO, spool), "", len(content), body.lines)


async def _parsed(parser: MultiPartParser) -> FormData:
    try:
        return await parser.parse()
    except BaseException as error:
        for file in parser._files_to_close_on_error:  # the parser does this itself for one kind of error only
            file.close()
        if isinstance(error, MultiPartException | FormParserError):
            raise BadRequest(f"the form can't be read: {error}") from None
        if isinstance(error, OSError):  # the temporary folder can't be written
            logger.warning("an uploaded file can't be kept in %s: %s", gettempdir(), error.strerror)
            raise InternalServerError(f"the mock can't keep the file: {error.strerror}") from None
        raise


def _problems(form: FormData) -> list[FieldError]:
    """List what is wrong with the form's fields. Unknown ones are refused: one may be a parameter in the wrong
    place."""
    problems = [
        FieldError(f"form.{name}", f"is unknown: the form takes only {FIELD}") for name in form if name != FIELD
    ]
    count = len(form.getlist(FIELD))
    if count != 1:
        problems.append(FieldError(f"form.{FIELD}", "is given more than once" if count else "is required"))
    return problems


class _Parser(MultiPartParser):
    """Starlette's parser, extended to read `filename*`."""

    def on_headers_finished(self) -> None:
        part = self._current_part
        if part.content_disposition is not None:
            part.content_disposition = without_extended_name(part.content_disposition)
        super().on_headers_finished()


class _Counted:
    """Yields the body in pieces; `lines` counts its newlines."""

    def __init__(self, pieces: AsyncGenerator[bytes, None]) -> None:
        self._pieces = pieces
        self.lines = 0

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        async for piece in self._pieces:
            self.lines += piece.count(b"\n")
            yield piece
