"""The account operations over HTTP, from registration to the audit log; and docs/accounts.md."""

from pathlib import Path
from typing import Any

import pytest

from fixtures.bodies import recommend_body
from fixtures.spec import Operation
from mock_server.state.accounts.roles import Role
from tests.support.account_client import LOGIN, Person, credentials
from tests.support.guides import played
from tests.support.mock_client import ACCOUNTS, RECOMMEND, SPEC, Client
from tests.support.upload_form import CATALOG_CSV, FORM, form

GUIDE = Path(__file__).parents[3] / "docs/accounts.md"


def test_the_account_operations_work_from_registration_to_the_audit_log(mock: Client) -> None:
    ada, grace, eve = (Person(mock, name) for name in ("ada", "grace", "eve"))
    shop = f"/organisations/{ada.post('/organisations', {'name': 'Glow Beauty'}).data['tenant_id']}"
    assert ada.post(f"{shop}/members", {"email": grace.email, "role": "DEVELOPER"}).status == 201
    assert ada.post(f"{shop}/members", {"email": eve.email, "role": "MEMBER"}).status == 201

    upload = grace.post(f"{shop}/uploads?kind=items", form(CATALOG_CSV), headers=FORM)
    assert upload.status == 202
    mock.flush()
    assert grace.get(f"{shop}/uploads/{upload.data['upload_id']}").data["rows"]["accepted"] == 4

    pair = grace.post(f"{shop}/keys").data
    answer = mock.post(RECOMMEND, recommend_body("popular"), key=pair["publishable_key"])
    assert (answer.status, len(answer.ids), answer.data["tenant_id"]) == (200, 3, "glow-beauty")
    assert grace.send("DELETE", f"{shop}/keys/{pair['key_id']}").status == 200
    assert mock.post(RECOMMEND, recommend_body("popular"), key=pair["publishable_key"]).status == 401

    refused = [
        eve.post(f"{shop}/members", {"email": grace.email, "role": "MEMBER"}),
        eve.post(f"{shop}/uploads?kind=items", form(CATALOG_CSV), headers=FORM),
        eve.post(f"{shop}/keys"),
        eve.send("DELETE", f"{shop}/keys/{pair['key_id']}"),
        eve.get(f"{shop}/audit-log"),
    ]
    assert [answer.status for answer in refused] == [403] * 5

    entries = ada.get(f"{shop}/audit-log").data["entries"]
    shown = [(each["email"], each["action"], each["outcome"]) for each in reversed(entries)]
    assert shown == [
        (ada.email, "createOrganisation", "done"),
        (ada.email, "addMember", "done"),
        (ada.email, "addMember", "done"),
        (grace.email, "startUpload", "done"),
        (grace.email, "generateKeyPair", "done"),
        (grace.email, "revokeKeyPair", "done"),
        (eve.email, "addMember", "refused"),
        (eve.email, "startUpload", "refused"),
        (eve.email, "generateKeyPair", "refused"),
        (eve.email, "revokeKeyPair", "refused"),
        (eve.email, "readAuditLog", "refused"),
    ]
    assert pair["secret_key"] not in repr(entries)


def test_the_eleventh_login_is_a_documented_429(mock: Client) -> None:
    logins = [mock.post(LOGIN, credentials("nobody"), key=None) for _ in range(11)]
    assert [answer.status for answer in logins] == [401] * 10 + [429]
    assert "429" in SPEC.operation("login").responses


def row(operation: Operation) -> str:
    path = operation.path.replace("/organisations/{tenant_id}", "...")
    cells = ["yes" if role in operation.roles else "" for role in Role]
    return f"| {operation.node['summary']} | `{operation.method} {path}` | {' | '.join(cells)} |"


def test_the_guides_table_agrees_with_the_contract() -> None:
    table = GUIDE.read_text(encoding="utf-8").partition("|---|---|---|---|---|---|\n")[2].partition("\n\n")[0]
    assert table.splitlines() == [row(operation) for operation in ACCOUNTS.operations if operation.roles]


SAYS: dict[tuple[str, ...], str] = {
    ("OWNER", "ADMIN", "DEVELOPER", "MEMBER"): "For every role.",
    ("OWNER", "ADMIN", "DEVELOPER"): "For `OWNER`, `ADMIN` and `DEVELOPER`.",
    ("OWNER", "ADMIN"): "For `OWNER` and `ADMIN`.",
}


@pytest.mark.parametrize(
    "operation", [each for each in ACCOUNTS.operations if each.roles], ids=lambda each: each.operation_id
)
def test_each_operations_description_names_its_roles(operation: Any) -> None:
    assert " ".join(operation.node["description"].split()).endswith(SAYS[operation.roles])


@pytest.mark.parametrize(
    "statement",
    [
        "10 times per 15 minutes",
        "1,000 per 15 minutes",
        "an hour of the mock's clock",
        "at most 32 MiB",
    ],
)
def test_the_guides_numbers_are_those_of_the_contract(statement: str) -> None:
    auth, account = SPEC.limits["auth"], ACCOUNTS.limits["account"]
    limits = {**SPEC.document["x-limits"], **ACCOUNTS.document["x-limits"]}
    numbers = {
        f"{auth.limit} times per {auth.window_seconds // 60} minutes",
        f"{account.limit:,} per {account.window_seconds // 60} minutes",
        {3600: "an hour of the mock's clock"}[limits["token_seconds"]],
        f"at most {limits['max_upload_bytes'] // 2**20} MiB",
    }
    assert statement in numbers
    assert statement in GUIDE.read_text(encoding="utf-8")


def test_the_guides_first_session_is_real() -> None:
    written = GUIDE.read_text(encoding="utf-8")
    assert played(written) == written
