"""Rules about ids that refer to no record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from fixtures.near import did_you_mean
from mock_server.lint.sent import Found, Sent, short

_COMPARED = 2_000  # ids that are compared to find the nearest


class UnknownItem:
    id: ClassVar[str] = "unknown-item"
    sentence: ClassVar[str] = (
        "An event or a context with an unknown item has no effect until the item is in the catalogue."
    )

    def look_at(self, sent: Sent) -> Iterator[Found]:
        tenant = sent.tenant
        if tenant is None or not tenant.items:  # in an empty catalogue every id is unknown
            return
        name = {"events": "item_id", "recommend": "context_item_id"}.get(sent.kind)
        for path, record in sent.everything() if name else ():
            item_id = record.get(str(name))
            if isinstance(item_id, str) and item_id not in tenant.items and not sent.is_coming(item_id):
                near = did_you_mean(item_id, list(tenant.items)[:_COMPARED], 0.85)
                yield Found(
                    f"{path}.{name}", f"{short(item_id)} is not an item of this organisation{near and ': ' + near}"
                )


class UnservedRecommendation:
    id: ClassVar[str] = "unserved-recommendation"
    sentence: ClassVar[str] = "A recommendation_id counts only when a response contained it: send it back unchanged."

    def look_at(self, sent: Sent) -> Iterator[Found]:
        if sent.tenant is None:
            return
        attribution = sent.tenant.attribution
        for path, event in sent.placed("events"):
            number = event.get("recommendation_id")
            if isinstance(number, str) and attribution.served(number) is None and not attribution.forgotten:
                yield Found(f"{path}.recommendation_id", f"{short(number)} was never served to this organisation")
