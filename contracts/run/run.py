"""One run against one target: what all checks share."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from contracts.run.budget import CLEAN_UP, Budget
from contracts.run.client import Client
from contracts.run.credentials import Credentials
from contracts.run.model import Ledger
from contracts.run.operations import Operations
from contracts.target import Target
from fixtures.masking import Redactor

PROFILES = {"quick": 120, "standard": 900}


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
class Run:
    target: Target
    profile: str
    operations: Operations
    client: Client
    budget: Budget
    credentials: Credentials
    redactor: Redactor
    ledger: Ledger
    settle: float
    seed: int
    exclusive: bool = False
    exhaust: bool = False
    say: Callable[[str], None] = print
    sleep: Callable[[float], None] = time.sleep
    channel: Channel | None = None
    lag: float = 0.0  # seconds, as the canary measured it
    arrays: bool = False  # items and users may be sent as arrays
    shared: dict[str, Any] = field(default_factory=dict)  # what one check prepares for many
    _names: int = 0

    @property
    def prefix(self) -> str:
        return self.ledger.prefix

    @property
    def quick(self) -> bool:
        return self.profile == "quick"

    @property
    def spare(self) -> str:
        """The organisation for what needs no history and many requests: the second one, where there is one."""
        return "other" if self.target.other else "main"

    @property
    def thrifty(self) -> bool:
        """One organisation's budget must do for everything: vary less."""
        return self.target.other is None

    @property
    def scarce(self) -> bool:
        """One organisation's budget, and every item and user costs one more to clean up: only what is new."""
        return self.thrifty and not self.arrays

    def name(self, stem: str) -> str:
        """An id that nobody else uses, every other one with a capital letter."""
        self._names += 1
        stem = stem[:1].upper() + stem[1:] if self._names % 2 else stem
        return f"{self.prefix}{stem}-{self._names}"

    def number(self) -> str:
        """An id of digits only that nobody else uses."""
        self._names += 1
        return f"{self.ledger.digits}{self._names}"

    def clean_up_cost(self, organisation: str) -> int:
        """Requests that setting everything to deleted takes: few with arrays, else one each."""
        if self.arrays or self.channel is None:
            return CLEAN_UP
        users = sum(owner == organisation for owner, _ in self.ledger.users)
        return CLEAN_UP // 2 + users + sum(1 for _ in self.ledger.leftovers(organisation))

    def dice(self, purpose: str) -> random.Random:
        return random.Random(f"{self.seed}:{purpose}")

    def wait_until_visible(self) -> None:
        """Sleep for what the canary measured, from the last write on."""
        wait = min(self.settle, self.lag * 1.25 + 0.1)
        self.sleep(max(0.0, self.ledger.last_write + wait - time.monotonic()))


def run_prefix(dice: random.Random) -> str:
    """Marks every id of a run: fresh each time, also with the same seed."""
    return f"lc{dice.getrandbits(40):010x}-"


def new_ledger(dice: random.Random | None = None) -> Ledger:
    dice = dice or random.SystemRandom()
    return Ledger(run_prefix(dice), str(dice.randrange(10**13, 10**14)))
