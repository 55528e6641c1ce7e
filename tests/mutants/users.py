"""Faults of the users upsert, and of the answers to users who are not active."""

from __future__ import annotations

from dataclasses import replace

from mock_server.mock import Mock
from mock_server.state.organisations import State
from mock_server.state.records import User
from tests.mutants.fault import Fault
from tests.mutants.inside import Records, inside, queues
from tests.mutants.items import STATUSES, counts_wrong, nested
from tests.mutants.wrappers import (
    Answer,
    Break,
    Request,
    Server,
    crashes,
    edge,
    fills,
    passes,
    refuses,
    repairs,
    tolerates,
)

FIELDS = {"user_id", "status", "created_at", "attributes"}


def refuses_again(status: int, changed_only: bool = False) -> Break:
    """A user that is known is refused."""

    async def refused(request: Request, server: Server) -> Answer:
        if request.operation == "users" and request.records and server.is_valid(request):
            record = request.records[0]
            known = server.memory.setdefault((request.key, record["user_id"]), record)
            if known is not record and (not changed_only or known != record):
                return await server.refuse(request, status)
        return await server.answer(request)

    return edge(refused)


def crashes_for(*statuses: str) -> Break:
    """A recommendation for a user with one of these statuses is a server error."""

    def concerned(request: Request, server: Server) -> bool:
        if request.operation != "recommend" or not isinstance(request.value("user_id"), str):
            return False
        user = server.tenant(request).users.get(request.value("user_id"))
        return user is not None and user.status in statuses

    return passes(concerned, lambda request, server: server.crash(request))


def always_active(records: Records, _: State, __: Mock) -> Records:
    return [replace(each, status="active") if isinstance(each, User) else each for each in records]


def forgets_hidden(mock: Mock) -> None:
    """The history of a user that is made inactive is thrown away."""
    for organisation in mock.organisations:
        tenant = organisation.tenant
        apply = tenant.apply_user

        def applied(user: User, tenant: object = tenant, apply: object = apply) -> None:
            apply(user)  # type: ignore[operator]
            if not user.active:
                tenant.recommender.people.pop(tenant.identity.person(user.user_id), None)  # type: ignore[attr-defined]

        tenant.apply_user = applied  # type: ignore[method-assign]


FAULTS = [
    Fault(
        "users-need-attributes",
        "A user without attributes is refused.",
        ("USER-accepts-required",),
        refuses("users", lambda r: not r.get("attributes")),
    ),
    Fault("users-counted-as-none", "One user is counted as 0.", ("USER-accepts-required",), counts_wrong("users", 0)),
    Fault(
        "user-attributes-refused",
        "A user with attributes is refused.",
        ("USER-accepts-optional",),
        refuses("users", lambda r: bool(r.get("attributes"))),
    ),
    Fault(
        "user-attributes-crash",
        "A user with attributes is a server error.",
        ("USER-accepts-optional",),
        crashes("users", lambda r: bool(r.get("attributes"))),
    ),
    Fault(
        "nested-user-attributes-refused",
        "A user's attributes that hold lists or objects are refused.",
        ("USER-accepts-optional", "GEN-valid-accepted"),
        refuses("users", nested),
    ),
    Fault(
        "inactive-users-refused",
        "A user with status inactive is refused.",
        ("USER-accepts-status",),
        refuses("users", lambda r: r.get("status") == "inactive"),
    ),
    Fault(
        "deleted-users-crash",
        "A user with status deleted is a server error.",
        ("USER-accepts-status",),
        crashes("users", lambda r: r.get("status") == "deleted"),
    ),
    Fault("known-users-are-409", "A user that is sent again is 409.", ("USER-accepts-again",), refuses_again(409)),
    Fault(
        "changed-users-are-400",
        "A user that is sent again with a changed profile is 400.",
        (
            "USER-accepts-again",
            "VALID-accepted",
        ),
        refuses_again(400, changed_only=True),
    ),
    Fault(
        "user-id-made-up",
        "A user without user_id gets one.",
        ("USER-requires-user-id",),
        fills("users", user_id="made-up"),
    ),
    Fault(
        "no-user-id-is-404",
        "A user without user_id is refused with 404.",
        ("USER-requires-user-id",),
        refuses("users", lambda r: "user_id" not in r, 404),
    ),
    Fault(
        "user-status-defaults",
        "A user without status is active.",
        ("USER-requires-status",),
        fills("users", status="active"),
    ),
    Fault(
        "no-user-status-crashes",
        "A user without status is a server error.",
        ("USER-requires-status",),
        crashes("users", lambda r: "status" not in r),
    ),
    Fault(
        "user-date-defaults",
        "A user without created_at signed up today.",
        ("USER-requires-created-at",),
        fills("users", created_at="2026-01-01T00:00:00Z"),
    ),
    Fault(
        "no-user-date-crashes",
        "A user without created_at is a server error.",
        ("USER-requires-created-at",),
        crashes("users", lambda r: "created_at" not in r),
    ),
    Fault(
        "any-user-status",
        "Any status of a user is accepted.",
        ("USER-status-enum",),
        tolerates("users", "status", STATUSES.__contains__, "inactive"),
    ),
    Fault(
        "bad-user-status-is-403",
        "An unknown status of a user is refused with 403.",
        ("USER-status-enum",),
        refuses("users", lambda r: r.get("status", "active") not in STATUSES, 403),
    ),
    Fault(
        "user-attributes-may-be-anything",
        "Attributes of a user that are no object are taken for none.",
        ("USER-field-types",),
        tolerates("users", "attributes", lambda value: isinstance(value, dict | None), {}),
    ),
    Fault(
        "any-text-is-a-user-date",
        "created_at of a user may be any text.",
        ("USER-created-at-is-a-date",),
        repairs("users", lambda r: r.update(created_at="2026-01-01") if isinstance(r.get("created_at"), str) else None),
    ),
    Fault(
        "unknown-user-fields-refused",
        "A field that is not documented makes a user refused.",
        ("USER-unknown-fields",),
        refuses("users", lambda r: bool(r.keys() - FIELDS)),
    ),
    Fault(
        "inactive-users-crash-recommend",
        "A recommendation for an inactive user is a server error.",
        ("USER-inactive-is-answered",),
        crashes_for("inactive"),
    ),
    Fault(
        "deleted-users-crash-recommend",
        "A recommendation for a deleted user is a server error.",
        ("USER-inactive-is-answered",),
        crashes_for("deleted"),
    ),
    Fault(
        "inactive-users-stay-personal",
        "An inactive user's lists stay personal.",
        ("USER-inactive-is-not-personal",),
        queues(always_active),
    ),
    Fault(
        "inactive-users-are-forgotten",
        "A user that was inactive has lost the history when active again.",
        ("USER-inactive-is-not-personal",),
        inside(forgets_hidden),
    ),
]
