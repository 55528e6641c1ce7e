"""The API of the spec as one flat ASGI application: who asks, what is left of the limit, what is asked for, the answer.

Every refusal is an ApiError, every answer has the envelope and the RateLimit headers, faults of ours included."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from time import perf_counter
from typing import TYPE_CHECKING

from starlette.types import Receive, Scope, Send

from mock_server.errors import ApiError, InternalServerError, MethodNotAllowed, NotFound, TooManyRequests
from mock_server.http import envelope
from mock_server.http.address import address_of
from mock_server.http.admission import admit, membership, suspended, too_many_requests
from mock_server.http.body import Disconnected, check_content_type, parse_json, read_body
from mock_server.http.effects import effects_of
from mock_server.http.form import read_file
from mock_server.http.operations.accounts.call import AccountCall
from mock_server.http.routes import Call
from mock_server.http.trace import trace_of
from mock_server.spec.paths import TENANT
from mock_server.state import keys
from mock_server.state.keys import Caller
from mock_server.state.rate_limit import Header, Quota

if TYPE_CHECKING:
    from mock_server.mock import Mock
    from mock_server.spec.paths import Endpoint, Path

_JSON: Header = (b"content-type", b"application/json")
_READ = {b"x-api-key", b"content-type", b"content-length", b"origin", b"host", b"referer", b"authorization"}
_OWN_PAGES = (b"/docs", b"/_mock/")

logger = logging.getLogger(__name__)


class Api:
    def __init__(self, mock: Mock) -> None:
        self._mock = mock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = perf_counter()
        mock = self._mock
        contract, now, headers = mock.contract, mock.clock.monotonic(), _headers(scope)
        path, path_parameters = contract.find(scope["raw_path"]) or (None, {})
        endpoint = path.endpoints.get(scope["method"]) if path else None
        credential = endpoint.credential if endpoint else "key"
        who = admit(mock, credential, headers, lambda: address_of(scope, mock.settings.trust_proxy))
        trace = trace_of(scope)
        trace.caller, trace.endpoint = who.caller, endpoint
        effects = effects_of(scope)
        admitted = effects.is_429 or who.limiter.charge(who.window, now)
        quota = effects.shown(who.limiter.quota(who.window, now).at_pace(mock.clock.scale))
        extra: list[Header] = []
        try:
            if endpoint is None:
                raise _unrouted(path)
            if effects.refusal:
                raise effects.refusal
            if who.refusal:
                raise who.refusal
            if who.caller:
                self._check_key(endpoint, who.caller, headers)
            if not admitted:
                raise too_many_requests(mock, credential, who, quota)
            call: Call | AccountCall
            if who.caller:
                organisation = who.caller.organisation
                now = mock.clock.now() + organisation.state.ahead
                call = Call(organisation, mock.ingest, now, started, effects)
            else:
                address = address_of(scope, mock.settings.trust_proxy)
                call = AccountCall(mock, endpoint.operation.operation_id, address, mock.clock.now(), who.account)
                if endpoint.roles:
                    membership(call, endpoint.roles, path_parameters[TENANT])
            if endpoint.body:
                body = await read_body(receive, headers.get(b"content-length"), contract.max_body)
                check_content_type(headers.get(b"content-type"))
                call.records = endpoint.body.records_of(parse_json(body, contract.max_depth))
            if endpoint.parameters:
                call.parameters = endpoint.parameters.read(path_parameters, scope["query_string"], scope["headers"])
            if endpoint.row_checks and isinstance(call, AccountCall):
                call.sent = await read_file(scope, receive, contract.limits.max_upload_bytes)
                call.row_checks = endpoint.row_checks
            status, answer = await endpoint.answer(call)
            if isinstance(call, Call):
                trace.accepted = call.accepted
        except ApiError as error:
            trace.error = error
            status, answer, extra = error.status, envelope.failure(error), _extra_headers(error, quota)
        except Disconnected:
            return
        except Exception:
            logger.exception("fault in %s %s", scope["method"], endpoint.operation.path if endpoint else "routing")
            status, answer = 500, envelope.failure(InternalServerError("a fault of the mock; its log has the details"))
        response_headers = [_JSON, *contract.headers_for(quota), *extra]
        if contract.responses and (problem := contract.responses.problem(endpoint, status, response_headers, answer)):
            logger.error("the answer to %s %s is not what the spec says: %s", scope["method"], scope["path"], problem)
            status, answer = 500, envelope.failure(InternalServerError(f"the answer breaks the spec: {problem}"))
        response_headers.append((b"content-length", b"%d" % len(answer)))
        await send({"type": "http.response.start", "status": status, "headers": response_headers})
        await send({"type": "http.response.body", "body": answer})

    def _check_key(self, endpoint: Endpoint, caller: Caller, headers: Mapping[bytes, bytes]) -> None:
        """Raises Forbidden; warns of a secret key that a browser sends."""
        if caller.key_type == "secret" and is_foreign(headers):
            _warn_of_leak(caller, headers)
        if self._mock.account_side.is_suspended(caller.organisation.tenant_id):
            raise suspended(caller.organisation.tenant_id)
        if endpoint.key_type and not keys.allows(caller.key_type, endpoint.key_type, self._mock.settings.key_policy):
            raise keys.forbidden(caller.key_type, endpoint.operation.path)


def _headers(scope: Scope) -> dict[bytes, bytes]:
    """The headers that matter here; one that comes twice reads as a list, as HTTP says."""
    headers: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if name in _READ:
            value = value.strip(b" \t")  # no part of a value, and not every server takes it off
            headers[name] = headers[name] + b", " + value if name in headers else value
    return headers


def is_foreign(headers: Mapping[bytes, bytes]) -> bool:
    """Does a page send this that is not the mock's own? Its reference page may use every key. (An Origin that equals
    the Host proves nothing: so does that of any page behind a development proxy.)"""
    origin = headers.get(b"origin")
    if origin is None or origin.partition(b"://")[2] != headers.get(b"host"):
        return origin is not None
    return not headers.get(b"referer", b"").removeprefix(origin).startswith(_OWN_PAGES)


def _unrouted(path: Path | None) -> ApiError:
    if path is None:
        return NotFound("the API has no such path; /docs lists those that it has")
    return MethodNotAllowed(f"this path takes {path.allow}", path.allow)


def _warn_of_leak(caller: Caller, headers: Mapping[bytes, bytes]) -> None:
    organisation = caller.organisation
    if "leak" not in organisation.state.told:
        organisation.state.told.add("leak")
        logger.warning(
            "secret key %s of %s came with Origin %.200r: it is in a browser, where everybody can read it",
            keys.masked(headers[b"x-api-key"].decode("latin-1")),
            organisation.tenant_id,
            headers[b"origin"].decode("latin-1"),
        )


def _extra_headers(error: ApiError, quota: Quota) -> list[Header]:
    if isinstance(error, MethodNotAllowed):
        return [(b"allow", error.allow.encode())]
    if isinstance(error, TooManyRequests):
        return [(b"retry-after", b"%d" % max(1, quota.reset))]
    return []
