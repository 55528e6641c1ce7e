"""Events send back ids of lists of every kind."""

from types import SimpleNamespace
from typing import Any

from contracts.situations.served_lists import served_ids
from tests.contracts.test_comparing import World


def test_the_latest_id_of_every_kind_of_list_is_found() -> None:
    world = World()
    asked: list[tuple[list[str], dict[str, Any]]] = [
        (["lc-a"], {"strategy": "popular"}),
        (["lc-a"], {"strategy": "popular"}),
        (["lc-b"], {"strategy": "popular", "page": 2}),
        (["lc-a"], {"strategy": "similar", "filters": {"category": "x"}}),
        ([], {"strategy": "similar"}),
    ]
    for n, (ids, body) in enumerate(asked):
        world.asks(ids, name=f"list {n}", **body)
    probe: Any = SimpleNamespace(journal=world.journal)
    assert sorted(served_ids(probe, "main")) == ["list 2", "list 3", "list 4"]
    assert served_ids(probe, "other") == []
