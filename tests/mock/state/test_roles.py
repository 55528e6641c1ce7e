"""Organisations, members and roles: the permission table cell by cell over HTTP, and what no role may do (R57, R61)."""

import pytest

from fixtures.bodies import recommend_body
from fixtures.spec import OURS
from mock_server.state.accounts.names import free_id
from mock_server.state.accounts.roles import Role, may_give
from tests.support.account_client import Person
from tests.support.mock_client import ACCOUNTS, RECOMMEND, Answer, Client
from tests.support.organisation import IN_ORGANISATION, ROLES, Shop

CELLS = [(operation.operation_id, role) for operation in IN_ORGANISATION for role in ROLES]


@pytest.fixture
def shop(mock: Client) -> Shop:
    return Shop(mock)


@pytest.mark.parametrize(("operation_id", "role"), CELLS)
def test_a_role_may_do_what_the_table_says_and_nothing_else(shop: Shop, operation_id: str, role: Role) -> None:
    person = shop.people[role]
    if operation_id == "leaveOrganisation":  # an owner can leave only if there is another one
        shop.owner.post(f"{shop.path}/members", {"email": shop.guest.email, "role": "OWNER"})
    answer = shop.send(person, operation_id)
    if role in ACCOUNTS.operation(operation_id).roles:
        assert answer.status in (200, 201, 202), answer.body
    else:
        assert answer.status == 403
        assert answer.message.startswith(f"Forbidden: your role is {role}; OWNER")


@pytest.mark.parametrize("operation_id", [operation.operation_id for operation in IN_ORGANISATION])
def test_an_organisation_of_others_is_404_like_one_that_does_not_exist(shop: Shop, operation_id: str) -> None:
    foreign = shop.send(shop.guest, operation_id)
    missing = shop.send(shop.guest, operation_id, instead="no-such-shop")
    assert foreign.status == missing.status == 404
    assert foreign.body == missing.body


def test_an_insufficient_role_is_refused_before_the_body_is_checked(shop: Shop) -> None:
    member = shop.people[Role.MEMBER]
    for body in ({"name": ""}, {}, b"{", b"x" * 6_000_000):
        assert member.send("PATCH", shop.path, body).status == 403
        assert shop.guest.send("PATCH", shop.path, body).status == 404
    assert shop.owner.send("PATCH", shop.path, {"name": ""}).fields == {"$.name": "must not be empty"}


def test_every_operation_of_ours_but_auth_needs_a_token(mock: Client) -> None:
    for operation in ACCOUNTS.operations:
        if operation.source == OURS and operation.bearer:
            path = operation.path.format(tenant_id="a", account_id="b", key_id="c", upload_id="d")
            assert mock.send(operation.method, path, key=None).status == 401, operation.operation_id


def test_the_account_that_creates_an_organisation_is_its_owner(mock: Client) -> None:
    ada, eve = Person(mock, "ada"), Person(mock, "eve")
    made = ada.post("/organisations", {"name": "Glow Beauty"})
    assert made.status == 201
    assert made.data.items() >= {"tenant_id": "glow-beauty", "role": "OWNER", "status": "active"}.items()
    assert ada.get("/organisations").data == {"organisations": [made.data]}
    assert ada.get("/organisations/glow-beauty").data == made.data
    assert eve.get("/organisations").data == {"organisations": []}


def test_an_organisation_is_renamed_and_keeps_its_id(shop: Shop) -> None:
    assert shop.owner.send("PATCH", shop.path, {"name": "Glow"}).data["name"] == "Glow"
    assert shop.owner.get(shop.path).data["tenant_id"] == "glow-beauty"


@pytest.mark.parametrize(
    ("name", "tenant_id"),
    [
        ("Glow Beauty", "glow-beauty"),
        ("  Crème & Co. ", "creme-co"),
        ("acme-books", "acme-books-2"),
        ("美容", "organisation"),
        ("x" * 100, "x" * 48),
    ],
)
def test_ids_are_made_from_names_and_never_twice(name: str, tenant_id: str) -> None:
    assert free_id(name, {"acme-books"}.__contains__) == tenant_id


def test_two_organisations_may_have_the_same_name(mock: Client) -> None:
    ada = Person(mock, "ada")
    ids = [ada.post("/organisations", {"name": "Acme Books"}).data["tenant_id"] for _ in range(2)]
    assert ids == ["acme-books-2", "acme-books-3"]


def test_members_are_listed_with_their_roles_in_the_order_in_which_they_came(shop: Shop) -> None:
    members = shop.people[Role.MEMBER].get(f"{shop.path}/members").data["members"]
    assert [(each["email"], each["role"]) for each in members] == [(shop.people[role].email, role) for role in ROLES]


def test_unknown_accounts_and_existing_members_cannot_be_added(shop: Shop) -> None:
    def add(email: str) -> Answer:
        return shop.owner.post(f"{shop.path}/members", {"email": email, "role": "MEMBER"})

    assert add("nobody@shop.test").status == 404
    assert add("ADMIN@shop.test").status == 409
    assert add("admin").status == 400


def test_a_changed_role_counts_at_once(shop: Shop) -> None:
    member = shop.people[Role.MEMBER]
    assert member.post(f"{shop.path}/keys").status == 403
    assert shop.owner.send("PATCH", shop.member("MEMBER"), {"role": "DEVELOPER"}).data["role"] == "DEVELOPER"
    assert member.post(f"{shop.path}/keys").status == 201


def test_a_removed_member_is_out_at_once(shop: Shop) -> None:
    member = shop.people[Role.MEMBER]
    assert shop.owner.send("DELETE", shop.member("MEMBER")).data["email"] == member.email
    assert member.get(shop.path).status == 404
    assert shop.owner.send("DELETE", shop.member("MEMBER")).status == 404


def test_nobody_can_give_remove_or_change_a_role_above_their_own(shop: Shop) -> None:
    admin = shop.people[Role.ADMIN]
    refused = [
        admin.post(f"{shop.path}/members", {"email": shop.guest.email, "role": "OWNER"}),
        admin.send("PATCH", shop.member("MEMBER"), {"role": "OWNER"}),
        admin.send("PATCH", shop.member("OWNER"), {"role": "MEMBER"}),
        admin.send("PATCH", shop.member("ADMIN"), {"role": "OWNER"}),
        admin.send("DELETE", shop.member("OWNER")),
    ]
    assert {(answer.status, answer.message) for answer in refused} == {
        (403, "Forbidden: your role is ADMIN: an OWNER is above it")
    }
    assert admin.send("PATCH", shop.member("MEMBER"), {"role": "ADMIN"}).status == 200
    assert [may_give(Role.ADMIN, role) for role in ROLES] == [False, True, True, True]


def test_the_last_owner_cannot_leave_or_be_demoted(shop: Shop) -> None:
    refused = [
        shop.owner.post(f"{shop.path}/leave"),
        shop.owner.send("DELETE", shop.member("OWNER")),
        shop.owner.send("PATCH", shop.member("OWNER"), {"role": "ADMIN"}),
    ]
    assert {(answer.status, answer.message) for answer in refused} == {
        (409, "Conflict: the last OWNER can't leave: make another member an OWNER first")
    }
    assert shop.owner.send("PATCH", shop.member("OWNER"), {"role": "OWNER"}).status == 200
    assert shop.owner.send("PATCH", shop.member("ADMIN"), {"role": "OWNER"}).status == 200
    assert shop.owner.post(f"{shop.path}/leave").status == 200
    assert shop.owner.get("/organisations").data == {"organisations": []}
    assert shop.people[Role.ADMIN].post(f"{shop.path}/leave").status == 409


def test_a_member_who_left_has_no_access_and_can_be_added_again(shop: Shop) -> None:
    member = shop.people[Role.MEMBER]
    assert member.post(f"{shop.path}/leave").status == 200
    assert member.get(shop.path).status == 404
    assert shop.owner.post(f"{shop.path}/members", {"email": member.email, "role": "ADMIN"}).status == 201
    assert member.get(shop.path).data["role"] == "ADMIN"


def test_a_suspended_organisation_is_403_for_its_keys_and_its_members(shop: Shop) -> None:
    pair = shop.owner.post(f"{shop.path}/keys").data
    side = shop.client.mock.directory
    side.suspend(shop.tenant_id, True)
    answers = [
        shop.client.post(RECOMMEND, recommend_body("popular"), key=pair["publishable_key"]),
        shop.send(shop.owner, "readOrganisation"),
        shop.send(shop.owner, "startUpload"),
        shop.owner.get(f"{shop.path}/members"),
        shop.people[Role.MEMBER].post(f"{shop.path}/keys"),
    ]
    assert {(answer.status, answer.message) for answer in answers} == {
        (403, "Forbidden: the organisation glow-beauty is suspended")
    }
    assert [each["status"] for each in shop.owner.get("/organisations").data["organisations"]] == ["suspended"]
    shop.client.mock.reset(shop.tenant_id)
    assert shop.client.post(RECOMMEND, recommend_body("popular"), key=pair["publishable_key"]).status == 200
    assert shop.owner.get(shop.path).data["status"] == "active"


def test_any_organisation_can_be_suspended_also_one_without_members(mock: Client) -> None:
    mock.mock.directory.suspend(mock.first.tenant_id, True)
    assert mock.post(RECOMMEND, recommend_body("popular")).status == 403
    assert mock.post(RECOMMEND, recommend_body("popular"), key="lehnz_pk_unknown").status == 401
    mock.mock.reset()
    assert mock.post(RECOMMEND, recommend_body("popular")).status == 200


def test_a_full_reset_removes_organisations_made_by_accounts_and_their_keys(shop: Shop) -> None:
    key = shop.owner.post(f"{shop.path}/keys").data["publishable_key"]
    shop.client.mock.reset()
    assert shop.tenant_id not in shop.client.mock.organisations
    assert shop.client.post(RECOMMEND, recommend_body("popular"), key=key).status == 401


def test_a_removed_organisation_is_404_for_its_members(shop: Shop) -> None:
    shop.client.mock.remove_organisation(shop.tenant_id)
    assert shop.owner.get("/organisations").data == {"organisations": []}
    assert shop.owner.get(shop.path).status == 404


def test_the_number_of_organisations_of_an_account_is_limited(mock: Client) -> None:
    ada = Person(mock, "ada")
    statuses = [ada.post("/organisations", {"name": "Shop"}).status for _ in range(101)]
    assert statuses == [201] * 100 + [409]
