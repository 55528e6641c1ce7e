"""A request to the API as the lint reads it: the records it sent, and the organisation's data."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Protocol

from mock_server.state.tenant import Tenant

_KINDS = {"Items": "items", "Users": "users", "Events": "events"}
MORE_EVENT_FIELDS = ("session_id", "event_timestamp", "metadata")  # fields that only the description of Event mentions


class Found(NamedTuple):
    """A mistake. `field`: a JSON path into the body."""

    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A request. `fields`: the documented fields of a record. `tenant`: the organisation's data; None if it was reset
    since. `is_coming`: returns whether an item id was accepted and is not visible yet."""

    operation_id: str
    fields: Collection[str]
    records: Sequence[dict[str, Any]]
    is_array: bool = False
    tenant: Tenant | None = None
    is_coming: Callable[[str], bool] = lambda _: False

    @property
    def kind(self) -> str:
        """The kind of records: items, users, events, or recommend for all other requests."""
        return next((kind for word, kind in _KINDS.items() if self.operation_id.endswith(word)), "recommend")

    def placed(self, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield (path, record) for each record, if the request is of that kind."""
        if self.kind == kind:
            yield from self.everything()

    def everything(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for index, record in enumerate(self.records):
            yield (f"$[{index}]" if self.is_array else "$"), record


class SentRule(Protocol):
    """A rule about one request, without memory. `sentence` tells the user the problem and the remedy."""

    id: ClassVar[str]
    sentence: ClassVar[str]

    def look_at(self, sent: Sent) -> Iterator[Found]:
        """Yield every mistake of this request."""


def short(value: object) -> str:
    """Shorten a value from the client for a sentence."""
    text = f"{value!r}" if isinstance(value, str) else str(value)
    return text if len(text) <= 80 else text[:77] + "..."
