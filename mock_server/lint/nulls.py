"""A rule about null in optional fields."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from mock_server.lint.sent import Found, Sent

_DOCUMENTED = ("events", "item_id")  # "Null when the event is not tied to a specific item."


class NeedlessNull:
    id: ClassVar[str] = "needless-null"
    sentence: ClassVar[str] = "Only an event's item_id is documented to be null: leave other fields out (R49)."

    def look_at(self, sent: Sent) -> Iterator[Found]:
        for path, record in sent.everything():
            for name in sent.fields:
                if name in record and record[name] is None and (sent.kind, name) != _DOCUMENTED:
                    yield Found(f"{path}.{name}", "is null, which is not documented: leave the field out")
