"""The faults as plain JSON, for snapshots and snapshot files."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from mock_server.layers.faults.fault import Fault
from mock_server.settings import ScenarioName

Number = Annotated[int, Field(ge=0)]


class FrozenFault(BaseModel):
    """A fault that was set. `age`: seconds since then."""

    model_config = ConfigDict(extra="forbid")

    fault_id: str
    fault: Fault
    age: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    scenario: ScenarioName | None


class FrozenFaults(BaseModel):
    """The state of all faults. `scenarios`: (tenant_id, name); `counts`: (fault_id, tenant_id, seen, hits). Raises
    ValueError for any other shape."""

    model_config = ConfigDict(extra="forbid")

    numbers: Number
    scenarios: list[tuple[str | None, ScenarioName]]
    faults: list[FrozenFault]
    counts: list[tuple[str, str | None, Number, Number]]
