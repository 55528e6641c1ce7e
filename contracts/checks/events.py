"""Events: which bodies are accepted and which are refused."""

from collections.abc import Iterator, Sequence
from typing import Any

from contracts.checks.common import (
    NULLS,
    UNKNOWN,
    WORDS,
    expect_accepted,
    expect_no_crash,
    expect_refused,
    expect_refused_values,
    expect_refused_without,
)
from contracts.exchange import REFUSED, Exchange
from contracts.run.known_item import known_item
from contracts.run.operations import LEFT_IN_CART
from contracts.run.probe import Probe, lacking
from contracts.run.registry import check
from fixtures.bodies import event_body, full_event_body, identify_body, unique_uuid
from fixtures.judged.requests import ENUMS

_ALSO = {"item_id": (404,)}  # of a wrong type: no item has it, and an unknown item may be refused (R29)
_EXPOSURES = ("impression", "view", "click", "search")  # no document says which names belong to exposure (R10)


@check("EVENT-accepts-one")
def accepts_one(probe: Probe) -> None:
    """Check one event of the family exposure; the other three families are those of the standard names."""
    expect_accepted(probe, probe.operations.events, event_body("view", probe.name("user")), "required fields only")
    user = probe.name("user")
    exposures = [event_body(name, user, event_family="exposure") for name in _EXPOSURES]
    probe.expect_status(_first_taken(probe, exposures), (202,), "family exposure")


def _first_taken(probe: Probe, bodies: Sequence[dict[str, Any]]) -> Exchange:
    """Send one body after the other until one is not refused: which name belongs to which family is undefined (R10)."""
    for body in bodies:
        exchange = probe.send(probe.operations.events, body)
        if exchange.status not in REFUSED:
            break
    return exchange


@check("EVENT-accepts-array")
def accepts_array(probe: Probe) -> None:
    user, item, names = probe.name("user"), known_item(probe), ("view", "search", "click")
    for size in (1, 3):
        events = [event_body(name, user) for name in names[:size]]
        expect_accepted(probe, probe.operations.events, events, f"an array of {size}")
    expect_accepted(probe, probe.operations.events, [event_body("view", user, item)] * 2, "two alike")
    if not probe.plan.quick:
        events = [event_body(names[n % 3], user, item if n % 2 else None) for n in range(90)]
        exchange = probe.send(probe.operations.events, events)
        if exchange.ok:  # 90 may be too many for one request (R13)
            accepted = exchange.data.get("accepted")
            probe.expect(accepted == 90, "an array of 90: accepted", "data.accepted 90", f"{accepted!r}", exchange)


@check("EVENT-standard-names")
def standard_names(probe: Probe) -> None:
    """Send each standard name with its natural family, then with the others until one is accepted: no document says
    which family a name belongs to (R10)."""
    user, item, families = probe.name("user"), known_item(probe), ENUMS["Event"]["event_family"]
    for name, family in probe.operations.standard_events.items():
        without_item = name in ("identify", "search")
        body = event_body(name, user, None if without_item else item, event_family=family)
        if name == "identify":
            body["previous_user_id"] = unique_uuid(probe.rng(user))
        others = [{**body, "event_family": other} for other in families if other != family]
        probe.expect_status(_first_taken(probe, [body, *others]), (202,), name)


@check("EVENT-custom-names")
def custom_names(probe: Probe) -> None:
    """Send each custom name with one family, then with another one if that is refused (R10)."""
    for name in ("wishlist_shared", "a", "video_50", "shared_the_wishlist_with_a_friend_2"):
        bodies = [event_body(name, probe.name("user"), event_family=each) for each in ("engagement", "conversion")]
        probe.expect_status(_first_taken(probe, bodies), (202,), f"custom name {name}")


@check("EVENT-optional-fields")
def optional_fields(probe: Probe) -> None:
    user = probe.name("user")
    full = full_event_body("click", user, known_item(probe), probe.rng(user))
    expect_accepted(probe, probe.operations.events, full, "event_id and context")
    every_type = {"device": "mobile", "width": 390, "dpr": 2.5, "dark": True, "tags": ["a"], "page": {"path": "/"}}
    every_type |= {"referrer": "", "scroll": 0, "touch": False, "steps": [], "utm": {}}
    for field, value in {
        "event_id": unique_uuid(probe.rng(f"{user} alone")),
        "context": every_type,
        "item_id": full["item_id"],
    }.items():
        body = event_body("view", user, **{field: value})
        expect_accepted(probe, probe.operations.events, body, f"{field} alone")
    for case, context in list(NULLS.items())[: 0 if probe.plan.one_organisation else None]:
        body = event_body("view", user, context=context)
        expect_no_crash(probe, probe.send(probe.operations.events, body), f"context: {case}")


@check("EVENT-item-id-null")
def item_id_null(probe: Probe) -> None:
    user, item = probe.name("user"), known_item(probe)
    body = {**event_body("search", user), "item_id": None}
    expect_accepted(probe, probe.operations.events, body, "item_id null")
    if probe.plan.one_organisation or probe.plan.quick:
        return
    full = {**full_event_body("click", user, item, probe.rng(user)), "item_id": None}
    expect_accepted(probe, probe.operations.events, full, "item_id null, with all else")
    of_no_item = [event_body(name, user) for name in probe.operations.standard_events if name != "identify"]
    of_no_item.append(identify_body(user, unique_uuid(probe.rng(user))))
    mixed = [event_body("view", user, item), *({**event, "item_id": None} for event in of_no_item)]
    expect_accepted(probe, probe.operations.events, mixed, "item_id null in an array")


@check("EVENT-anonymous-user")
def anonymous_user(probe: Probe) -> None:
    user = unique_uuid(probe.rng(probe.name("anonymous")))
    expect_accepted(probe, probe.operations.events, event_body("view", user), "a UUID that was never upserted")
    if not probe.plan.quick:
        words = [event_body("search", word) for word in WORDS]
        expect_accepted(probe, probe.operations.events, words, "ids that are words")


@check("EVENT-unknown-item")
def unknown_item(probe: Probe) -> Iterator[None]:
    """Check that events may name items that don't exist, beside one that does, and that they don't create an item."""
    category = probe.name("cat")
    ghost, known = probe.name("ghost"), probe.item("beside", category)
    user = probe.user()
    probe.stock([known])
    context = {"session_id": f"{user}-session"}
    fans = [probe.name("fan") for _ in range(10)]
    both = (ghost, known["item_id"])
    events = [event_body(name, fan, item) for fan in fans for item in both for name in ("view", "purchase")]
    expect_no_crash(probe, probe.send(probe.operations.events, events), "events on an unknown item")
    seen = [
        event_body(name, user, item, context=context) for item in (known["item_id"], ghost) for name in LEFT_IN_CART
    ]
    expect_no_crash(probe, probe.send(probe.operations.events, seen), "an unknown item in the user's cart")
    yield
    few, choices = ("popular", "personalized"), probe.operations.choices
    filtered: list[tuple[str, dict[str, Any]]] = [(strategy, {"category": category}) for strategy in few]
    every = few if probe.plan.one_organisation else tuple(choices)
    for strategy, filters in (*filtered, *((strategy, {}) for strategy in every)):
        exchange = probe.recommend(
            **choices[strategy], user_id=user, context_item_id=known["item_id"], limit=100, filters=filters
        )
        probe.expect(
            ghost not in exchange.shown,
            strategy,
            "an item that was never upserted is never recommended",
            "it shows",
            exchange,
            unwanted=(ghost,),
        )


@check("EVENT-requires-user-id")
def requires_user_id(probe: Probe) -> None:
    _expect_refused_without(probe, "user_id")


@check("EVENT-requires-family")
def requires_family(probe: Probe) -> None:
    _expect_refused_without(probe, "event_family", "event_name", ("wishlist_shared", "purchase"))


@check("EVENT-requires-name")
def requires_name(probe: Probe) -> None:
    _expect_refused_without(probe, "event_name", "event_family", ENUMS["Event"]["event_family"])


def _expect_refused_without(probe: Probe, field: str, beside: str = "", values: Sequence[str] = ()) -> None:
    """Expect events without the field to be refused, also beside these values of another field: a server may derive one
    from the other."""
    user, item = probe.name("user"), known_item(probe)
    full = full_event_body("view", user, item, probe.rng(user))
    expect_refused_without(probe, probe.operations.events, field, event_body("view", user), full)
    for value in () if probe.plan.quick else values:
        body = lacking(event_body("view", probe.name("user"), **{beside: value}), field)
        case = f"without {field}, {beside.removeprefix('event_')} {value}"
        expect_refused(probe, probe.operations.events, body, case, forbidden=True)


@check("EVENT-family-enum")
def family_enum(probe: Probe) -> None:
    user = probe.name("user")
    families = ("browsing", "Engagement", "", "engagement_of_the_visitor")
    full = full_event_body("wishlist_shared", user, known_item(probe), probe.rng(user))
    minimal = event_body("view", user)
    expect_refused_values(probe, probe.operations.events, "event_family", families, minimal, full)


@check("EVENT-field-types")
def field_types(probe: Probe) -> None:
    wrong: dict[str, Any] = {
        "user_id": 42,
        "event_name": ["view"],
        "event_family": 1,
        "context": "mobile",
        "item_id": {"id": 1},
    }
    for field, value in wrong.items():
        body = {**event_body("view", probe.name("user")), field: value}
        expect_refused(probe, probe.operations.events, body, f"{field} of a wrong type", also=_ALSO.get(field, ()))
    user = probe.name("user")
    more = {"user_id": {"id": "a"}, "event_name": 7, "context": ["mobile"], "item_id": 42}
    for field, value in {} if probe.plan.one_organisation else more.items():
        body = {**full_event_body("view", user, known_item(probe), probe.rng(user)), field: value}
        case = f"{field} of another wrong type"
        expect_refused(probe, probe.operations.events, body, case, also=_ALSO.get(field, ()))


@check("EVENT-name-lowercase")
def name_lowercase(probe: Probe) -> None:
    body = event_body("View", probe.name("user"))
    expect_refused(probe, probe.operations.events, body, "event_name with a capital")


@check("EVENT-unknown-fields")
def unknown_fields(probe: Probe) -> None:
    extra: dict[str, Any] = {**UNKNOWN, "event_timestamp": "2026-01-15T09:30:00Z", "session_id": "s-1"}
    body = event_body("view", probe.name("user"), **extra)
    expect_accepted(probe, probe.operations.events, body, "fields that are not documented")
    if not probe.plan.quick:
        array = [event_body("view", probe.name("user")), body]
        expect_accepted(probe, probe.operations.events, array, "fields that are not documented, in an array")


@check("EVENT-same-event-id")
def same_event_id(probe: Probe) -> Iterator[None]:
    user = probe.name("user")
    body = event_body("view", user, event_id=unique_uuid(probe.rng(user)))
    expect_accepted(probe, probe.operations.events, body, "first time")
    expect_accepted(probe, probe.operations.events, body, "the same event_id again")
    if not probe.plan.quick:  # how many of them `accepted` counts is not defined
        twice = [event_body("view", user, event_id=unique_uuid(probe.rng(f"{user} twice")))] * 2
        probe.expect_status(probe.send(probe.operations.events, twice), (202,), "the same event_id twice in an array")
    yield
    expect_accepted(probe, probe.operations.events, body, "the same event_id once the event is visible")


@check("EVENT-identify-needs-previous")
def identify_needs_previous(probe: Probe) -> None:
    body = event_body("identify", probe.name("user"))
    expect_refused(probe, probe.operations.events, body, "identify without previous_user_id")
