"""A rule about dates that are ISO 8601 but have another form than the documents' examples."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from mock_server.lint.sent import Found, Sent, short

_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d([Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d))?")


class LooseTimestamp:
    id: ClassVar[str] = "loose-timestamp"
    sentence: ClassVar[str] = "A time with seconds and a zone, as 2026-01-15T09:30:00Z, is read alike everywhere (R47)."

    def look_at(self, sent: Sent) -> Iterator[Found]:
        for kind in ("items", "users"):
            for path, record in sent.placed(kind):
                written = record.get("created_at")
                if isinstance(written, str) and not _RFC_3339.fullmatch(written):
                    message = f"{short(written)} has no seconds or no zone (then UTC): send 2026-01-15T09:30:00Z"
                    yield Found(f"{path}.created_at", message)
