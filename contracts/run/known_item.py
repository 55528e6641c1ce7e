"""An item that the target knows, for events that must be accepted: one on an unknown item may be refused (R29)."""

from contracts.run.probe import Probe


def known_item(probe: Probe) -> str:
    """Return the id of the run's known item in the probe's organisation, upserted by the first who needs it."""
    return probe.once(_upserted, probe, key=probe.home)


def _upserted(probe: Probe) -> str:
    item = probe.item("known")
    probe.upsert_items([item])
    return str(item["item_id"])
