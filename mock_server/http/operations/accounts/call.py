"""The input of an account operation, and the services that it may use."""

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
    """What account operations work with."""

    contract: Contract
    directory: Directory
    organisations: Organisations
    passwords: Passwords
    uploads: Uploads


class Membership(NamedTuple):
    """An organisation, and the account's role in it."""

    organisation: Organisation
    team: Team
    member: Member


@dataclass(slots=True)
class AccountCall:
    """A request that passed the guards: its valid input, and its account (None on /auth)."""

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
        """The account, in an operation that requires a token."""
        assert self.account is not None  # noqa: S101 - the guards ensure it
        return self.account

    @property
    def here(self) -> Membership:
        """The membership, in an operation on an organisation."""
        assert self.membership is not None  # noqa: S101 - the guards ensure it
        return self.membership

    @property
    def file(self) -> SentFile:
        """The uploaded file, in an operation that takes one."""
        assert self.sent is not None  # noqa: S101 - the guards ensure it
        return self.sent

    @property
    def actor(self) -> Actor:
        return Actor(self.signed_in.account_id, self.signed_in.email, self.address)

    def record(self, subject: str | None = None, team: Team | None = None, **details: Any) -> None:
        """Write to the audit log that the operation succeeded."""
        audit = (team or self.here.team).audit
        audit.add(self.now, self.actor, self.operation_id, "done", subject, details)

    def refuse(self, subject: str | None = None, **details: Any) -> None:
        """Write to the audit log that the operation was refused because of the account's role."""
        self.here.team.audit.add(self.now, self.actor, self.operation_id, "refused", subject, details)


def success(data: Any, status: int = 200) -> Answer:
    return status, envelope.success("Success", data)
