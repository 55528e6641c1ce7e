"""The scenarios: common failures by name. Each is a few faults, which are removed when it ends; nothing else
changes."""

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
        "Every request gets a 429 with Retry-After: 5.",
        (Fault(kind="status", status=429, retry_after=5),),
    ),
    "slow": Scenario(
        "Half of the responses take over 1.5 seconds, one in twenty over 4; accepted data is visible 5 seconds late.",
        (Fault(kind="latency", median=1.5, p95=4), Fault(kind="slow_ingestion", seconds=5)),
    ),
    "failing": Scenario("Every request gets a 500.", (Fault(kind="status", status=500),)),
    "offline": Scenario("Every connection is closed without a response.", (Fault(kind="drop"),)),
    "empty": Scenario("Every list of recommendations is empty.", (Fault(kind="no_results"),)),
    "cold-start": Scenario("Recommendations are those for an unknown user: not personal.", (Fault(kind="no_history"),)),
}
