"""Several processes share the organisations: each has every M-th one, and all know the keys of all."""

from collections.abc import Callable
from itertools import chain

import pytest
from pydantic import ValidationError

from mock_server.settings import Settings, Shard
from mock_server.state.organisations import Organisations
from mock_server.state.tenant import Tenant

ORGS = 7


def organisations(shard: Shard = Shard()) -> Organisations:  # noqa: B008 - it never changes
    return Organisations(ORGS, 42, lambda tenant_id, _: Tenant(tenant_id), shard=shard)


def ids(shard: Shard) -> list[str]:
    return [each.tenant_id for each in organisations(shard)]


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_every_organisation_is_in_exactly_one_shard(count: int) -> None:
    shared = [ids(Shard(number, count)) for number in range(1, count + 1)]
    assert sorted(chain(*shared)) == sorted(ids(Shard()))
    assert max(map(len, shared)) - min(map(len, shared)) <= 1


def test_the_second_of_two_shards_has_the_even_organisations() -> None:
    assert ids(Shard(2, 2)) == ["acme-books", "org-004", "org-006"]


def test_every_shard_knows_the_keys_of_all_in_the_same_order() -> None:
    whole = [(each.tenant_id, each.publishable_key, each.secret_key) for each in organisations()]
    assert [list(organisations(Shard(number, 3)).keys_everywhere()) for number in (1, 2, 3)] == [whole] * 3


def test_keys_of_organisations_created_later_end_in_the_number_of_their_shard() -> None:
    for number in (1, 2):
        shared = organisations(Shard(number, 2))
        made = [shared.add(), shared.add("my-shop")]
        keys = [key for each in made for key in (each.publishable_key, each.secret_key)]
        assert {key[-2:] for key in keys} == {f"0{number}"}
        assert len(set(keys)) == 4
    assert organisations().add().secret_key == organisations(Shard(1, 1)).add().secret_key


def test_organisations_created_later_have_ids_that_no_other_shard_uses() -> None:
    made = [[shared.add().tenant_id for _ in range(4)] for shared in (organisations(Shard(n, 2)) for n in (1, 2))]
    assert made == [["org-009", "org-011", "org-013", "org-015"], ["org-008", "org-010", "org-012", "org-014"]]


def test_an_organisation_of_another_shard_cannot_be_created_here() -> None:
    with pytest.raises(ValueError, match="'acme-books' is on shard 2/2"):
        organisations(Shard(1, 2)).add("acme-books")


@pytest.mark.parametrize("text", ["1/1", "2/2", "3/7", " 1/2 "])
def test_a_shard_is_written_as_k_of_m(text: str) -> None:
    assert str(Settings(shard=text, orgs=ORGS).shard) == text.strip()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("0/2", "must be K/M"),
        ("3/2", "must be K/M"),
        ("half", "must be K/M"),
        ("1/100", "at most 99"),
        ("1/8", "--orgs 8"),
    ],
)
def test_any_other_shard_is_refused(text: str, rule: str) -> None:
    make: Callable[..., Settings] = Settings
    with pytest.raises(ValidationError, match=rule):
        make(shard=text, orgs=ORGS)
