"""The template context of the account tabs, from the spec: roles, and the columns of a bulk file."""

from __future__ import annotations

from typing import Any

from fixtures.spec import Node, Operation, Spec
from mock_server.dashboard.tab_context import View
from mock_server.state.accounts.roles import Role
from mock_server.state.accounts.uploads import MOST_ERRORS

# Actions of the mock's operator, by their names in the audit log.
_OF_THE_MOCK = {"suspend": "Suspend", "unsuspend": "End a suspension"}
_UPLOAD = "startUpload"
_SAMPLES = {"items": "catalog.csv", "users": "users.csv"}  # files in assets/


def account(view: View) -> dict[str, Any]:
    """Return `may`: by operationId, the roles that may use it; and `roles`: highest first."""
    return {
        "roles": list(Role),
        "may": {each.operation_id: each.roles for each in _about_organisations(view.mock.contract.accounts)},
    }


def team(view: View) -> dict[str, Any]:
    """Return `actions`: by name in the audit log, what the action is."""
    sentences = {each.operation_id: each.node["summary"] for each in _about_organisations(view.mock.contract.accounts)}
    own = view.mock.contract.accounts.operation("createOrganisation")
    return account(view) | {"actions": {own.operation_id: own.node["summary"]} | sentences | _OF_THE_MOCK}


def upload(view: View) -> dict[str, Any]:
    """Return `columns`: for each kind of rows, (name, whether it is required, description); and `samples`: example
    files."""
    contract = view.mock.contract
    rows = contract.accounts.operation(_UPLOAD).node["x-rows"]
    return account(view) | {
        "columns": {kind: _columns(contract.spec.schema(name)) for kind, name in rows.items()},
        "samples": _SAMPLES,
        "max_bytes": contract.limits.max_upload_bytes,
        "most_errors": MOST_ERRORS,
    }


def _about_organisations(spec: Spec) -> list[Operation]:
    return [each for each in spec.operations if each.roles]


def _columns(record: Node) -> list[tuple[str, bool, str]]:
    fields = {name: node for name, node in record["properties"].items() if name != "attributes"}
    return [(name, name in record["required"], node["description"]) for name, node in fields.items()]
