"""Mutants of the users upsert, and of the answers to users who are not active."""

from __future__ import annotations

from dataclasses import replace

from mock_server.mock import Mock
from mock_server.state.organisations import State
from mock_server.state.records import User
from tests.mutants.inside import Records, queues
from tests.mutants.mutant import Mutant
from tests.mutants.wrappers import (
    refuses,
    repairs,
    tolerates,
)

FIELDS = {"user_id", "status", "created_at", "attributes"}


def always_active(records: Records, _: State, __: Mock) -> Records:
    return [replace(each, status="active") if isinstance(each, User) else each for each in records]


MUTANTS = [
    Mutant(
        "inactive-users-refused",
        "A user with status inactive is refused.",
        ("USER-accepts-status",),
        refuses("users", lambda r: r.get("status") == "inactive"),
    ),
    Mutant(
        "user-attributes-may-be-anything",
        "Attributes of a user that are no object are taken for none.",
        ("USER-field-types",),
        tolerates("users", "attributes", lambda value: isinstance(value, dict | None), {}),
    ),
    Mutant(
        "any-text-is-a-user-date",
        "created_at of a user may be any text.",
        ("USER-created-at-is-a-date",),
        repairs("users", lambda r: r.update(created_at="2026-01-01") if isinstance(r.get("created_at"), str) else None),
    ),
    Mutant(
        "inactive-users-stay-personal",
        "An inactive user's lists stay personal.",
        ("USER-inactive-is-not-personal",),
        queues(always_active),
    ),
]
