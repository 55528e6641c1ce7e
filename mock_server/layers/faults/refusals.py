"""Makes the errors that faults and Prefer headers ask for."""

from __future__ import annotations

from http import HTTPStatus

from mock_server import errors
from mock_server.errors import ApiError, MethodNotAllowed

_CLASSES = {
    each.status: each
    for each in ApiError.__subclasses__()
    if each.__module__ == errors.__name__ and each is not MethodNotAllowed  # that one needs the allowed methods
}


def refusal(status: int, why: str) -> ApiError:
    """Return the error with this status; `detail` says why it was injected."""
    known = _CLASSES.get(status)
    return known(why) if known else _made(status)(why)


def _made(status: int) -> type[ApiError]:
    """Make an error class for a status that only the user's own spec documents."""
    try:
        summary = HTTPStatus(status).phrase.capitalize()
    except ValueError:
        summary = f"Status {status}"
    return type(f"Status{status}", (ApiError,), {"status": status, "summary": summary})
