"""What questions and events are about: some items of every kind, and users of every kind, one set per organisation."""

from dataclasses import dataclass

from contracts.run.probe import Body, Probe
from contracts.situations.values import VALUES
from fixtures.bodies import event_body, identify_body, unique_uuid, user_body

_KINDS = ("text", "number", "zero", "negative", "fraction", "true", "false")
SIZE = 24


@dataclass
class Stage:
    category: str
    trait: str
    items: list[str]
    users: dict[str, str]


def stage(probe: Probe, organisation: str) -> Stage:
    """Made once for each organisation; visible after a `yield`."""
    return probe.once(_make, probe, organisation, key=organisation)


def _make(probe: Probe, organisation: str) -> Stage:
    category, trait = probe.name("stage"), f"kind-{probe.names.prefix}{organisation}"
    size = SIZE if probe.visibility.arrays else len(_KINDS)
    items = [probe.item("stage", category, **{trait: VALUES[_KINDS[n % len(_KINDS)]]}) for n in range(size)]
    ids = [item["item_id"] for item in items]
    probe.stock(items, organisation, others=1)
    probe.upsert_items([{**items[0], "attributes": {**items[0]["attributes"], "colour": "red"}}], organisation)
    anonymous, before = (unique_uuid(probe.rng(probe.name("anonymous"))) for _ in range(2))
    users = {kind: probe.name(kind) for kind in ("unknown", "known", "identified", "inactive")}
    bodies = [user_body(users["known"]), user_body(users["identified"])]
    bodies += [user_body(users["inactive"], status="inactive")]
    users["anonymous"] = anonymous
    probe.upsert_users(bodies, organisation)
    events: list[Body] = []
    for user in (users["known"], users["inactive"], anonymous, before):
        events += [event_body(name, user, item) for item in ids[:4] for name in ("view", "click", "add_to_cart")]
    probe.ingest(events, organisation)
    probe.ingest([identify_body(users["identified"], before)], organisation)
    probe.upsert_items([{**items[0], "attributes": {**items[0]["attributes"], "colour": "blue"}}], organisation)
    return Stage(category, trait, ids, users)
