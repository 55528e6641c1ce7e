"""Rules about values that are accepted but unusable."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from mock_server.lint.sent import Found, Sent, short
from mock_server.state.records import epoch_seconds


class UnreadableTimestamp:
    id: ClassVar[str] = "unreadable-timestamp"
    sentence: ClassVar[str] = "An unreadable event_timestamp is ignored: send it as 2026-01-15T09:30:00Z."

    def look_at(self, sent: Sent) -> Iterator[Found]:
        for path, event in sent.placed("events"):
            written = event.get("event_timestamp")
            if written is not None and epoch_seconds(written) is None:
                shown = f"{short(written)} can't be read, so the time of arrival is used"
                yield Found(f"{path}.event_timestamp", shown)


class PriceIsText:
    id: ClassVar[str] = "price-is-text"
    sentence: ClassVar[str] = "Filters and content similarity compare prices as numbers: send 9.5, not '9.50'."

    def look_at(self, sent: Sent) -> Iterator[Found]:
        for path, item in sent.placed("items"):
            attributes = item.get("attributes")
            price = attributes.get("price") if isinstance(attributes, dict) else None
            if isinstance(price, str):
                yield Found(f"{path}.attributes.price", f"{short(price)} is text: send a number")
