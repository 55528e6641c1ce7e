"""What this run wrote, and what became of it: the memory that observations are judged by, and that cleans up."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from contracts.exchange import Exchange

UPSERTS = {"upsertItems": "item_id", "upsertUsers": "user_id"}
UPSERTS |= {"firstEditionUpsertItems": "item_id", "firstEditionUpsertUsers": "user_id"}


@dataclass
class Written:
    """One item in one organisation; `versions` are the accepted bodies, oldest first."""

    versions: list[dict[str, Any]] = field(default_factory=list)
    accepted_at: float | None = None  # of the first version
    refused: Exchange | None = None  # the first refusal


@dataclass
class Ledger:
    """`prefix` starts every id of the run but those of digits only: these start with `digits`."""

    prefix: str
    digits: str = ""
    items: dict[tuple[str, str], Written] = field(default_factory=dict)  # (organisation, item id)
    users: set[tuple[str, str]] = field(default_factory=set)
    last_write: float = 0.0

    def observe(self, exchange: Exchange) -> None:
        """Take down what an answered write changed; an answer that never came may have changed it."""
        taken = exchange.ok or exchange.status is None
        if exchange.method == "POST" and exchange.organisation and taken and "recommend" not in exchange.path:
            self.last_write = exchange.sent_at + exchange.seconds
        kind = UPSERTS.get(exchange.operation or "")
        if not kind:
            return
        for body in records_of(exchange.request_json):
            identifier = body.get(kind)
            if not isinstance(identifier, str) or not self.owns(identifier):
                continue
            if kind == "user_id":
                if taken and exchange.organisation:
                    self.users.add((exchange.organisation, identifier))
                continue
            written = self.items.setdefault((exchange.organisation or "none", identifier), Written())
            if taken:
                written.versions.append(body)
                written.accepted_at = written.accepted_at or exchange.sent_at
            elif written.accepted_at is None:
                written.refused = written.refused or exchange

    def owns(self, identifier: str) -> bool:
        """The run made up this id."""
        return identifier.startswith(self.prefix) or (bool(self.digits) and identifier.startswith(self.digits))

    def fate(self, organisation: str, item_id: str, at: float) -> str | None:
        """Why an item of this run has no business in a list of that organisation; None when it has."""
        written = self.items.get((organisation, item_id))
        if written and written.accepted_at is not None and written.accepted_at <= at:
            return None
        owners = {owner for (owner, identifier), w in self.items.items() if identifier == item_id and w.accepted_at}
        if owners - {organisation}:
            return "it belongs to another organisation"
        refusals = [w.refused for (_, identifier), w in self.items.items() if identifier == item_id and w.refused]
        if refusals:
            return f"its upsert was refused with {refusals[0].status}"
        return "it was never upserted"

    def attributes(self, organisation: str, item_id: str) -> dict[str, Any] | None:
        """Attributes of an item that was written once; None when unknown or changed since."""
        written = self.items.get((organisation, item_id))
        if written is None or len(written.versions) != 1:
            return None
        attributes = written.versions[0].get("attributes")
        return attributes if isinstance(attributes, dict) else {}

    def leftovers(self, organisation: str) -> Iterator[dict[str, Any]]:
        """Items that were accepted there and are not deleted yet."""
        for (owner, item_id), written in self.items.items():
            if owner == organisation and written.versions and written.versions[-1].get("status") != "deleted":
                yield {"item_id": item_id, "item_type": "product", "status": "deleted"}


def records_of(body: Any) -> list[dict[str, Any]]:
    """The records of an ingestion body, one object or an array."""
    return [record for record in (body if isinstance(body, list) else [body]) if isinstance(record, dict)]
