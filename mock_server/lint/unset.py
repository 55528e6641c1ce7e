"""A rule about ids that come from a variable that is not set."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from fixtures.unset import is_unset
from mock_server.lint.sent import Found, Sent, short

_IDS = ("user_id", "item_id", "context_item_id", "previous_user_id", "session_id", "event_id", "recommendation_id")


class UnsetId:
    id: ClassVar[str] = "unset-id"
    sentence: ClassVar[str] = "An id such as 'undefined' is shared by all users whose variable is not set: send none."

    def look_at(self, sent: Sent) -> Iterator[Found]:
        for path, record in sent.everything():
            for name in _IDS:
                value = record.get(name)
                if isinstance(value, str) and is_unset(value):
                    yield Found(f"{path}.{name}", f"is {short(value)}: the variable that should hold it is not set")
