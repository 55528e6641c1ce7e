"""The input and the result of an API operation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from mock_server.context import NO_EFFECTS, Effects
from mock_server.runtime.ingest import IngestQueue
from mock_server.state.organisations import Organisation, State

Answer = tuple[int, bytes]  # status, body


class Handler(NamedTuple):
    """The function of an operation, and the fields or parameters that it needs. Each of these is required or has a
    default."""

    answer: Callable[[Any], Awaitable[Answer]]
    needs: tuple[str, ...]


@dataclass(slots=True)
class Call:
    """A request that passed the guards: its valid body as records with defaults, and typed parameters."""

    organisation: Organisation
    ingest: IngestQueue
    now: float  # seconds since the epoch
    started: float  # by perf_counter
    effects: Effects = NO_EFFECTS
    records: Sequence[dict[str, Any]] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    accepted: tuple[str, int] | None = None  # (kind, number) of the records that went into the queue

    @property
    def state(self) -> State:
        return self.organisation.state
