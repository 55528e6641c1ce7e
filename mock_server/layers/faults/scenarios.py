"""The scenarios: everyday trouble by one word. Each is a few faults; when it ends they are gone, and nothing else has
changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from mock_server.layers.faults.fault import Fault
from mock_server.settings import ScenarioName


class Scenario(NamedTuple):
    sentence: str
    faults: tuple[Fault, ...]


SCENARIOS: Mapping[ScenarioName, Scenario] = {
    "rate-limited": Scenario(
        "Every request is answered 429 and told to come back in 5 seconds.",
        (Fault(kind="status", status=429, retry_after=5),),
    ),
    "slow": Scenario(
        "Half of the answers take over 1.5 seconds, one in twenty over 4; what was sent is visible 5 seconds late.",
        (Fault(kind="latency", median=1.5, p95=4), Fault(kind="slow_ingestion", seconds=5)),
    ),
    "failing": Scenario("Every request is answered 500.", (Fault(kind="status", status=500),)),
    "offline": Scenario("Every connection is closed without an answer.", (Fault(kind="drop"),)),
    "empty": Scenario("Every list of recommendations is empty.", (Fault(kind="no_results"),)),
    "cold-start": Scenario(
        "Every shopper is answered as a newcomer: lists that are not personal.", (Fault(kind="no_history"),)
    ),
}
