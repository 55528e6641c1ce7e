"""Rules about the names of events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from fixtures.bodies import STANDARD_FAMILIES
from fixtures.importing.events import standard_name
from fixtures.near import did_you_mean
from mock_server.lint.sent import Found, Sent, short

_NEAR = 0.81  # similarity (difflib) from which a custom name counts as a misspelt one; that of click_through is lower
_FAMILIES = {  # families that contradict a standard name, although every pair is accepted (R10)
    name: {"conversion": ("exposure", "engagement", "system"), "engagement": ("conversion", "system")}[family]
    for name, family in STANDARD_FAMILIES.items()
    if family in ("conversion", "engagement")
}


class EventName:
    id: ClassVar[str] = "event-name-nearly-standard"
    sentence: ClassVar[str] = (
        "An event name close to a standard one is counted as a custom event: correct its spelling."
    )

    def look_at(self, sent: Sent) -> Iterator[Found]:
        for path, event in sent.placed("events"):
            name = event.get("event_name")
            if not isinstance(name, str) or name in STANDARD_FAMILIES:
                continue
            meant = standard_name(name)
            question = f"did you mean `{meant}`?" if meant else did_you_mean(name, STANDARD_FAMILIES, _NEAR)
            if question:
                yield Found(f"{path}.event_name", f"{short(name)} is a custom event: {question}")


class EventFamily:
    id: ClassVar[str] = "event-family-unlikely"
    sentence: ClassVar[str] = (
        "A purchase is a conversion, a click is engagement: with another family the event gets another weight."
    )

    def look_at(self, sent: Sent) -> Iterator[Found]:
        for path, event in sent.placed("events"):
            name, family = event.get("event_name"), event.get("event_family")
            if isinstance(name, str) and family in _FAMILIES.get(name, ()):
                natural = STANDARD_FAMILIES[name]
                yield Found(f"{path}.event_family", f"is {short(family)} for a {name}: did you mean `{natural}`?")
