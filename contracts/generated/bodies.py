"""Makes bodies of many shapes: a request with a wrong key must be refused whatever the shape of its body."""

from random import Random
from typing import Any

from fixtures.bodies import STANDARD_FAMILIES, unique_uuid
from fixtures.spec import Operation

Body = dict[str, Any]
_IDS = ("item_id", "user_id", "context_item_id")
UNNAMED: tuple[Body, ...] = (  # fields that no document names, in different numbers
    {},
    {"supplier": "Acme"},
    {},
    {"metadata": {"source": "import"}, "tags": ["a"]},
)
_DATES = ("1969-07-20T20:17:40Z", "2099-12-31T23:59:59Z", "2024-02-29T00:00:00Z")
_MARKS = ("", "-gr\u00f6\u00dfe", " a/b%2Fc", "-\u978b\U0001f97e")
_CUSTOM_NAMES = ("wishlist_shared", "step_2_of_3", "q", "video_50_percent", "asked_for_another_size_in_a_shop")
_ODD_NAMES = ("gift-card sent", "size.chart/opened", "Added-To-List 2", "5 stars", "w\u00fcnsche_geteilt")
_WORDS = ("shoes", "bags_2", "harrow", "north")
_LIMITS = ((), (1, 10), (11, 49), (51, 100))  # the limit is omitted, or taken from a range
_PAGES = ((), (1, 2), (3, 10), (11, 50))
_SIZES = (8, 2, 5)  # of arrays, in turn


def natural(operation: Operation, body: Any, rng: Random, item_id: str) -> Any:
    """Return the body as a careful client sends it: events of a known item, with their natural family (R10), a UUID
    where the documents require one (R24), and no recommendation_id, because none was served (R29); recommendation
    requests with a user (R41)."""
    if isinstance(body, list):
        return [natural(operation, record, rng, item_id) for record in body]
    if not isinstance(body, dict):
        return body
    if operation.operation_id == "ingestEvents":
        family = STANDARD_FAMILIES.get(body.get("event_name", ""), "engagement")
        known = {"event_id": unique_uuid(rng), "item_id": item_id}
        changed = {name: value for name, value in known.items() if body.get(name) is not None}
        event = {name: value for name, value in body.items() if name != "recommendation_id"}
        return {**event, **changed, "event_family": family}
    if operation.operation_id == "recommend" and body.get("strategy") in ("trending", "popular"):
        return {"user_id": "visitor", **body}
    return body


def spread(operation: Operation, body: Any, turn: int, rng: Random) -> Any:
    """Change a body that every document allows into another allowed one: numbers over their whole range, standard and
    custom names, optional fields present or not, one record or many. Generators alone would prefer small values and few
    records."""
    if operation.operation_id == "ingestEvents":
        records = body if isinstance(body, list) else [body]
        if turn % 3 == 1:
            size = _SIZES[turn // 3 % len(_SIZES)]
            records = [records[n % len(records)] for n in range(size)]
        events = [_spread_event(record, rng) for record in records]
        return events if isinstance(body, list) or len(events) > 1 else events[0]
    if operation.operation_id == "recommend":
        return _spread_question(body, turn, rng)
    return _spread_record(body, rng)


def _spread_event(event: Body, rng: Random) -> Body:
    name = {"event_name": rng.choice(_CUSTOM_NAMES)} if rng.random() < 0.4 else {}
    return _less({**event, **name}, rng, "item_id", "context", "event_id")


def _spread_record(record: Body, rng: Random) -> Body:
    """Change an item or a user; attributes may be empty."""
    attributes: Body = {"attributes": {}} if "attributes" in record and rng.random() < 0.25 else {}
    return _less({**record, **attributes}, rng, "attributes")


def _spread_question(question: Body, turn: int, rng: Random) -> Body:
    """Change a recommendation request: sixteen turns combine every size of limit with every size of page, nearly all
    with filters."""
    block = turn // 4
    sizes = {"limit": _LIMITS[(turn + block) % 4], "page": _PAGES[(turn + 2 * block) % 4]}
    numbers = {name: rng.randint(*size) for name, size in sizes.items() if size}
    filtered = rng.sample(("category", "brand"), (turn + turn // 3) % 3)
    filters = {"filters": {name: rng.choice(_WORDS) for name in filtered}} if filtered or turn % 2 else {}
    return {name: question[name] for name in question if name not in ("limit", "page", "filters")} | numbers | filters


def _less(body: Body, rng: Random, *optional: str) -> Body:
    """Omit each optional field one time in four."""
    gone = {name for name in optional if rng.random() < 0.25}
    return {name: value for name, value in body.items() if name not in gone}


def made_odd(body: Any, turn: int) -> Any:
    """Return the body, or each of its records, with unusual ids, names, dates and pages, and with undocumented
    fields."""
    if isinstance(body, list):
        return [made_odd(record, turn) for record in body]
    if not isinstance(body, dict):
        return body
    ids = {name: f"{body[name]}{_MARKS[turn % len(_MARKS)]}" for name in _IDS if isinstance(body.get(name), str)}
    changed: Body = {}
    if "created_at" in body:
        changed["created_at"] = _DATES[turn % len(_DATES)]
    if body.get("page", 1) > 10:
        changed["page"] = 50 + turn * 7
    if "limit" in body and turn % 3 == 0:
        changed["limit"] = 100 + turn
    if "event_name" in body and turn % 2:
        changed["event_name"] = _ODD_NAMES[turn // 2 % len(_ODD_NAMES)]
    if "context" in body:
        changed["context"] = {"cart": {"lines": [{"sku": None, "count": turn}], "note": {}}}
    return {**body, **ids, **changed, **UNNAMED[turn % len(UNNAMED)]}
