"""One run against one target, as an object of its parts. Checks use it through a Probe, rules directly."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from contracts.run.budget import CLEAN_UP, Budget
from contracts.run.client import Client
from contracts.run.credentials import Credentials
from contracts.run.model import Model
from contracts.run.operations import Operations
from contracts.run.plan import Names, Once, Plan, Visibility
from contracts.target import Target
from fixtures.redaction import Redactor

_BATCH = 100  # records in one array


@dataclass
class Run:
    target: Target
    operations: Operations
    client: Client
    budget: Budget
    credentials: Credentials
    redactor: Redactor
    model: Model
    plan: Plan
    names: Names
    visibility: Visibility
    say: Callable[[str], None] = print
    sleep: Callable[[float], None] = time.sleep
    once: Once = field(default_factory=Once)

    @property
    def spare(self) -> str:
        """The organisation for checks that need many requests and no history: the second one, if there is one."""
        return "other" if self.target.other else "main"

    def clean_up_cost(self, organisation: str) -> int:
        """Return the number of requests that set everything to deleted: one per hundred records with arrays, else one
        each."""
        if self.visibility.channel is None:
            return CLEAN_UP
        users = sum(owner == organisation for owner, _ in self.model.users)
        items = sum(1 for _ in self.model.leftovers(organisation))
        return CLEAN_UP // 2 + (users // _BATCH + items // _BATCH if self.visibility.arrays else users + items)

    def wait_until_visible(self) -> None:
        """Sleep until the last write must be visible, by the time that was measured at the start."""
        self.sleep(max(0.0, self.model.last_write + self.visibility.usual_wait - time.monotonic()))
