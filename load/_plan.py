"""Everything a generator must know of a run, as the master sends it: plain data, no secret."""

from dataclasses import asdict, dataclass
from typing import Any

from load._profiles import Profile, Stage

PROBE = "rate-limit-probe"
SCENARIOS = {  # name on the command line and in the web UI -> user classes
    "shop": ("Shopper", "Reader", "EventStream", "CatalogSync"),
    "shopper": ("Shopper",),
    "reader": ("Reader",),
    "browse": ("Shopper", "Reader"),
    "event-stream": ("EventStream",),
    "catalog-sync": ("CatalogSync",),
    PROBE: ("RateLimitProbe",),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """One run. `rate`: arrivals per second of all workers at level 1; 0: closed load with think times."""

    run: str
    target: str
    users: tuple[str, ...]  # names of the user classes
    profile: Profile
    rate: float
    arrivals: str
    user_count: int
    think: float  # factor on every think time
    seed: int
    max_in_flight: int
    request_timeout: float
    index: int = 0
    workers: int = 1

    @property
    def open(self) -> bool:
        return self.rate > 0

    @property
    def probe(self) -> bool:
        return self.users == SCENARIOS[PROBE]

    def to_message(self, index: int, workers: int) -> dict[str, Any]:
        """For one worker."""
        return {**asdict(self), "index": index, "workers": workers}

    @classmethod
    def from_message(cls, message: dict[str, Any]) -> "Plan":
        profile = message["profile"]
        stages = tuple(Stage(**stage) for stage in profile["stages"])
        fields = {**message, "users": tuple(message["users"])}
        return cls(**{**fields, "profile": Profile(profile["name"], profile["warmup"], stages)})
