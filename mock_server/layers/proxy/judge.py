"""Does a request, and does its answer, say what the spec says? And do the two sides agree with it about each other?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from mock_server.context import Context, Finding, Header
from mock_server.errors import (
    ApiError,
    ContentTooLarge,
    FieldError,
    Forbidden,
    MethodNotAllowed,
    NotFound,
    Unauthorized,
    UnsupportedMediaType,
)
from mock_server.http.body import check_content_type, parse_json
from mock_server.http.encoding import decoded
from mock_server.layers.journal.masking import mask_keys
from mock_server.spec.contract import Contract
from mock_server.spec.paths import Endpoint
from mock_server.state.keys import PREFIXES

_MOST_JUDGED_BYTES = 16 * 2**20
_FORM = {400, 413, 415, 422}  # statuses that speak of the request alone, not of keys, limits or what is stored


class Asked(NamedTuple):
    """A request as it came in, `body` in its Content-Encoding."""

    method: str
    raw_path: bytes
    query: bytes
    headers: Sequence[Header]
    body: bytes


class Answered(NamedTuple):
    """What the target said; `body` in its Content-Encoding."""

    status: int
    headers: Sequence[Header]
    body: bytes


class Judge:
    """Holds exchanges to one spec."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract

    def findings(self, request: Context, asked: Asked, answered: Answered) -> list[Finding]:
        """What differs from the spec; ids begin with `request.`, `answer.` or `drift.`."""
        operation_id = request.endpoint.operation.operation_id if request.endpoint else None
        refusals: list[ApiError] = []
        try:
            body = decoded(asked.body, request.headers.get(b"content-encoding"), self._contract.max_body)
            refusals.extend(self._refusals(request, asked, body))
        except UnsupportedMediaType as error:
            return [_finding("request.not-judged", None, str(error.detail))]
        except ApiError as error:
            refusals.append(error)
        found = [each for refusal in refusals for each in _named(refusal)]
        found.extend(self._problems(operation_id, answered))
        if refusals and answered.status < 300:
            found.append(
                _finding("drift.accepted", None, f"answered {answered.status}, and the spec refuses this request")
            )
        if not refusals and answered.status in _FORM:
            found.append(
                _finding("drift.refused", None, f"answered {answered.status}, and the spec allows this request")
            )
        return found

    def _problems(self, operation_id: str | None, answered: Answered) -> Iterator[Finding]:
        """What is wrong with an answer; a body that is too large, or in an unknown encoding, is not judged."""
        headers = {name.lower(): value for name, value in answered.headers}
        try:
            body = decoded(answered.body, headers.get(b"content-encoding"), _MOST_JUDGED_BYTES)
        except ContentTooLarge:
            yield _finding("answer.not-judged", None, f"the body has more than {_MOST_JUDGED_BYTES} bytes")
        except ApiError as error:
            yield _finding("answer.not-judged", None, str(error.detail))
        else:
            for problem in self._contract.paths.responses.problems(operation_id, answered.status, headers, body):
                yield _finding("answer", problem.field, problem.message)

    def _refusals(self, request: Context, asked: Asked, body: bytes) -> Iterator[ApiError]:
        """What the spec says against the request, as far as a bystander can know."""
        path, endpoint, headers = request.path, request.endpoint, request.headers
        if path is None:
            yield NotFound("the spec has no such path")
            return
        if endpoint is None:
            yield MethodNotAllowed(f"this path takes {path.allow}", path.allow)
            return
        yield from _key(endpoint, headers)
        try:
            if endpoint.parameters:
                endpoint.parameters.read(request.parameters, asked.query, asked.headers)
            if endpoint.body:
                check_content_type(headers.get(b"content-type"))
                endpoint.body.records_of(parse_json(body, self._contract.max_depth))
        except ApiError as refusal:
            yield refusal


def _key(endpoint: Endpoint, headers: Mapping[bytes, bytes]) -> Iterator[ApiError]:
    """The type of a key stands in its first letters."""
    if endpoint.key_type is None:
        return
    key = headers.get(b"x-api-key")
    if not key:
        yield Unauthorized("there is no X-API-KEY")
    elif not key.startswith(PREFIXES[endpoint.key_type].encode()):
        yield Forbidden(f"the operation takes a {endpoint.key_type} key, {PREFIXES[endpoint.key_type]}...")


def _named(refusal: ApiError) -> Iterator[Finding]:
    name = f"request.{refusal.summary.lower().replace(' ', '-')}"
    detail = [FieldError("", refusal.detail)] if isinstance(refusal.detail, str) else refusal.detail
    for each in detail:
        yield _finding(name, each.field or None, each.message)


def _finding(name: str, field: str | None, message: str) -> Finding:
    """A client may put its key anywhere, even into the name of a field."""
    return Finding(name, None if field is None else _masked(field), _masked(message))


def _masked(text: str) -> str:
    return mask_keys(text.encode(errors="replace")).decode()
