"""The audit log: who did what, when and from where (R64); and the account side in snapshots."""

from typing import Any

import pytest

from fixtures.bodies import recommend_body
from fixtures.spec import OURS
from mock_server.state.accounts import audit
from mock_server.state.accounts.roles import Role
from tests.support.account_client import LOGIN, Person, credentials
from tests.support.mock_client import ACCOUNTS, RECOMMEND, Answer, Client
from tests.support.organisation import IN_ORGANISATION, Shop

CHANGING = [operation.operation_id for operation in IN_ORGANISATION if operation.method != "GET"]


@pytest.fixture
def shop(mock: Client) -> Shop:
    return Shop(mock)


def entries(shop: Shop, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shop.owner.get(f"{shop.path}/audit-log?limit=100&{query}").data["entries"]
    return found


def test_an_entry_says_who_did_what_when_and_from_where(shop: Shop) -> None:
    shop.client.advance(90)
    pair = shop.people[Role.DEVELOPER].post(f"{shop.path}/keys", address="192.0.2.7").data
    assert entries(shop)[0] == {
        "entry_id": 5,
        "at": "2026-06-01T12:01:30.000Z",
        "account_id": shop.people[Role.DEVELOPER].account_id,
        "email": "developer@shop.test",
        "action": "generateKeyPair",
        "outcome": "done",
        "subject": pair["key_id"],
        "details": {"publishable_key": pair["publishable_key"]},
        "ip_address": "192.0.2.7",
    }


def test_the_log_starts_with_the_creation_of_the_organisation_and_is_newest_first(shop: Shop) -> None:
    found = entries(shop)
    assert [each["entry_id"] for each in found] == [4, 3, 2, 1]
    assert [each["action"] for each in found] == ["addMember"] * 3 + ["createOrganisation"]
    assert found[0]["details"] == {"email": "member@shop.test", "role": "MEMBER"}


def test_the_newest_entries_are_kept_and_numbering_continues(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "MOST", 3)
    for _ in range(4):
        shop.owner.post(f"{shop.path}/keys")
    assert [each["entry_id"] for each in entries(shop)] == [8, 7, 6]
    assert shop.owner.get(f"{shop.path}/audit-log?limit=1").data["pagination"]["total_count"] == 3


def send(person: Person, method: str, path: str, body: Any, headers: list[tuple[str, str]]) -> Answer:
    return person.send(method, path, body, headers=headers)


@pytest.mark.parametrize("operation_id", CHANGING)
def test_every_change_and_every_refusal_because_of_the_role_is_logged_once(shop: Shop, operation_id: str) -> None:
    shop.owner.post(f"{shop.path}/members", {"email": shop.guest.email, "role": "OWNER"})
    before = len(entries(shop))
    request = shop.request(operation_id)
    before += operation_id == "revokeKeyPair"
    able = ACCOUNTS.operation(operation_id).roles
    doer = Role.OWNER if operation_id != "leaveOrganisation" else Role.DEVELOPER
    if operation_id == "addMember":
        shop.owner.send("DELETE", f"{shop.path}/members/{shop.guest.account_id}")
        before += 1
    if Role.MEMBER not in able:
        assert send(shop.people[Role.MEMBER], *request).status == 403
    assert send(shop.people[doer], *request).status in (200, 201, 202)
    written = entries(shop)[: len(entries(shop)) - before]
    expected = [(operation_id, "done", doer)] + [(operation_id, "refused", Role.MEMBER)] * (Role.MEMBER not in able)
    assert [(each["action"], each["outcome"], each["email"]) for each in written] == [
        (action, outcome, shop.people[role].email) for action, outcome, role in expected
    ]


def test_reading_leaves_no_entry_but_a_refused_reading_does(shop: Shop) -> None:
    before = len(entries(shop))
    for path in ("", "/members", "/keys", "/audit-log"):
        assert shop.owner.get(f"{shop.path}{path}").status == 200
    assert len(entries(shop)) == before
    assert shop.people[Role.MEMBER].get(f"{shop.path}/audit-log").status == 403
    assert entries(shop, "outcome=refused")[0]["action"] == "readAuditLog"


def test_requests_that_fail_for_another_reason_leave_no_entry(shop: Shop) -> None:
    before = len(entries(shop))
    shop.owner.post(f"{shop.path}/members", {"email": "nobody@shop.test", "role": "MEMBER"})
    shop.owner.post(f"{shop.path}/members", {"email": "admin"})
    shop.owner.post(f"{shop.path}/leave")
    shop.guest.post(f"{shop.path}/keys")
    assert len(entries(shop)) == before


def test_changing_a_role_above_ones_own_is_refused_and_logged(shop: Shop) -> None:
    shop.people[Role.ADMIN].send("DELETE", shop.member("OWNER"))
    found = entries(shop)[0]
    assert (found["action"], found["outcome"], found["subject"]) == (
        "removeMember",
        "refused",
        shop.owner.account_id,
    )


def test_the_log_is_paged(shop: Shop) -> None:
    pages = [shop.owner.get(f"{shop.path}/audit-log?limit=3&page={page}").data for page in (1, 2, 3)]
    assert [[each["entry_id"] for each in page["entries"]] for page in pages] == [[4, 3, 2], [1], []]
    assert pages[0]["pagination"] == {"page": 1, "limit": 3, "total_count": 4, "has_next": True}
    assert [page["pagination"]["has_next"] for page in pages[1:]] == [False, False]
    far = shop.owner.get(f"{shop.path}/audit-log?page={10**30}")
    assert (far.status, far.data["entries"]) == (200, [])


def test_the_log_can_be_filtered_by_action_account_outcome_and_time(shop: Shop) -> None:
    shop.client.advance(1800)
    shop.people[Role.ADMIN].post(f"{shop.path}/keys")
    shop.people[Role.MEMBER].post(f"{shop.path}/keys")
    assert [each["email"] for each in entries(shop, "action=generateKeyPair")] == [
        "member@shop.test",
        "admin@shop.test",
    ]
    assert [each["outcome"] for each in entries(shop, "action=generateKeyPair&outcome=done")] == ["done"]
    assert len(entries(shop, f"account_id={shop.people[Role.ADMIN].account_id}")) == 1
    assert len(entries(shop, "after=2026-06-01T12:30:00Z")) == 2
    assert len(entries(shop, "before=2026-06-01T12:30:00Z")) == 4
    assert len(entries(shop, "after=2026-06-02")) == 0
    assert entries(shop, "action=nonsense") == []


@pytest.mark.parametrize("query", ["outcome=lost", "limit=101", "limit=0", "page=0", "page=x", "after=soon"])
def test_an_invalid_filter_names_the_parameter(shop: Shop, query: str) -> None:
    answer = shop.owner.get(f"{shop.path}/audit-log?{query}")
    assert (answer.status, list(answer.fields)) == (400, [f"query.{query.partition('=')[0]}"])


def test_each_organisation_has_its_own_log(shop: Shop) -> None:
    other = shop.owner.post("/organisations", {"name": "Other"}).data["tenant_id"]
    found = shop.owner.get(f"/organisations/{other}/audit-log").data["entries"]
    assert [(each["entry_id"], each["action"]) for each in found] == [(1, "createOrganisation")]


def test_a_snapshot_of_the_mock_restores_accounts_members_keys_and_log(shop: Shop) -> None:
    client, keys = shop.client, [shop.owner.post(f"{shop.path}/keys").data for _ in range(2)]
    before = entries(shop)
    snapshot = client.run(client.mock.freeze())
    shop.owner.send("DELETE", f"{shop.path}/keys/{keys[0]['key_id']}")
    late = shop.owner.post(f"{shop.path}/keys").data
    shop.owner.send("DELETE", shop.member("ADMIN"))
    Person(client, "late")
    client.mock.directory.suspend(shop.tenant_id, True)
    client.run(client.mock.restore(snapshot))
    assert entries(shop) == before
    assert shop.people[Role.ADMIN].get(shop.path).data["role"] == "ADMIN"
    asked = [client.post(RECOMMEND, recommend_body("popular"), key=each["publishable_key"]) for each in (*keys, late)]
    assert [answer.status for answer in asked] == [200, 200, 401]
    assert client.post(LOGIN, credentials("late"), key=None, address="192.0.2.9").status == 401
    assert client.post(LOGIN, credentials("owner"), key=None, address="192.0.2.9").status == 200


def test_a_snapshot_of_one_organisation_does_not_restore_members_keys_and_log(shop: Shop) -> None:
    client = shop.client
    snapshot = client.run(client.mock.freeze(shop.tenant_id))
    key = shop.owner.post(f"{shop.path}/keys").data["publishable_key"]
    after = entries(shop)
    client.mock.directory.suspend(shop.tenant_id, True)
    client.run(client.mock.restore(snapshot))
    assert client.post(RECOMMEND, recommend_body("popular"), key=key).status == 200
    assert entries(shop) == after


def test_thawing_invalid_accounts_is_refused(mock: Client) -> None:
    side = mock.mock.directory
    frozen = side.freeze()
    broken: Any
    for broken in (None, {}, [], {**frozen, "accounts": [{}]}, {**frozen, "dice": [1]}):
        with pytest.raises((ValueError, TypeError, KeyError)):
            side.thaw(broken)
    assert {operation.source for operation in IN_ORGANISATION} == {OURS}
