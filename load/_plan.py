"""The complete plan of a run in one object, made before the first request: plain data, no secrets.

The master sends it to the generators; at the end the results are compared with it (`_inspection`)."""

from dataclasses import asdict, dataclass
from math import ceil
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
_FINE_SLOTS = 300.0  # seconds; a longer run is measured in slots of five seconds


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of one run. `rate`: arrivals per second of all workers at level 1; 0: closed load with think times."""

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
    organisations: int = 0  # known once the generators have read their keys
    abort_on_fail: bool = False

    @property
    def open(self) -> bool:
        return self.rate > 0

    @property
    def probe(self) -> bool:
        return self.users == SCENARIOS[PROBE]

    @property
    def search(self) -> bool:
        """Whether the run searches for the highest sustainable rate."""
        return self.profile.factor > 0

    @property
    def slot(self) -> float:
        """Seconds of one slot of the samples."""
        return 1.0 if self.profile.seconds <= _FINE_SLOTS else 5.0

    @property
    def due(self) -> int:
        """Arrivals in the whole run (exact for constant spacing, an average for Poisson arrivals)."""
        return ceil(self.rate * self.profile.area - 1e-9)

    @property
    def judged_seconds(self) -> float:
        return self.profile.seconds - self.profile.warmup

    @property
    def load(self) -> str:
        """Describe the load in words; runs with the same words can be compared."""
        users = ", ".join(self.users)
        if self.search:
            return f"open: search for the highest rate from {self.rate:g}/s on, {users}"
        if self.open:
            return f"open: {self.rate:g} arrivals/s ({self.arrivals}), profile {self.profile.name}, {users}"
        return f"closed: {self.user_count} users, think times x {self.think:g}, profile {self.profile.name}, {users}"

    def to_message(self, index: int, workers: int) -> dict[str, Any]:
        """Return the message for one worker."""
        return {**asdict(self), "index": index, "workers": workers}

    @classmethod
    def from_message(cls, message: dict[str, Any]) -> "Plan":
        profile = message["profile"]
        stages = tuple(Stage(**stage) for stage in profile["stages"])
        fields = {**message, "users": tuple(message["users"])}
        return cls(**{**fields, "profile": Profile(**{**profile, "stages": stages})})
