"""Ids joined by identify events are one person, in whatever order the events arrive (R27)."""

from __future__ import annotations

from itertools import permutations

from mock_server.state.identity import Identity


def joined(*links: tuple[str, str]) -> Identity:
    identity = Identity()
    for previous, user_id in links:
        identity.join(previous, user_id)
    return identity


def test_an_unknown_id_is_a_separate_person() -> None:
    identity = Identity()
    assert identity.person("stranger") == "stranger"
    assert identity.ids("stranger") == ["stranger"]
    assert list(identity.became("stranger")) == []


def test_a_chain_makes_one_person_in_every_order_of_its_links() -> None:
    links = [("a", "b"), ("b", "c"), ("c", "d"), ("x", "c")]
    for order in permutations(links):
        identity = joined(*order)
        assert {identity.person(one) for one in "abcdx"} == {identity.person("a")}
        assert sorted(identity.ids("x")) == list("abcdx")


def test_joining_says_which_two_persons_became_one() -> None:
    identity = Identity()
    assert set(identity.join("anonymous", "anna") or ()) == {"anonymous", "anna"}
    assert identity.person("anonymous") == identity.person("anna")


def test_repeated_circular_and_self_links_change_nothing() -> None:
    identity = joined(("a", "b"), ("b", "c"))
    assert identity.join("a", "b") is None
    assert identity.join("c", "a") is None
    assert identity.join("a", "a") is None
    assert sorted(identity.ids("b")) == ["a", "b", "c"]


def test_separate_persons_stay_separate() -> None:
    identity = joined(("a", "b"), ("x", "y"))
    assert identity.person("a") != identity.person("x")
    assert sorted(identity.ids("y")) == ["x", "y"]


def test_later_ids_are_followed_through_chains_and_cycles() -> None:
    identity = joined(("a", "b"), ("b", "c"), ("c", "a"), ("z", "c"))
    assert sorted(identity.became("a")) == ["b", "c"]
    assert sorted(identity.became("z")) == ["a", "b", "c"]
    assert list(joined(("a", "b")).became("b")) == []


def test_ten_thousand_ids_of_one_person_are_fast() -> None:
    identity = joined(*((f"id-{number}", f"id-{number + 1}") for number in range(10_000)))
    assert len(identity.ids("id-0")) == 10_001
    assert identity.person("id-0") == identity.person("id-10000")
