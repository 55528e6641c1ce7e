"""The errors of the mock, by status. `http/guards.py` decides which one comes first (R39).

ApiError
|- NotFound              404  no such path, member or upload
|- MethodNotAllowed      405  the path has other methods
|- Unauthorized          401  no key, or an unknown one
|- Forbidden             403  the wrong type of key
|- TooManyRequests       429  the window of the organisation, account or address is used up
|- ContentTooLarge       413  more bytes than a body may have
|- UriTooLong            414  more bytes than a URL may have
|- HeadersTooLarge       431  more bytes than the headers of a request may have
|- UnsupportedMediaType  415  a body that is not JSON
|- BadRequest            400  not JSON, or not what the operation takes
|- MissingStrategyInput  422  the strategy's input is missing, and nothing else is wrong
|- Conflict              409  the current state forbids it: address taken, last owner
`- InternalServerError   500  an error in the mock itself
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from fixtures.rules import FieldError as FieldError


class ApiError(Exception):
    """An error of the API. `message` is a sentence for people; `detail` is a sentence for logs, or the list of failing
    fields."""

    status: ClassVar[int]
    summary: ClassVar[str]

    def __init__(self, detail: str | Sequence[FieldError], message: str | None = None) -> None:
        self.detail = detail
        self.message = message or f"{self.summary}: {detail}"
        super().__init__(self.message)


class NotFound(ApiError):
    status, summary = 404, "Not found"


class MethodNotAllowed(ApiError):
    status, summary = 405, "Method not allowed"

    def __init__(self, detail: str, allow: str) -> None:
        super().__init__(detail)
        self.allow = allow


class Unauthorized(ApiError):
    status, summary = 401, "Unauthorized"


class Forbidden(ApiError):
    status, summary = 403, "Forbidden"


class TooManyRequests(ApiError):
    status, summary = 429, "Too many requests"


class ContentTooLarge(ApiError):
    status, summary = 413, "Content too large"


class UriTooLong(ApiError):
    status, summary = 414, "URI too long"


class HeadersTooLarge(ApiError):
    status, summary = 431, "Request header fields too large"


class UnsupportedMediaType(ApiError):
    status, summary = 415, "Unsupported media type"


class NotImplementedHere(ApiError):
    status, summary = 501, "Not implemented"


class BadRequest(ApiError):
    status, summary = 400, "Bad request"


class MissingStrategyInput(ApiError):
    status, summary = 422, "Missing strategy input"


class Conflict(ApiError):
    status, summary = 409, "Conflict"


class InternalServerError(ApiError):
    status, summary = 500, "Internal server error"
