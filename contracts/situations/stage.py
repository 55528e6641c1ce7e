"""The data for recommendation requests and events: items and users of every kind, one set per organisation."""

from dataclasses import dataclass

from contracts.run.known_item import offer_events
from contracts.run.operations import LEFT_IN_CART, NOT_ACTIVE
from contracts.run.probe import Body, Probe
from contracts.situations.values import PLAIN_IDS, VALUES, identifier
from fixtures.bodies import event_body, identify_body, item_body, unique_uuid, user_body

_KINDS = (
    "text",
    "number",
    "zero",
    "negative",
    "fraction",
    "true",
    "false",
    "text of a number",
    "text of true",
    "empty text",
)
_ODD = ("accents", "slash", "blank", "colon", "plane 1")  # ids that a server may refuse
_USER_IDS = {
    "plain id": (*PLAIN_IDS, "64 characters"),
    "odd id": ("blank", "slash", "percent", "colon", "at sign", "accents", "plane 1", "markup"),
}
_SHAPES = {
    "only searched": ("search",),
    "only bought": ("view", "add_to_cart", "purchase"),
    "only removed": ("add_to_cart", "remove_from_cart"),
    "only unknown items": LEFT_IN_CART,
    "only hidden items": LEFT_IN_CART,
}
SIZE = 24


@dataclass
class Stage:
    category: str
    trait: str
    items: list[str]
    odd: list[tuple[str, str]]  # items with ids that a server may refuse, as far as it took them: (kind, id)
    contexts: dict[str, str]  # kind -> the context item of requests that need one
    users: dict[str, str]
    unusual: dict[str, list[tuple[str, str]]]  # "plain id", "odd id" -> users with events: (kind of id, id)


def stage(probe: Probe, organisation: str) -> Stage:
    """Make the data once for each organisation; it is visible after a `yield`."""
    return probe.once(_make, probe, organisation, key=organisation)


def _category(probe: Probe) -> str:
    """Return the category, the same in both organisations, so that a leak would show."""
    return probe.name("stage")


def _make(probe: Probe, organisation: str) -> Stage:
    category, trait = probe.once(_category, probe), f"kind-{probe.names.prefix}1"
    plain, odd = (SIZE - len(_ODD), len(_ODD)) if probe.visibility.arrays else (len(_KINDS), 0)
    items = [probe.item("stage", category, **{trait: VALUES[_KINDS[n % len(_KINDS)]]}) for n in range(plain + odd)]
    for item, kind in zip(items[plain:], _ODD, strict=False):
        item["item_id"] = identifier(probe, kind)
    items[2]["item_type"] = "article"
    probe.stock(items[:plain], organisation, others=1)
    taken = odd > 0 and probe.send(probe.operations.items, items[plain:], organisation=organisation).ok
    items = items if taken else items[:plain]
    ids = [item["item_id"] for item in items]
    probe.upsert_items([{**items[0], "attributes": {**items[0]["attributes"], "colour": "red"}}], organisation)
    bare = item_body(probe.name("bare"))  # without attributes, and nobody has seen it
    contexts = {"product": ids[1], "article": ids[2], "bare": bare["item_id"], "odd id": ids[-1]}
    hidden = [{**probe.item("hidden", category), "status": status} for status in NOT_ACTIVE]
    contexts["hidden"] = hidden[0]["item_id"]
    users = _users(probe, organisation, ids, items[0])
    probe.upsert_items([bare, *hidden], organisation)
    users |= _shapes(probe, organisation, ids, [item["item_id"] for item in hidden])
    unusual = {name: _unusual(probe, organisation, ids, kinds) for name, kinds in _USER_IDS.items()}
    return Stage(category, trait, ids, list(zip(_ODD, ids[plain:], strict=False)), contexts, users, unusual)


def _unusual(probe: Probe, organisation: str, ids: list[str], kinds: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return users with events, whose ids are of these kinds."""
    users = [(kind, identifier(probe, kind)) for kind in kinds]
    events = [event_body(name, user, item) for _, user in users for item in ids[:2] for name in ("view", "click")]
    return users if probe.send(probe.operations.events, events, organisation=organisation).ok else []


def _shapes(probe: Probe, organisation: str, ids: list[str], hidden: list[str]) -> dict[str, str]:
    """Return users by what they did alone: a strategy may find nothing in it to go by."""
    users = {kind: probe.name("shape") for kind in _SHAPES}
    unknown = [probe.name("nothing") for _ in range(2)]
    others = {"only hidden items": hidden, "only unknown items": unknown}
    items = {kind: others.get(kind, ids[:2]) for kind in _SHAPES}
    events = {
        kind: [event_body(n, user, None if n == "search" else item) for item in items[kind] for n in _SHAPES[kind]]
        for kind, user in users.items()
    }
    offer_events(probe, events.pop("only unknown items"), organisation)
    probe.ingest([event for some in events.values() for event in some], organisation)
    return users


def _users(probe: Probe, organisation: str, ids: list[str], first: Body) -> dict[str, str]:
    anonymous, before = (unique_uuid(probe.rng(probe.name("anonymous"))) for _ in range(2))
    users = {kind: probe.name(kind) for kind in ("unknown", "known", "identified", *NOT_ACTIVE)}
    bodies = [user_body(users["known"]), user_body(users["identified"])]
    bodies += [user_body(users[status], status=status) for status in NOT_ACTIVE]
    users["anonymous"] = anonymous
    probe.upsert_users(bodies, organisation)
    events: list[Body] = []
    for user in (users["known"], *(users[status] for status in NOT_ACTIVE), anonymous, before):
        events += [event_body(name, user, item) for item in ids[:4] for name in LEFT_IN_CART]
    probe.ingest(events, organisation)
    probe.ingest([identify_body(users["identified"], before)], organisation)
    probe.upsert_items([{**first, "attributes": {**first["attributes"], "colour": "blue"}}], organisation)
    return users
