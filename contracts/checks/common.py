"""Functions shared by several areas: a valid body for any operation, and the kinds of refused bodies."""

import itertools
from collections.abc import Sequence
from typing import Any

from contracts.exchange import REFUSED, Exchange
from contracts.run.probe import Probe, lacking
from fixtures.bodies import (
    event_body,
    full_event_body,
    full_item_body,
    full_user_body,
    identify_body,
    item_body,
    user_body,
)
from fixtures.spec import Operation

NO_STATUS = ("archived", "ACTIVE", "", "temporarily_out_of_stock")  # none of active, inactive, deleted
# Values that are not text; without 0, false and null, which a server may treat as absent.
NO_TEXT = (42, True, ["archived"], {"is": "active"})
UNKNOWN: dict[str, Any] = {"supplier": "Acme", "metadata": {"source": "import"}}  # fields that no document names
WORDS = ("null", "undefined", "None", "NaN", "true", "0")  # ids that a language may take for no value
_PLACES = ((1, 1), (12, 3), (33, 5), (50, 8), (77, 2), (100, 10), (99, 13), (7, 21), (41, 6))  # limits and pages
NULLS: dict[str, dict[str, Any]] = {  # null in free-form objects: accepted or refused, never a crash (R49)
    "nulls everywhere": {"note": None, "parts": [{"colour": None}], "tags": ["a", None], "size": {"eu": None}},
    "null": {"note": None},
}
WITH_CHARSET = "application/json; charset=utf-8"  # a content type


def valid_body(probe: Probe, operation: Operation) -> dict[str, Any]:
    """Return a minimal body that must be accepted, with new ids."""
    operations = probe.operations
    if operation is operations.items:
        return probe.item()
    if operation is operations.users:
        return user_body(probe.name("user"))
    if operation is operations.events:
        return event_body("view", probe.name("user"))
    if operations.edition == "first":
        return {"user_id": probe.name("user")}
    return {"strategy": "trending", "user_id": probe.name("user")}


def valid_bodies(probe: Probe, operation: Operation) -> list[Any]:
    """Return the minimal body and different ones: full bodies, arrays, each group of strategies, custom events, later
    pages."""
    operations = probe.operations
    minimal = valid_body(probe, operation)
    if operation is operations.items:
        full = full_item_body(probe.name("item"))
        return [minimal, full, [probe.item(), full]] if probe.visibility.arrays else [minimal, full]
    if operation is operations.users:
        full = full_user_body(probe.name("user"))
        return [minimal, full, [user_body(probe.name("user")), full]] if probe.visibility.arrays else [minimal, full]
    if operation is operations.events:
        user = probe.name("user")
        full = full_event_body("click", user, probe.name("item"), probe.rng(user))
        names = ("search", "purchase", "step_2_of_3")
        return [minimal, full, [event_body(name, user, probe.name("item")) for name in names]]
    if operations.edition == "first":
        return [minimal]
    item, user = probe.name("item"), probe.name("user")
    filtered = {"user_id": user, "filters": {"category": probe.name("cat")}, "limit": 5, "page": 2}
    beside = {"strategy": "similar", "context_item_id": item, "limit": 17, "page": 4}
    return [minimal, filtered, beside]


def odd_bodies(probe: Probe, operation: Operation) -> list[Any]:
    """Return bodies with unusual ids that a server may refuse. A wrong key must be refused with each of them, but a
    server that reads the body first may answer 400 (R39, R44)."""
    operations = probe.operations
    odd, spaced = probe.name("gr\u00f6\u00dfe-\u978b-\U0001f97e"), probe.name("a b/c%2Fd?e=f&g")
    notes = {"note": None, "tags": [], "parts": [{"colour": None}]}
    noted: dict[str, Any] = {"attributes": notes}
    long_ago, one_day = "1969-07-20T20:17:40Z", "2099-12-31T23:59:59Z"
    if operation is operations.items:
        gone = item_body(probe.number(), status="deleted", created_at=one_day, attributes={}, **UNKNOWN)
        return [full_item_body(odd, created_at=long_ago), item_body(spaced, item_type="gift card", **noted), gone]
    if operation is operations.users:
        gone = user_body(probe.number(), status="deleted", created_at=one_day, **UNKNOWN)
        return [full_user_body(odd, created_at=long_ago), user_body(spaced, status="inactive", **noted), gone]
    if operation is operations.events:
        bodies = [event_body("view", odd, spaced), identify_body(spaced, odd), event_body("gift-card sent 2", odd)]
        return [*bodies, event_body("purchase", probe.number(), odd, recommendation_id=odd, context=notes, **UNKNOWN)]
    if operations.edition == "first":
        return [{"user_id": odd}, {"user_id": spaced, **UNKNOWN}]
    return [
        {"user_id": odd, "filters": {"brand": odd, "tags": ["a", None]}},
        {"strategy": "session-based", "user_id": spaced, "limit": 100, **UNKNOWN},
        {"strategy": "frequently-bought-together", "context_item_id": odd, "user_id": probe.number(), "page": 50},
        *(
            {"strategy": name, "user_id": odd, "context_item_id": spaced, "limit": limit, "page": page}
            for name, (limit, page) in zip(operations.strategies, itertools.cycle(_PLACES), strict=False)
        ),
    ]


def expect_refused(
    probe: Probe, operation: Operation, body: Any, case: str, forbidden: bool = False, also: tuple[int, ...] = ()
) -> Exchange:
    """Send invalid input and expect 400 (or 422), nothing else but `also`. `forbidden`: every document forbids the
    body."""
    exchange = probe.send(operation, body, forbidden=case if forbidden else "")
    probe.expect_status(exchange, (*REFUSED, *also), case)
    return exchange


def expect_refused_without(
    probe: Probe, operation: Operation, field: str, minimal: dict[str, Any], full: dict[str, Any]
) -> None:
    """Expect a body without this required field to be refused, whatever else it contains: nothing, each optional field,
    unknown fields, all of them."""
    quick, alone = probe.plan.quick, probe.plan.one_organisation
    optional = [] if quick else [name for name in full if name not in minimal]
    bodies = {"": minimal}
    if not alone:
        bodies |= {f", with {name}": {**minimal, name: full[name]} for name in optional}
    if not (alone or quick):
        bodies[", with unknown fields"] = {**minimal, **UNKNOWN}
    if optional:
        bodies[", with all else"] = {**minimal, **full, **(UNKNOWN if alone else {})}
    for case, body in bodies.items():
        expect_refused(probe, operation, lacking(body, field), f"without {field}{case}", forbidden=True)


def expect_refused_values(
    probe: Probe, operation: Operation, field: str, values: Sequence[Any], minimal: dict[str, Any], full: dict[str, Any]
) -> None:
    """Expect the field to refuse each of these values, and everything that is not text, whatever else the body
    contains."""
    surroundings = itertools.cycle((minimal, {**full, **UNKNOWN}, full, {**minimal, **UNKNOWN}))
    if not (probe.plan.one_organisation or probe.plan.quick):
        values = [*values, *NO_TEXT]
    for value, body in zip(values, surroundings, strict=False):
        expect_refused(probe, operation, {**body, field: value}, f"{field} {value!r}", forbidden=True)


def expect_accepted(probe: Probe, operation: Operation, body: Any, case: str) -> Exchange:
    """Expect 202, and that as many records were accepted as were sent."""
    exchange = probe.send(operation, body)
    sent = len(body) if isinstance(body, list) else 1
    if probe.expect_status(exchange, (202,), case):
        accepted = exchange.data.get("accepted")
        probe.expect(
            accepted == sent, f"{case}: accepted", f"data.accepted {sent}", f"data.accepted {accepted!r}", exchange
        )
    return exchange


def expect_no_crash(probe: Probe, exchange: Exchange, case: str) -> bool:
    """Expect a response below 500; a missing response fails too."""
    held = exchange.status is not None and exchange.status < 500
    actual = exchange.failure or f"status {exchange.status}"
    return probe.expect(held, case, "a response below 500", actual, exchange)
