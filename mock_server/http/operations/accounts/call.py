"""What an operation of the account side is handed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from mock_server.http import envelope
from mock_server.http.form import SentFile
from mock_server.http.operations.call import Answer
from mock_server.runtime.passwords import Passwords
from mock_server.runtime.uploading import Uploads
from mock_server.spec.contract import Contract
from mock_server.spec.rows import RowCheck
from mock_server.state.accounts.accounts import Account
from mock_server.state.accounts.audit import Actor
from mock_server.state.accounts.directory import Directory
from mock_server.state.accounts.team import Member, Team
from mock_server.state.organisations import Organisation, Organisations


class Services(NamedTuple):
    """What the operations of accounts work with."""

    contract: Contract
    directory: Directory
    organisations: Organisations
    passwords: Passwords
    uploads: Uploads


class Membership(NamedTuple):
    """Where the account asks, and as what."""

    organisation: Organisation
    team: Team
    member: Member


@dataclass(slots=True)
class AccountCall:
    """A request that was let through: valid input, and who asks (nobody on /auth)."""

    services: Services
    operation_id: str
    address: str
    now: float  # seconds since the epoch
    account: Account | None = None
    membership: Membership | None = None
    records: Sequence[dict[str, Any]] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    sent: SentFile | None = None
    row_checks: Mapping[str, RowCheck] = field(default_factory=dict)

    @property
    def directory(self) -> Directory:
        return self.services.directory

    @property
    def body(self) -> dict[str, Any]:
        return self.records[0]

    @property
    def signed_in(self) -> Account:
        """Whoever asks, where the operation takes a token."""
        assert self.account is not None  # noqa: S101 - the admission saw to it
        return self.account

    @property
    def here(self) -> Membership:
        """Where, where the operation is about an organisation."""
        assert self.membership is not None  # noqa: S101 - the admission saw to it
        return self.membership

    @property
    def file(self) -> SentFile:
        """What the operation takes, where it takes a file."""
        assert self.sent is not None  # noqa: S101 - the Api saw to it
        return self.sent

    @property
    def actor(self) -> Actor:
        return Actor(self.signed_in.account_id, self.signed_in.email, self.address)

    def record(self, subject: str | None = None, team: Team | None = None, **details: Any) -> None:
        """Write into the audit log that the operation was done."""
        audit = (team or self.here.team).audit
        audit.add(self.now, self.actor, self.operation_id, "done", subject, details)

    def refuse(self, subject: str | None = None, **details: Any) -> None:
        """Write into the audit log that it was refused for want of a role."""
        self.here.team.audit.add(self.now, self.actor, self.operation_id, "refused", subject, details)


def success(data: Any, status: int = 200) -> Answer:
    return status, envelope.success("Success", data)
