"""An item that the target knows, for events that must be accepted: one on an unknown item may be refused (R29)."""

from collections.abc import Sequence

from contracts.run.probe import Body, Probe


def known_item(probe: Probe) -> str:
    """Return the id of the run's known item in the probe's organisation, upserted by the first who needs it."""
    return probe.once(_upserted, probe, key=probe.home)


def offer_events(probe: Probe, events: Sequence[Body], organisation: str = "") -> bool:
    """Send events on items that the target may not know. Return whether it took them."""
    return probe.send(probe.operations.events, events, organisation=organisation).ok


def _upserted(probe: Probe) -> str:
    item = probe.item("known")
    probe.upsert_items([item])
    return str(item["item_id"])
