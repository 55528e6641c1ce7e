"""The plan of a run (how thorough it is), its ids, the list where its records can be seen, and data that checks
share."""

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
    one_organisation: bool = False  # all checks share one organisation's budget, so they vary less
    brief: bool = False  # a few statements were selected, so only the requests that they need are sent

    @property
    def quick(self) -> bool:
        return self.profile == "quick"

    def rng(self, purpose: str) -> random.Random:
        return random.Random(f"{self.seed}:{purpose}")


@dataclass
class Names:
    """Makes ids that no other run uses. Every id starts with `prefix`, or, if it has digits only, with `digits`."""

    prefix: str
    digits: str
    _made: int = 0

    @classmethod
    def fresh(cls, rng: random.Random | None = None) -> "Names":
        """Return new prefixes for a run; without `rng` they differ between runs with the same seed."""
        rng = rng or random.SystemRandom()
        return cls(f"lc{rng.getrandbits(40):010x}-", str(rng.randrange(10**9, 10**10)))

    def name(self, stem: str) -> str:
        """Return a new id; every second one has a capital letter, every third one a dot, every third an underscore."""
        self._made += 1
        stem = stem[:1].upper() + stem[1:] if self._made % 2 else stem
        return f"{self.prefix}{stem}{'-._'[self._made % 3]}{self._made}"

    def number(self) -> str:
        """Return an id of digits only; as a number it is exact in a double, for which a server may take it."""
        self._made += 1
        return f"{self.digits}{self._made}"

    def long_number(self) -> str:
        """Return an id of 20 digits, the last one a 0: rounded to a double it would be the id of a neighbour."""
        self._made += 1
        return f"{self.digits}{self._made:09}0"


@dataclass(frozen=True)
class Channel:
    """A list in which records of this run can be seen: a strategy with its inputs, filtered by category or not."""

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
    """How long a record takes to show, and in which list. `settle`: the longest wait, in seconds."""

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
