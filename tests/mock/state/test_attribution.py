"""Events that echo a recommendation_id are counted for the strategy that was served."""

from __future__ import annotations

from typing import Any

import pytest

from mock_server.state.attribution import Attribution, Funnel
from mock_server.state.records import Event


def event(name: str, family: str, recommendation_id: str | None = "r1", **fields: Any) -> Event:
    body = {"user_id": "u", "event_family": family, "event_name": name, "recommendation_id": recommendation_id}
    return Event.from_body(body | {"item_id": "a"} | fields, 1.0, "e")


def test_each_step_of_the_funnel_is_counted_for_its_strategy() -> None:
    attribution = Attribution()
    attribution.serve("r1", "similar", ["a", "b"], 1.0)
    attribution.serve("r2", "popular", ["a"], 1.0)
    attribution.count(event("click", "engagement"))
    attribution.count(event("add_to_cart", "engagement"))
    attribution.count(event("purchase", "conversion", metadata={"price": 2.5, "quantity": 2}))
    attribution.count(event("purchase", "conversion", item_id="elsewhere"))
    attribution.count(event("view", "exposure", "r2"))
    assert attribution.funnels == {
        "similar": Funnel(
            recommendations=1,
            impressions=2,
            engagements=2,
            clicks=1,
            conversions=2,
            purchases=2,
            revenue=5.0,
            off_list=1,
        ),
        "popular": Funnel(recommendations=1, impressions=1),
    }


@pytest.mark.parametrize("recommendation_id", [None, "never-served"])
def test_an_unknown_recommendation_id_counts_nowhere(recommendation_id: str | None) -> None:
    attribution = Attribution()
    attribution.serve("r1", "similar", ["a"], 1.0)
    attribution.count(event("click", "engagement", recommendation_id))
    assert attribution.funnels == {"similar": Funnel(recommendations=1, impressions=1)}


def test_memory_is_limited_and_dropped_ids_are_counted() -> None:
    attribution = Attribution(kept=2)
    for number in range(5):
        attribution.serve(f"r{number}", "popular", ["a"], 1.0)
    attribution.count(event("click", "engagement", "r2"))
    attribution.count(event("click", "engagement", "r3"))
    assert attribution.forgotten == 3
    assert attribution.served("r2") is None
    assert attribution.funnels["popular"].clicks == 1
    assert attribution.funnels["popular"].recommendations == 5
