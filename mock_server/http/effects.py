"""What a fault changes inside the API: a layer around it can delay or cut its answers, but these only it can do."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.types import Scope

from mock_server.errors import ApiError, TooManyRequests
from mock_server.state.rate_limit import Quota

_KEY = "lehnz.effects"


@dataclass(frozen=True, slots=True)
class Effects:
    """`refusal` is answered before key, limit and body are looked at; `retry_after` is in seconds."""

    refusal: ApiError | None = None
    retry_after: int | None = None
    ingest_delay: float = 0.0  # seconds on top of the usual ones
    no_results: bool = False
    no_history: bool = False

    @property
    def is_429(self) -> bool:
        return isinstance(self.refusal, TooManyRequests)

    def shown(self, quota: Quota) -> Quota:
        """What the headers say: beside a 429 nothing is left."""
        if not self.is_429:
            return quota
        return quota._replace(remaining=0, reset=self.retry_after or max(1, quota.reset))


NO_EFFECTS = Effects()


def put_effects(scope: Scope, effects: Effects) -> None:
    scope[_KEY] = effects


def effects_of(scope: Scope) -> Effects:
    effects: Effects = scope.get(_KEY, NO_EFFECTS)
    return effects
