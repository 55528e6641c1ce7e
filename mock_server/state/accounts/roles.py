"""Roles in an organisation. Which of them may do what stands in the contract of
the account operations (`x-roles`); here is who is above whom."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """From the mightiest to the least."""

    OWNER = "OWNER"
    ADMIN = "ADMIN"
    DEVELOPER = "DEVELOPER"
    MEMBER = "MEMBER"


_RANKS = {role: rank for rank, role in enumerate(reversed(Role))}


def may_give(giver: Role, role: Role) -> bool:
    """Nobody makes, changes or removes a member above the own role: an ADMIN can't touch an OWNER, nor become one."""
    return _RANKS[role] <= _RANKS[giver]
