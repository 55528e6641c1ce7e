"""Roles in an organisation, and their order. Which role may use an operation is defined by `x-roles` in the contract of
the account operations."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """Highest first."""

    OWNER = "OWNER"
    ADMIN = "ADMIN"
    DEVELOPER = "DEVELOPER"
    MEMBER = "MEMBER"


_RANKS = {role: rank for rank, role in enumerate(reversed(Role))}


def may_give(giver: Role, role: Role) -> bool:
    """Members may only change roles up to their own: an ADMIN can't change an OWNER, nor become one."""
    return _RANKS[role] <= _RANKS[giver]
