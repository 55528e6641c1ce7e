"""How thorough a run is, how its ids are named, where its records can be seen, and what its checks share."""

import random
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

PROFILES = {"quick": 120, "standard": 900, "deep": 3_600}  # requests per organisation
Made = TypeVar("Made")


@dataclass(frozen=True)
class Plan:
    profile: str
    seed: int
    exclusive: bool = False
    exhaust: bool = False
    one_organisation: bool = False  # one organisation's budget must do for everything: vary less
    brief: bool = False  # a few statements were selected: nothing is sent that they don't need

    @property
    def quick(self) -> bool:
        return self.profile == "quick"

    def rng(self, purpose: str) -> random.Random:
        return random.Random(f"{self.seed}:{purpose}")


@dataclass
class Names:
    """Ids that no other run uses. `prefix` starts every id of the run but those of digits only: these start with
    `digits`."""

    prefix: str
    digits: str
    _made: int = 0

    @classmethod
    def fresh(cls, rng: random.Random | None = None) -> "Names":
        """Other ones in each run, also with the same seed."""
        rng = rng or random.SystemRandom()
        return cls(f"lc{rng.getrandbits(40):010x}-", str(rng.randrange(10**13, 10**14)))

    def name(self, stem: str) -> str:
        """Every other one with a capital letter."""
        self._made += 1
        stem = stem[:1].upper() + stem[1:] if self._made % 2 else stem
        return f"{self.prefix}{stem}-{self._made}"

    def number(self) -> str:
        """An id of digits only."""
        self._made += 1
        return f"{self.digits}{self._made}"


@dataclass(frozen=True)
class Channel:
    """Where a record of this run can be seen: a strategy with its inputs, filtered by category or not."""

    strategy: str
    inputs: dict[str, str]
    filtered: bool

    def body(self, category: str, **fields: Any) -> dict[str, Any]:
        filters = {"filters": {"category": category}} if self.filtered else {}
        return {"strategy": self.strategy, **self.inputs, "limit": 100, "page": 1, **filters, **fields}

    def __str__(self) -> str:
        return self.strategy + (" filtered by category" if self.filtered else "")


@dataclass
class Visibility:
    """How long a record takes to show, and where. `settle`: the longest wait, in seconds."""

    settle: float
    channel: Channel | None = None
    lag: float = 0.0  # seconds, as measured at the start
    arrays: bool = False  # items and users may be sent as arrays

    @property
    def usual_wait(self) -> float:
        return min(self.settle, self.lag * 1.25 + 0.1)


@dataclass
class Once:
    """Data that several checks share, made by the first check that needs it."""

    _made: dict[Hashable, Any] = field(default_factory=dict)

    def __call__(self, make: Callable[..., Made], *arguments: Any, key: Hashable = ()) -> Made:
        place = (make, key)
        if place not in self._made:
            self._made[place] = make(*arguments)
        return cast("Made", self._made[place])

    def made(self, make: Callable[..., Made], key: Hashable = ()) -> Made | None:
        return cast("Made | None", self._made.get((make, key)))
