"""The server under judgement: its address, its organisations' keys, its known deviations."""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from fixtures.connection import Connection
from fixtures.keys import Organisation


@dataclass(frozen=True)
class Deviation:
    """A known deviation. It matches check, operation and case; any other finding of the check still fails."""

    check: str
    reason: str
    operation: str = "*"
    case: str = "*"
    link: str = ""
    expires: date | None = None


@dataclass(frozen=True)
class Target:
    url: str  # with a path prefix, without a slash at the end
    main: Organisation
    other: Organisation | None = None
    limit: int = 1000
    window_seconds: float = 900
    key_policy: Literal["strict", "superset"] = "strict"
    edition: Literal["current", "first"] = "current"
    connection: Connection = field(default_factory=Connection)
    control: str | None = None
    capabilities: dict[str, bool] = field(default_factory=dict)
    deviations: tuple[Deviation, ...] = ()

    def keys(self, organisation: str) -> Organisation:
        keys = self.main if organisation == "main" else self.other
        if keys is None:
            raise KeyError(organisation)
        return keys
