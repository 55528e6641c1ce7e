"""Organisations: well-known development keys, data of their own, added, removed and reset while the mock runs."""

from collections.abc import Callable
from typing import Any

import pytest

from fixtures.bodies import event_body, item_body, recommend_body
from mock_server.state.organisations import development_key, well_known_id
from mock_server.state.tenant import Tenant
from tests.support.mock_client import EVENTS, ITEMS, RECOMMEND, Client

Make = Callable[..., Client]
POPULAR = recommend_body("popular")


def test_the_development_keys_are_the_same_on_every_machine(mock: Client) -> None:
    """These keys are in people's .env files, so they must never change."""
    first, second = mock.mock.organisations
    assert (first.tenant_id, second.tenant_id) == ("glow-beauty-ng", "acme-books")
    assert first.publishable_key == "lehnz_pk_dev_glow_beauty_ng_99371a715f4889b8f610afb7"
    assert first.secret_key == "lehnz_sk_dev_glow_beauty_ng_65c85fb1f3552df1b7d0406f"


def test_the_mock_has_the_given_number_of_organisations_and_no_two_share_a_key(make_mock: Make) -> None:
    organisations = list(make_mock(orgs=12).mock.organisations)
    assert [each.tenant_id for each in organisations[2:4]] == ["org-003", "org-004"]
    keys = {key for each in organisations for key in (each.publishable_key, each.secret_key)}
    assert len(keys) == 24
    assert well_known_id(12) == organisations[11].tenant_id
    assert development_key("secret", "org-012") == organisations[11].secret_key


def test_each_organisation_has_its_own_data(mock: Client) -> None:
    _, other = mock.mock.organisations
    mock.post(ITEMS, item_body("mine"))
    mock.post(ITEMS, item_body("theirs"), key=other.secret_key)
    assert mock.post(RECOMMEND, POPULAR).ids == ["mine"]
    answer = mock.post(RECOMMEND, POPULAR, key=other.publishable_key)
    assert answer.ids == ["theirs"]
    assert answer.data["tenant_id"] == "acme-books"


def test_an_added_organisation_gets_new_keys_that_depend_on_the_seed(make_mock: Make) -> None:
    added = [make_mock(seed=seed).mock.add_organisation() for seed in (1, 1, 2)]
    assert {each.tenant_id for each in added} == {"org-003"}
    assert added[0].secret_key == added[1].secret_key != added[2].secret_key
    assert added[0].publishable_key.startswith("lehnz_pk_")
    assert added[0].publishable_key[9:] != added[0].secret_key[9:]


def test_an_added_organisation_works_at_once_and_a_removed_one_no_longer(mock: Client) -> None:
    added = mock.mock.add_organisation("my-shop")
    assert mock.post(ITEMS, item_body("a"), key=added.secret_key).status == 202
    assert mock.post(RECOMMEND, POPULAR, key=added.publishable_key).ids == ["a"]
    mock.mock.remove_organisation("my-shop")
    assert mock.post(RECOMMEND, POPULAR, key=added.publishable_key).status == 401
    assert len(mock.mock.organisations) == 2
    assert mock.mock.add_organisation("my-shop").secret_key != added.secret_key


def test_the_name_of_an_existing_organisation_is_refused(mock: Client) -> None:
    with pytest.raises(ValueError, match="the organisation 'acme-books' already exists"):
        mock.mock.add_organisation("acme-books")


@pytest.mark.parametrize("call", ["reset", "remove_organisation"])
def test_an_unknown_organisation_is_a_key_error(mock: Client, call: str) -> None:
    with pytest.raises(KeyError):
        getattr(mock.mock, call)("nobody")


def test_a_reset_of_one_organisation_leaves_the_others(mock: Client) -> None:
    _, other = mock.mock.organisations
    for key in (mock.first.secret_key, other.secret_key):
        mock.post(ITEMS, item_body("a"), key=key)
    mock.mock.reset("glow-beauty-ng")
    assert mock.post(RECOMMEND, POPULAR).ids == []
    assert mock.post(RECOMMEND, POPULAR, key=other.publishable_key).ids == ["a"]
    mock.mock.reset()
    assert mock.post(RECOMMEND, POPULAR, key=other.publishable_key).ids == []


def test_after_a_reset_the_same_requests_get_the_same_answers(mock: Client) -> None:
    def session() -> list[Any]:
        mock.post(ITEMS, [item_body("a"), item_body("b")])
        mock.post(EVENTS, event_body("view", "u", "b"))
        answers = [mock.post(RECOMMEND, recommend_body(user_id="u")) for _ in range(2)]
        return [{**answer.data, "latency_ms": 0} for answer in answers]

    before = session()
    mock.mock.reset()
    assert session() == before


def fill(tenant: Tenant) -> None:
    tenant.upsert_items([item_body("seed")], arrival=0.0)


def test_seed_data_goes_to_the_first_organisation_and_a_reset_restores_it(make_mock: Make) -> None:
    client = make_mock(fill=fill)
    _, other = client.mock.organisations
    client.post(ITEMS, item_body("a"))
    client.mock.reset()
    assert client.post(RECOMMEND, POPULAR).ids == ["seed"]
    assert client.post(RECOMMEND, POPULAR, key=other.publishable_key).ids == []


def test_seed_data_can_go_to_all_organisations(make_mock: Make) -> None:
    client = make_mock(fill=fill, seed_orgs="all")
    added = client.mock.add_organisation()
    for each in client.mock.organisations:
        assert client.post(RECOMMEND, POPULAR, key=each.publishable_key).ids == ["seed"]
    assert added.tenant_id == "org-003"
