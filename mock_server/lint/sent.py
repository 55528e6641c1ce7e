"""A request to the API as the rules ask for it: what it carried, and the data that it is about."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Protocol

from mock_server.state.tenant import Tenant

_KINDS = {"Items": "items", "Users": "users", "Events": "events"}
MORE_EVENT_FIELDS = ("session_id", "event_timestamp", "metadata")  # named in the description of Event


class Found(NamedTuple):
    """`field`: a JSON path into the body."""

    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Sent:
    """`fields`: the documented ones of a record. `tenant`: the organisation's data, None where it is not the same any
    more. `is_coming`: whether an item was accepted that is not visible yet."""

    operation_id: str
    fields: Collection[str]
    records: Sequence[dict[str, Any]]
    is_array: bool = False
    tenant: Tenant | None = None
    is_coming: Callable[[str], bool] = lambda _: False

    @property
    def kind(self) -> str:
        """items, users, events, or recommend for everything else."""
        return next((kind for word, kind in _KINDS.items() if self.operation_id.endswith(word)), "recommend")

    def placed(self, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """The records with their paths, where they are of that kind."""
        if self.kind == kind:
            yield from self.everything()

    def everything(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for index, record in enumerate(self.records):
            yield (f"$[{index}]" if self.is_array else "$"), record


class SentRule(Protocol):
    """Without memory. `sentence` says to people what is wrong with it and what to do."""

    id: ClassVar[str]
    sentence: ClassVar[str]

    def look_at(self, sent: Sent) -> Iterator[Found]:
        """Everything that is wrong with this one."""


def short(value: object) -> str:
    """A value of the client's in a sentence."""
    text = f"{value!r}" if isinstance(value, str) else str(value)
    return text if len(text) <= 80 else text[:77] + "..."
