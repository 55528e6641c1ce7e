"""What several areas send: a valid body for any operation, and the two ways to be refused."""

from typing import Any

from contracts.exchange import Exchange
from contracts.probe import Probe, lacking
from fixtures.bodies import event_body, full_event_body, full_item_body, full_user_body, user_body
from fixtures.spec import Operation

NO_STATUS = ("archived", "ACTIVE", "", "temporarily_out_of_stock")  # none of active, inactive, deleted
REFUSED = (400, 422)  # 400 is documented; 422 instead is a SHOULD finding of its own (ENV-400-not-422)


def valid_body(probe: Probe, operation: Operation) -> dict[str, Any]:
    """A minimal body that must be accepted, with fresh ids."""
    operations = probe.run.operations
    if operation is operations.items:
        return probe.item()
    if operation is operations.users:
        return user_body(probe.name("user"))
    if operation is operations.events:
        return event_body("view", probe.name("user"))
    if operations.edition == "first":
        return {"user_id": probe.name("user")}
    return {"strategy": "trending"}


def valid_bodies(probe: Probe, operation: Operation) -> list[Any]:
    """The minimal body and others of another kind: full ones, arrays, each group of strategies."""
    operations = probe.run.operations
    minimal = valid_body(probe, operation)
    if operation is operations.items:
        full = full_item_body(probe.name("item"))
        return [minimal, full, [probe.item(), full]] if probe.run.arrays else [minimal, full]
    if operation is operations.users:
        full = full_user_body(probe.name("user"))
        return [minimal, full, [user_body(probe.name("user")), full]] if probe.run.arrays else [minimal, full]
    if operation is operations.events:
        user = probe.name("user")
        full = full_event_body("click", user, probe.name("item"), probe.run.dice(user))
        return [minimal, full, [event_body("search", user), event_body("purchase", user, probe.name("item"))]]
    if operations.edition == "first":
        return [minimal]
    item, user = probe.name("item"), probe.name("user")
    filtered = {"user_id": user, "filters": {"category": probe.name("cat")}, "limit": 5, "page": 2}
    return [minimal, filtered, {"strategy": "similar", "context_item_id": item}, {"strategy": "popular", "limit": 3}]


def expect_refused(probe: Probe, operation: Operation, body: Any, case: str) -> Exchange:
    """Bad input: 400 (or 422), and nothing else."""
    exchange = probe.send(operation, body)
    probe.expect_status(exchange, REFUSED, case)
    return exchange


def expect_refused_without(
    probe: Probe, operation: Operation, field: str, minimal: dict[str, Any], full: dict[str, Any]
) -> None:
    """A required field is missed whatever else is there: nothing, each optional field, all of them."""
    optional = [] if probe.run.profile == "quick" else [name for name in full if name not in minimal]
    bodies = {"": minimal}
    if not probe.run.thrifty:
        bodies |= {f", with {name}": {**minimal, name: full[name]} for name in optional}
    if optional:
        bodies[", with all else"] = {**minimal, **full}
    for case, body in bodies.items():
        expect_refused(probe, operation, lacking(body, field), f"without {field}{case}")


def expect_accepted(probe: Probe, operation: Operation, body: Any, case: str) -> Exchange:
    """202, and as many records accepted as were sent."""
    exchange = probe.send(operation, body)
    sent = len(body) if isinstance(body, list) else 1
    if probe.expect_status(exchange, (202,), case):
        accepted = exchange.data.get("accepted")
        probe.expect(
            accepted == sent, f"{case}: accepted", f"data.accepted {sent}", f"data.accepted {accepted!r}", exchange
        )
    return exchange


def expect_no_crash(probe: Probe, exchange: Exchange, case: str) -> bool:
    """Any answer below 500 will do; no answer will not."""
    held = exchange.status is not None and exchange.status < 500
    actual = exchange.failure or f"status {exchange.status}"
    return probe.expect(held, case, "an answer below 500", actual, exchange)
