"""The account data of an organisation: name, members, key pairs and audit log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from fixtures.spec import KeyType
from mock_server.state.accounts.audit import AuditLog
from mock_server.state.accounts.key_pairs import KeyPair
from mock_server.state.accounts.roles import Role


class LastOwner(Exception):
    """The change would leave an organisation without an OWNER."""

    def __init__(self) -> None:
        super().__init__("the last OWNER can't leave: make another member an OWNER first")


@dataclass(frozen=True, slots=True)
class Member:
    account_id: str
    role: Role
    added_at: float  # seconds since the epoch


@dataclass(slots=True)
class Team:
    """The team of an organisation. If `made_by_account`, a full reset removes it. Times are seconds since the epoch."""

    tenant_id: str
    name: str
    created_at: float
    made_by_account: bool = False
    suspended: bool = False
    members: dict[str, Member] = field(default_factory=dict)  # by account_id, in the order in which they joined
    pairs: dict[str, KeyPair] = field(default_factory=dict)  # by key_id, oldest first
    audit: AuditLog = field(default_factory=AuditLog)

    def add(self, member: Member) -> Member:
        """Store a member. Raises ValueError for an account that is already a member."""
        if member.account_id in self.members:
            raise ValueError("the account is already a member")
        self.members[member.account_id] = member
        return member

    def change_role(self, account_id: str, role: Role) -> Member:
        """Change a member's role. Raises KeyError for an account that is not a member, and LastOwner."""
        member = self.members[account_id]
        if role != Role.OWNER:
            self._check_not_last_owner(member)
        self.members[account_id] = changed = Member(account_id, role, member.added_at)
        return changed

    def remove(self, account_id: str) -> Member:
        """Remove a member. Raises KeyError for an account that is not a member, and LastOwner."""
        self._check_not_last_owner(self.members[account_id])
        return self.members.pop(account_id)

    def digests(self) -> Iterator[tuple[bytes, KeyType]]:
        """Yield digests of the valid keys, with their types."""
        for pair in self.pairs.values():
            if pair.revoked_at is None:
                yield from pair.digests()

    def _check_not_last_owner(self, member: Member) -> None:
        owners = sum(each.role == Role.OWNER for each in self.members.values())
        if member.role == Role.OWNER and owners == 1:
            raise LastOwner
