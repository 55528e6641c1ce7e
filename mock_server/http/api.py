"""The API of the spec as one flat ASGI application: it charges a request, runs the guards for its kind of caller, and
answers.

Every refusal is an ApiError. Every response has the envelope and the RateLimit headers, internal errors included."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping

from starlette.types import Receive, Scope, Send

from mock_server.context import Context, Header, context_of
from mock_server.errors import ApiError, InternalServerError, MethodNotAllowed, TooManyRequests
from mock_server.http import envelope
from mock_server.http.admission import Admission, Gate
from mock_server.http.body import Disconnected
from mock_server.http.guards import Guards
from mock_server.http.operations.call import Answer
from mock_server.http.rate_limit_headers import DRAFTS
from mock_server.spec.contract import Contract
from mock_server.spec.limits import Credential
from mock_server.state.rate_limit import Quota

_JSON: Header = (b"content-type", b"application/json")
_NO_STORE: Header = (b"cache-control", b"no-store")
Pays = Callable[[Context], Admission]
Answers = Callable[[Context, Admission, Scope, Receive], Awaitable[Answer]]

logger = logging.getLogger(__name__)


class Api:
    """The application. `draft`: the IETF draft that names the rate limit headers."""

    def __init__(self, contract: Contract, gate: Gate, guards: Guards, draft: str = "draft-6") -> None:
        self._contract = contract
        self._limit_headers = DRAFTS[draft]
        self._kinds: Mapping[Credential, tuple[Pays, Answers]] = {
            "key": (gate.by_key, guards.by_key),
            "token": (gate.by_token, guards.by_token),
            "nothing": (gate.by_address, guards.by_address),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = context_of(scope)
        pay, answer_to = self._kinds[request.endpoint.credential if request.endpoint else "key"]
        admission = pay(request)
        extra: list[Header] = []
        try:
            status, body = await answer_to(request, admission, scope, receive)
        except ApiError as error:
            # Dropped, because both refer to this request: a reference cycle.
            error.__traceback__ = error.__context__ = None
            request.error = error
            status, body, extra = error.status, envelope.failure(error), _extra_headers(error, admission.quota)
        except Disconnected:
            return
        except Exception:
            logger.exception("internal error in %s %s", scope["method"], _name(request))
            status, body = (
                500,
                envelope.failure(InternalServerError("an internal error of the mock; its log has the details")),
            )
        headers = [_JSON, *self._limit_headers(admission.quota), *extra]
        if request.endpoint and request.endpoint.credential != "key":
            headers.append(_NO_STORE)  # no cache may keep tokens and keys
        if self._contract.responses and (problem := self._problem(request, status, headers, body)):
            logger.error("the response to %s %s does not match the spec: %s", scope["method"], scope["path"], problem)
            status, body = (
                500,
                envelope.failure(InternalServerError(f"the response does not match the spec: {problem}")),
            )
        headers.append((b"content-length", b"%d" % len(body)))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _problem(self, request: Context, status: int, headers: list[Header], body: bytes) -> str | None:
        assert self._contract.responses is not None  # noqa: S101 - the caller has checked it
        operation_id = request.endpoint.operation.operation_id if request.endpoint else None
        return self._contract.responses.problem(operation_id, status, headers, body)


def _name(request: Context) -> str:
    return request.endpoint.operation.path if request.endpoint else "routing"


def _extra_headers(error: ApiError, quota: Quota) -> list[Header]:
    if isinstance(error, MethodNotAllowed):
        return [(b"allow", error.allow.encode())]
    if isinstance(error, TooManyRequests):
        return [(b"retry-after", b"%d" % max(1, quota.reset))]
    return []
