"""An organisation with a member in every role."""

from collections.abc import Callable
from typing import Any

from mock_server.state.accounts.roles import Role
from tests.support.account_client import Person
from tests.support.mock_client import ACCOUNTS, Answer, Client
from tests.support.upload_form import CATALOG_CSV, FORM, form

Make = Callable[..., Client]


ROLES = list(Role)


IN_ORGANISATION = [operation for operation in ACCOUNTS.operations if operation.roles]


class Shop:
    """An organisation with one member of each role, a guest who is no member, and a key pair."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.people = {role: Person(client, role.lower()) for role in ROLES}
        self.guest = Person(client, "guest")
        self.owner = self.people[Role.OWNER]
        self.tenant_id = self.owner.post("/organisations", {"name": "Glow Beauty"}).data["tenant_id"]
        self.path = f"/organisations/{self.tenant_id}"
        for role in ROLES[1:]:
            answer = self.owner.post(f"{self.path}/members", {"email": self.people[role].email, "role": role})
            assert answer.status == 201, answer.body

    def member(self, role: str) -> str:
        return f"{self.path}/members/{self.people[Role(role)].account_id}"

    def send(self, person: Person, operation_id: str, instead: str | None = None) -> Answer:
        """Send a request that succeeds if the person may send it. `instead`: the tenant_id of another organisation to
        send it to."""
        method, path, body, headers = self.request(operation_id)
        if instead:
            path = path.replace(self.tenant_id, instead)
        return person.send(method, path, body, headers=headers)

    def request(self, operation_id: str) -> tuple[str, str, Any, list[tuple[str, str]]]:
        """Return method, path, body and headers."""
        key_id = self.owner.post(f"{self.path}/keys").data["key_id"] if operation_id == "revokeKeyPair" else None
        bodies = {
            "renameOrganisation": {"name": "Glow"},
            "addMember": {"email": self.guest.email, "role": "MEMBER"},
            "changeRole": {"role": "MEMBER"},
            "startUpload": form(CATALOG_CSV),
        }
        upload_id = None
        if operation_id == "readUpload":
            upload_id = self.send(self.owner, "startUpload").data["upload_id"]
        operation = ACCOUNTS.operation(operation_id)
        path = operation.path.format(
            tenant_id=self.tenant_id,
            account_id=self.people[Role.MEMBER].account_id,
            key_id=key_id,
            upload_id=upload_id,
        )
        if operation_id == "startUpload":
            return operation.method, f"{path}?kind=items", bodies[operation_id], FORM
        return operation.method, path, bodies.get(operation_id), []
