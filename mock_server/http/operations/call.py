"""What an operation of the API is handed, and what it answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from mock_server.context import NO_EFFECTS, Effects
from mock_server.runtime.ingest import IngestQueue
from mock_server.state.organisations import Organisation, State

Answer = tuple[int, bytes]  # status, body


class Handler(NamedTuple):
    """What answers an operation, and the fields or parameters that it relies on: required, or with a default."""

    answer: Callable[[Any], Awaitable[Answer]]
    needs: tuple[str, ...]


@dataclass(slots=True)
class Call:
    """A request that was let through: a valid body as records with defaults, typed parameters."""

    organisation: Organisation
    ingest: IngestQueue
    now: float  # seconds since the epoch
    started: float  # perf_counter
    effects: Effects = NO_EFFECTS
    records: Sequence[dict[str, Any]] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    accepted: tuple[str, int] | None = None  # how many records of which kind went into the queue

    @property
    def state(self) -> State:
        return self.organisation.state
