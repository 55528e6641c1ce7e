"""The requests of each kind of user, as generators without locust or sockets: they yield a step, receive the reply and
decide what comes next. The same journey runs with think times (closed load) or on a schedule (open)."""

from collections.abc import Generator, Sequence
from random import Random
from typing import Any, NamedTuple

import orjson

from fixtures.bodies import event_body, identify_body, recommend_body, unique_uuid
from load._endpoints import strategies
from load._shop import Shop

EVENTS_PER_CALL = 50
ITEMS_PER_CALL = 20


class Step(NamedTuple):
    """One request: its body, and the think time after it (average, in seconds).

    `tentative`: a 400 is not a failure (does the target accept arrays?). `label`: follows the operation in the
    request's name and separates its times from those of the operation's other requests (strategy, filters, page)."""

    operation: str
    body: bytes
    think: float
    tentative: bool = False
    label: str = ""


class Reply(NamedTuple):
    """The status (0: no response), and the envelope's `data` if the request succeeded."""

    status: int
    data: Any = None

    @property
    def items(self) -> list[str]:
        """The ids of a list of recommendations."""
        items = self.data.get("recommended_items") if isinstance(self.data, dict) else None
        return items if isinstance(items, list) else []

    @property
    def recommendation_id(self) -> str | None:
        return self.data.get("recommendation_id") if isinstance(self.data, dict) else None


Journey = Generator[Step, Reply, None]


def shopper(shop: Shop, rng: Random) -> Journey:
    """Yield the steps of one visit after another: the home page, some products, sometimes a cart, a sign-in, a
    purchase."""
    while True:
        yield from _visit(shop, rng)


def reader(shop: Shop, rng: Random) -> Journey:
    """Yield only recommendations: every documented strategy in turn, some with filters or second pages."""
    names = list(strategies().items())
    turn = rng.randrange(len(names))
    while True:
        strategy, needs = names[turn % len(names)]
        turn += 1
        fields: dict[str, Any] = {"limit": rng.choice((4, 8, 12, 20, 20, 20))}
        if needs == "user_id":
            fields["user_id"] = rng.choice(shop.users)
        elif needs:
            fields[needs] = rng.choice(shop.items)
        elif shop.categories and rng.random() < 0.3:
            fields["filters"] = {"category": rng.choice(shop.categories)}
        reply = yield _recommend(2.0, strategy, **fields)
        pagination = reply.data.get("pagination") if isinstance(reply.data, dict) else None
        if isinstance(pagination, dict) and pagination.get("has_next") and rng.random() < 0.1:
            yield _recommend(3.0, strategy, **fields, page=2)


def event_stream(shop: Shop, rng: Random) -> Journey:
    """Yield arrays of events of many shoppers, as a shop's server forwards them: the throughput case."""
    names = ("view", "view", "view", "view", "click", "click", "search", "add_to_cart", "purchase")
    while True:
        events = []
        for _ in range(EVENTS_PER_CALL):
            name = rng.choice(names)
            item = None if name == "search" else rng.choice(shop.items)
            events.append(event_body(name, rng.choice(shop.users), item))
        yield _events(1.0, *events)


def catalog_sync(shop: Shop, rng: Random) -> Journey:
    """Yield what a shop's server sends to keep catalogue and users up to date; items in arrays if the target accepts
    them."""
    known = shop.catalogue or [{"item_id": item, "item_type": "product", "status": "active"} for item in shop.items]
    size = ITEMS_PER_CALL
    while True:
        items = [{**item, "status": "active"} for item in rng.sample(known, min(size, len(known)))]
        if size > 1:
            reply = yield Step("upsertItems", orjson.dumps(items), 5.0, tentative=True)
            if reply.status == 400:
                size = 1
        else:
            yield Step("upsertItems", orjson.dumps(items[0]), 5.0)
        user = {"user_id": rng.choice(shop.users), "status": "active", "created_at": "2026-01-15T09:30:00Z"}
        yield Step("upsertUsers", orjson.dumps(user), 5.0)


def _visit(shop: Shop, rng: Random) -> Journey:
    user = unique_uuid(rng)
    signed_in = False
    context = {"session_id": unique_uuid(rng), "device": rng.choice(("mobile", "mobile", "desktop", "tablet"))}
    reply = yield _recommend(6.0, "trending")
    cart: list[tuple[str, str | None]] = []
    for _ in range(1 + int(rng.expovariate(1 / 3))):
        source = reply.recommendation_id if reply.items and rng.random() < 0.6 else None
        item = rng.choice(reply.items if source else shop.items)
        echo = {"recommendation_id": source} if source else {}
        seen = [event_body("view", user, item, context=context, **echo)]
        if source:
            seen.insert(0, event_body("click", user, item, context=context, **echo))
        yield _events(1.0, *seen)
        reply = yield _recommend(8.0, "similar", context_item_id=item, user_id=user, limit=4)
        if rng.random() < 0.3:
            yield _events(4.0, event_body("add_to_cart", user, item, context=context, **echo))
            cart.append((item, source))
            if not signed_in and rng.random() < 0.5:
                anonymous, user, signed_in = user, rng.choice(shop.users), True
                yield _events(2.0, identify_body(user, anonymous, context=context))
                reply = yield _recommend(6.0, "personalized", user_id=user)
    if cart and signed_in and rng.random() < 0.6:
        for name in ("checkout_start", "purchase"):
            yield _events(5.0, *_each(name, user, cart, context))


def _each(
    name: str, user: str, cart: Sequence[tuple[str, str | None]], context: dict[str, str]
) -> list[dict[str, Any]]:
    return [
        event_body(name, user, item, context=context, **({"recommendation_id": source} if source else {}))
        for item, source in cart
    ]


def _recommend(think: float, strategy: str, **fields: Any) -> Step:
    label = f"strategy={strategy}" + (" filters" if "filters" in fields else "")
    label += f" page={fields['page']}" if fields.get("page", 1) != 1 else ""
    return Step("recommend", orjson.dumps(recommend_body(strategy, **fields)), think, label=label)


def _events(think: float, *events: dict[str, Any]) -> Step:
    return Step("ingestEvents", orjson.dumps(events[0] if len(events) == 1 else events), think)
