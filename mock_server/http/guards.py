"""Decides in which order requests are refused (R39), for each kind of caller: with an API key, with an account's token,
or with neither. A request that passes every guard is answered by its operation."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache, partial
from typing import Any
from urllib.parse import unquote_to_bytes

from starlette.types import Receive, Scope

from fixtures.near import did_you_mean
from fixtures.rules import enumerated
from mock_server.context import Context
from mock_server.errors import ApiError, Forbidden, MethodNotAllowed, NotFound
from mock_server.http.admission import Admission
from mock_server.http.body import check_content_type, parse_json, read_body
from mock_server.http.form import read_file
from mock_server.http.key_refusals import forbidden, misplaced, unauthorised
from mock_server.http.operations.accounts.call import AccountCall, Membership, Services
from mock_server.http.operations.call import Answer, Call
from mock_server.http.operations.table import HANDLERS
from mock_server.http.origin import is_foreign, warn_of_leak
from mock_server.lint.guard import StrictClient
from mock_server.lint.sent import Sent
from mock_server.runtime.ingest import IngestQueue
from mock_server.spec.paths import TENANT, Endpoint
from mock_server.state.accounts.roles import Role
from mock_server.state.clock import Clock
from mock_server.state.keys import allows
from mock_server.state.organisations import Caller

_LONGEST_PATH = 200  # characters of a path that are compared for the hint of a 404


class Guards:
    """The guards. Each method raises ApiError for a refused request, and Disconnected if the client has closed the
    connection."""

    def __init__(
        self,
        services: Services,
        ingest: IngestQueue,
        clock: Clock,
        key_policy: str,
        strict: StrictClient | None = None,
    ) -> None:
        self._strict = strict
        self._services = services
        self._contract = services.contract
        self._ingest = ingest
        self._clock = clock
        self._key_policy = key_policy

    async def by_key(self, request: Context, admission: Admission, scope: Scope, receive: Receive) -> Answer:
        endpoint, caller = request.endpoint, request.caller
        if endpoint is None:
            raise unrouted(request, scope["path"], self._contract.paths.templates)  # 404, 405
        if request.effects.refusal:
            raise request.effects.refusal  # a fault
        if caller is None:
            elsewhere = misplaced(scope["headers"], scope["query_string"])
            raise unauthorised(request.headers.get(b"x-api-key"), b"authorization" in request.headers, elsewhere)  # 401
        self._check_key(endpoint, caller, request)  # 403
        organisation = caller.organisation
        if not admission.admitted:
            raise admission.too_many_requests(organisation.tenant_id, "key", organisation.state.logged)  # 429
        now = self._clock.now() + organisation.state.ahead
        call = Call(organisation, self._ingest, now, request.started, request.effects)
        await self._read(call, endpoint, request, scope, receive)  # 413, 415, 400, 422
        answer = await HANDLERS[endpoint.operation.operation_id].answer(call)
        request.accepted = call.accepted
        return answer

    async def by_token(self, request: Context, admission: Admission, scope: Scope, receive: Receive) -> Answer:
        endpoint = _served(request)
        if request.effects.refusal:
            raise request.effects.refusal  # a fault
        if admission.refusal:
            raise admission.refusal  # 401
        if not admission.admitted:
            raise admission.too_many_requests("an account", "token", self._services.directory.logged)  # 429
        call = AccountCall(
            self._services, endpoint.operation.operation_id, request.address, self._clock.now(), admission.account
        )
        if endpoint.roles:
            self._check_member(call, endpoint, request.parameters[TENANT])  # 404, 403
        await self._read(call, endpoint, request, scope, receive)  # 413, 415, 400
        if endpoint.row_checks:
            call.sent = await read_file(
                scope, receive, request.headers, self._contract.limits.max_upload_bytes
            )  # 413, 415, 400
            call.row_checks = endpoint.row_checks
        return await HANDLERS[endpoint.operation.operation_id].answer(call)

    async def by_address(self, request: Context, admission: Admission, scope: Scope, receive: Receive) -> Answer:
        endpoint = _served(request)
        if request.effects.refusal:
            raise request.effects.refusal  # a fault
        if not admission.admitted:
            raise admission.too_many_requests("an address on /auth", "nothing", self._services.directory.logged)
        call = AccountCall(self._services, endpoint.operation.operation_id, request.address, self._clock.now())
        await self._read(call, endpoint, request, scope, receive)  # 413, 415, 400
        return await HANDLERS[endpoint.operation.operation_id].answer(call)

    def _check_key(self, endpoint: Endpoint, caller: Caller, request: Context) -> None:
        """Check the key's type. Raises Forbidden. Logs a warning if a browser sends a secret key."""
        organisation, key_type = caller
        if key_type == "secret" and is_foreign(request.headers):
            warn_of_leak(organisation, request.headers)
        if self._services.directory.is_suspended(organisation.tenant_id):
            raise suspended(organisation.tenant_id)
        if endpoint.key_type and not allows(key_type, endpoint.key_type, self._key_policy):
            raise forbidden(key_type, endpoint.operation.path)

    def _check_member(self, call: AccountCall, endpoint: Endpoint, tenant_id: bytes) -> None:
        """Find the account's membership. Raises NotFound for an organisation that the account is not in, whether it
        exists or not, and Forbidden for a suspended organisation or an insufficient role."""
        services, account_id = self._services, call.signed_in.account_id
        name = unquote_to_bytes(tenant_id).decode(errors="replace")
        team = services.directory.teams.get(name)
        if team is None or account_id not in team.members or name not in services.organisations:
            raise NotFound("you are not a member of an organisation with that id")
        call.membership = Membership(services.organisations[name], team, team.members[account_id])
        if team.suspended:
            raise suspended(name)
        own = call.membership.member.role
        if own not in endpoint.roles:
            call.refuse()
            able = enumerated([role for role in Role if role in endpoint.roles], "and")
            raise Forbidden(f"your role is {own}; {able} may do this")

    def _sent(self, call: Call, endpoint: Endpoint, written: Sequence[dict[str, Any]], is_array: bool) -> Sent:
        fields = endpoint.body.fields if endpoint.body else ()
        is_coming = partial(self._ingest.has, call.state)
        return Sent(endpoint.operation.operation_id, fields, written, is_array, call.state.tenant, is_coming)

    async def _read(
        self, call: Call | AccountCall, endpoint: Endpoint, request: Context, scope: Scope, receive: Receive
    ) -> None:
        contract, headers = self._contract, request.headers
        if endpoint.body:
            body = await read_body(receive, headers, contract.max_body)
            check_content_type(headers.get(b"content-type"))
            document = parse_json(body, contract.max_depth)
            written = _copied(document) if self._strict and isinstance(call, Call) else None
            call.records = endpoint.body.records_of(document)
            if self._strict and written is not None and isinstance(call, Call):
                self._strict.check(self._sent(call, endpoint, written, type(document) is list))  # 400
        if endpoint.parameters:
            call.parameters = endpoint.parameters.read(request.parameters, scope["query_string"], scope["headers"])


def _copied(document: Any) -> list[dict[str, Any]]:
    """Copy the records as sent, before defaults are filled in."""
    records = document if isinstance(document, list) else [document]
    return [dict(record) for record in records if isinstance(record, dict)]


def unrouted(request: Context, written: str, templates: Collection[str]) -> ApiError:
    """Return a 404 that names the nearest path of the API, or a 405."""
    path = request.path
    if path is None:
        return NotFound(f"the API has no such path; {_meant(written[:_LONGEST_PATH], tuple(templates))}")
    return MethodNotAllowed(f"this path takes {path.allow}", path.allow)


@lru_cache(maxsize=1_000)
def _meant(written: str, templates: tuple[str, ...]) -> str:
    """Return a hint with the nearest path. Cached, because comparing paths costs as much as several requests."""
    return did_you_mean(written, templates) or "/docs lists all paths"


def suspended(tenant_id: str) -> Forbidden:
    return Forbidden(f"the organisation {tenant_id} is suspended")


def _served(request: Context) -> Endpoint:
    """Return the request's endpoint. A caller of this kind always has one."""
    assert request.endpoint is not None  # noqa: S101 - requests without an endpoint take the guards for keys
    return request.endpoint
