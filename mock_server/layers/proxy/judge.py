"""Judges an exchange with a target: whether the request matches the spec, and the response what every document demands.

Requests are compared with the spec, as the mock does; responses only with the judged contract, as the suite does."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from fixtures.spec import SpecError
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
from mock_server.layers.proxy.target_contract import TargetContract, target_contract
from mock_server.spec.contract import Contract
from mock_server.spec.paths import Endpoint
from mock_server.state.keys import PREFIXES

_MOST_JUDGED_BYTES = 16 * 2**20
_FORM = {400, 413, 415, 422}  # statuses about the request alone, not about keys, limits or stored data


class Asked(NamedTuple):
    """A request as it was received; `body` still has its Content-Encoding."""

    method: str
    raw_path: bytes
    query: bytes
    headers: Sequence[Header]
    body: bytes


class Answered(NamedTuple):
    """The target's response; `body` still has its Content-Encoding."""

    status: int
    headers: Sequence[Header]
    body: bytes


_NOT_JSON = object()


class Judge:
    """Judges exchanges by one spec. `superset`: a secret key may do all that a publishable key may (R3)."""

    def __init__(self, contract: Contract, superset: bool = False) -> None:
        self._contract, self._superset = contract, superset

    def findings(self, request: Context, asked: Asked, answered: Answered) -> list[Finding]:
        """Return the differences; their ids begin with `request.`, `answer.` or `drift.`."""
        operation_id = request.endpoint.operation.operation_id if request.endpoint else None
        refusals: list[ApiError] = []
        body = b""
        try:
            body = decoded(asked.body, request.headers.get(b"content-encoding"), self._contract.max_body)
            refusals.extend(self._refusals(request, asked, body))
        except UnsupportedMediaType as error:
            return [_finding("request.not-judged", None, str(error.detail))]
        except ApiError as error:
            refusals.append(error)
        found = [each for refusal in refusals for each in _named(refusal)]
        try:
            target = target_contract(self._contract.spec)
        except SpecError as error:
            return [*found, _finding("answer.not-judged", None, str(error))]
        found.extend(_problems(target, operation_id, answered))
        document = _document(body)
        if answered.status < 300 and self._forbidden(target, request, document):
            found.append(_drift("accepted", answered, "but every document forbids this request"))
        allowed = not refusals and b"content-encoding" not in request.headers
        if allowed and answered.status in _FORM and target.must_accept(operation_id, document):
            found.append(_drift("refused", answered, "but every document allows this request"))
        return found

    def _forbidden(self, target: TargetContract, request: Context, document: Any) -> bool:
        """Return whether the key or the body is forbidden. A key of an undocumented kind may be one of the target's
        own."""
        endpoint = request.endpoint
        if endpoint is None or not target.knows(endpoint.operation.operation_id):
            return False
        key = request.headers.get(b"x-api-key", b"")
        others = [kind for kind, prefix in PREFIXES.items() if key.startswith(prefix.encode())]
        wrong = bool(others) and endpoint.key_type not in others and not (self._superset and others == ["secret"])
        if not key or wrong or document is _NOT_JSON:
            return True
        return document is not None and target.must_refuse(endpoint.operation.operation_id, document)

    def _refusals(self, request: Context, asked: Asked, body: bytes) -> Iterator[ApiError]:
        """Yield the refusals that the spec demands, as far as they are certain without the target's keys and data."""
        path, endpoint, headers = request.path, request.endpoint, request.headers
        if path is None:
            yield NotFound("the spec has no such path")
            return
        if endpoint is None:
            yield MethodNotAllowed(f"this path takes {path.allow}", path.allow)
            return
        yield from _key(endpoint, headers, self._superset)
        try:
            if endpoint.parameters:
                endpoint.parameters.read(request.parameters, asked.query, asked.headers)
            if endpoint.body:
                check_content_type(headers.get(b"content-type"))
                endpoint.body.records_of(parse_json(body, self._contract.max_depth))
        except ApiError as refusal:
            yield refusal


def _problems(target: TargetContract, operation_id: str | None, answered: Answered) -> Iterator[Finding]:
    """Yield the problems of a response. A body that is too large or has an unknown encoding is not judged."""
    headers = {name.lower(): value for name, value in answered.headers}
    try:
        body = decoded(answered.body, headers.get(b"content-encoding"), _MOST_JUDGED_BYTES)
    except ContentTooLarge:
        yield _finding("answer.not-judged", None, f"the body has more than {_MOST_JUDGED_BYTES} bytes")
    except ApiError as error:
        yield _finding("answer.not-judged", None, str(error.detail))
    else:
        for problem in target.problems(operation_id, answered.status, headers, body):
            yield _finding("answer", problem.field, problem.message)


def _document(body: bytes) -> Any:
    """Parse a body as the most lenient server does. None if servers may differ: for no body, or one that nests too
    deep."""
    try:
        return json.loads(body) if body else None
    except RecursionError:
        return None
    except ValueError:
        return _NOT_JSON


def _drift(kind: str, answered: Answered, why: str) -> Finding:
    return _finding(f"drift.{kind}", None, f"answered {answered.status}, {why}")


def _key(endpoint: Endpoint, headers: Mapping[bytes, bytes], superset: bool) -> Iterator[ApiError]:
    """Yield the refusals of a key, whose prefix gives its type."""
    if endpoint.key_type is None:
        return
    key = headers.get(b"x-api-key")
    if not key:
        yield Unauthorized("there is no X-API-KEY")
    elif superset and key.startswith(PREFIXES["secret"].encode()):
        return
    elif not key.startswith(PREFIXES[endpoint.key_type].encode()):
        yield Forbidden(f"the operation takes a {endpoint.key_type} key, {PREFIXES[endpoint.key_type]}...")


def _named(refusal: ApiError) -> Iterator[Finding]:
    name = f"request.{refusal.summary.lower().replace(' ', '-')}"
    detail = [FieldError("", refusal.detail)] if isinstance(refusal.detail, str) else refusal.detail
    for each in detail:
        yield _finding(name, each.field or None, each.message)


def _finding(name: str, field: str | None, message: str) -> Finding:
    """Make a finding and mask keys in it, because a client may put its key anywhere, even into the name of a field."""
    return Finding(name, None if field is None else _masked(field), _masked(message))


def _masked(text: str) -> str:
    return mask_keys(text.encode(errors="replace")).decode()
