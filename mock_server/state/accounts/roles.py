"""Roles in an organisation, and their order. `x-roles` in the contract of the account operations defines which roles
may use an operation."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """The roles, highest first."""

    OWNER = "OWNER"
    ADMIN = "ADMIN"
    DEVELOPER = "DEVELOPER"
    MEMBER = "MEMBER"


_RANKS = {role: rank for rank, role in enumerate(reversed(Role))}


def may_give(giver: Role, role: Role) -> bool:
    """Return whether `giver` may assign `role`: only roles up to one's own, so an ADMIN can't make an OWNER, nor become
    one."""
    return _RANKS[role] <= _RANKS[giver]
