"""Maps every account operation's operationId to its function."""

from __future__ import annotations

from collections.abc import Mapping

from mock_server.http.operations.accounts.audit_log import read_audit_log
from mock_server.http.operations.accounts.key_pairs import generate_key_pair, list_key_pairs, revoke_key_pair
from mock_server.http.operations.accounts.members import (
    add_member,
    change_role,
    leave_organisation,
    list_members,
    remove_member,
)
from mock_server.http.operations.accounts.organisations import (
    create_organisation,
    list_organisations,
    read_organisation,
    rename_organisation,
)
from mock_server.http.operations.accounts.signing_in import login, read_account, register
from mock_server.http.operations.accounts.uploads import list_uploads, read_upload, start_upload
from mock_server.http.operations.call import Handler

_HERE = ("tenant_id",)

ACCOUNTS: Mapping[str, Handler] = {
    "register": Handler(register, ("email", "password", "name")),
    "login": Handler(login, ("email", "password")),
    "readAccount": Handler(read_account, ()),
    "listOrganisations": Handler(list_organisations, ()),
    "createOrganisation": Handler(create_organisation, ("name",)),
    "readOrganisation": Handler(read_organisation, _HERE),
    "renameOrganisation": Handler(rename_organisation, (*_HERE, "name")),
    "leaveOrganisation": Handler(leave_organisation, _HERE),
    "listMembers": Handler(list_members, _HERE),
    "addMember": Handler(add_member, (*_HERE, "email", "role")),
    "changeRole": Handler(change_role, (*_HERE, "account_id", "role")),
    "removeMember": Handler(remove_member, (*_HERE, "account_id")),
    "listKeyPairs": Handler(list_key_pairs, _HERE),
    "generateKeyPair": Handler(generate_key_pair, _HERE),
    "revokeKeyPair": Handler(revoke_key_pair, (*_HERE, "key_id")),
    "readAuditLog": Handler(read_audit_log, (*_HERE, "page", "limit")),
    "startUpload": Handler(start_upload, (*_HERE, "kind", "all_or_nothing")),
    "listUploads": Handler(list_uploads, _HERE),
    "readUpload": Handler(read_upload, (*_HERE, "upload_id")),
}
