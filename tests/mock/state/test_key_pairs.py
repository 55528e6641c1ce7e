"""Key pairs of the account side: shown once, kept as a digest, revoked at once (R62)."""

import logging

import pytest

from fixtures.bodies import item_body, recommend_body
from mock_server.state.accounts.roles import Role
from mock_server.state.accounts.team import Member
from tests.support.account_client import Person
from tests.support.mock_client import ITEMS, RECOMMEND, Client

ASK = recommend_body("popular")


@pytest.fixture
def ada(mock: Client) -> Person:
    person = Person(mock, "ada")
    assert person.post("/organisations", {"name": "Shop"}).status == 201
    return person


KEYS = "/organisations/shop/keys"


def test_a_generated_pair_works_and_its_secret_is_shown_once(mock: Client, ada: Person) -> None:
    generated = ada.post(KEYS)
    assert generated.status == 201
    pair = generated.data
    assert pair["publishable_key"].startswith("lehnz_pk_")
    assert pair["secret_key"].startswith("lehnz_sk_")
    assert mock.post(ITEMS, item_body("a"), key=pair["secret_key"]).status == 202
    answer = mock.post(RECOMMEND, ASK, key=pair["publishable_key"])
    assert (answer.ids, answer.data["tenant_id"]) == (["a"], "shop")
    assert ada.get(KEYS).data == {"key_pairs": [{**pair, "secret_key": None}]}
    assert pair["secret_hint"] == f"lehnz_sk_...{pair['secret_key'][-4:]}"


def test_the_wrong_type_of_a_generated_key_is_refused(mock: Client, ada: Person) -> None:
    pair = ada.post(KEYS).data
    assert mock.post(ITEMS, item_body("a"), key=pair["publishable_key"]).status == 403
    assert mock.post(RECOMMEND, ASK, key=pair["secret_key"]).status == 403


def test_a_new_organisation_has_no_keys_and_no_data_of_others(mock: Client, ada: Person) -> None:
    assert ada.get(KEYS).data == {"key_pairs": []}
    mock.post(ITEMS, item_body("a"))
    pair = ada.post(KEYS).data
    assert mock.post(RECOMMEND, ASK, key=pair["publishable_key"]).ids == []


def test_all_pairs_of_an_organisation_share_its_data_and_its_window(mock: Client, ada: Person) -> None:
    first, second = ada.post(KEYS).data, ada.post(KEYS).data
    mock.post(ITEMS, item_body("a"), key=first["secret_key"])
    answer = mock.post(RECOMMEND, ASK, key=second["publishable_key"])
    assert (answer.ids, answer.limit) == (["a"], (1000, 998, 900))


def test_a_revoked_pair_is_401_at_once_and_the_others_work_on(mock: Client, ada: Person) -> None:
    first, second = ada.post(KEYS).data, ada.post(KEYS).data
    mock.advance(60)
    revoked = ada.send("DELETE", f"{KEYS}/{first['key_id']}")
    assert (revoked.status, revoked.data["revoked_at"]) == (200, "2026-06-01T12:01:00.000Z")
    assert mock.post(RECOMMEND, ASK, key=first["publishable_key"]).status == 401
    assert mock.post(ITEMS, item_body("a"), key=first["secret_key"]).status == 401
    assert mock.post(RECOMMEND, ASK, key=second["publishable_key"]).status == 200
    listed = ada.get(KEYS).data["key_pairs"]
    assert [(each["key_id"], each["revoked_at"] is None) for each in listed] == [
        (second["key_id"], True),
        (first["key_id"], False),
    ]
    assert ada.send("DELETE", f"{KEYS}/{first['key_id']}").status == 404


def test_the_development_pair_of_the_mocks_own_organisation_stays_visible_and_valid(mock: Client) -> None:
    ada, tenant_id = Person(mock, "ada"), mock.first.tenant_id
    let_in(mock, ada, tenant_id)
    (pair,) = ada.get(f"/organisations/{tenant_id}/keys").data["key_pairs"]
    assert (pair["publishable_key"], pair["secret_key"]) == (mock.first.publishable_key, mock.first.secret_key)
    assert pair["development"]
    refused = ada.send("DELETE", f"/organisations/{tenant_id}/keys/{pair['key_id']}")
    assert (refused.status, mock.post(RECOMMEND, ASK).status) == (409, 200)


def let_in(mock: Client, person: Person, tenant_id: str) -> None:
    """Add the account to the organisation, as the control plane does."""
    mock.mock.directory.team(tenant_id).add(Member(person.account_id, Role.OWNER, 0))


def test_a_key_pair_of_another_organisation_is_404(mock: Client, ada: Person) -> None:
    key_id = ada.post(KEYS).data["key_id"]
    eve = Person(mock, "eve")
    eve.post("/organisations", {"name": "Other"})
    assert eve.send("DELETE", f"/organisations/other/keys/{key_id}").status == 404
    assert eve.send("DELETE", f"{KEYS}/{key_id}").status == 404


def test_a_secret_key_is_only_in_the_answer_that_generates_it(
    mock: Client, ada: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = ada.post(KEYS).data["secret_key"]
    mock.post(ITEMS, item_body("a"), key=secret, headers=[("origin", "http://shop.test")])
    assert secret not in caplog.text
    assert secret not in repr(vars(mock.mock.directory))
    assert secret not in repr(mock.mock.directory.freeze())
    assert secret.encode() not in repr(vars(mock.mock.organisations.keys)).encode()


def test_the_number_of_valid_pairs_of_an_organisation_is_limited(ada: Person) -> None:
    pairs = [ada.post(KEYS) for _ in range(101)]
    assert [answer.status for answer in pairs] == [201] * 100 + [409]
    ada.send("DELETE", f"{KEYS}/{pairs[0].data['key_id']}")
    assert ada.post(KEYS).status == 201
