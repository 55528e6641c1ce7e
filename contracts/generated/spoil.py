"""Breaks one documented rule in an otherwise valid body, which must be refused for that alone."""

from collections.abc import Callable, Iterator
from typing import Any

from contracts.generated.bodies import UNNAMED
from contracts.run.operations import NO_STRATEGY, Operations
from fixtures.judged.requests import ENUMS, REQUIRED
from fixtures.spec import Operation

Body = dict[str, Any]
Break = Callable[[Body], Body]

NO_STRATEGIES = ([NO_STRATEGY], 42, {"name": "popular"}, True)  # values that aren't text, and no strategy either
_NO_VALUE = ("archived", "", 42, "Active", ["archived"], "something_else_altogether", True)  # not a value of any enum


def broken_by_one_rule(operations: Operations, operation: Operation, body: Any, turn: int) -> Body | None:
    """Return the body, or the first record of an array, with the next rule of the sequence broken; None if it has no
    such rule."""
    record = body[0] if isinstance(body, list) and body else body
    if not isinstance(record, dict):
        return None
    breaks = list(_breaks(operations, operation, record))
    if not breaks:
        return None
    return {**breaks[turn % len(breaks)](record), **UNNAMED[(turn + turn // len(breaks)) % len(UNNAMED)]}


def _breaks(operations: Operations, operation: Operation, body: Body) -> Iterator[Break]:
    if operation is operations.recommend:
        yield from _breaks_of_a_question(operations, body)
        return
    name = "Item" if operation is operations.items else "User" if operation is operations.users else "Event"
    for field in REQUIRED[name]:
        yield _without(field)
    for field in ENUMS[name]:
        yield from (_with(field, value) for value in _NO_VALUE)


def _breaks_of_a_question(operations: Operations, body: Body) -> Iterator[Break]:
    """Yield ways to break a recommendation request: a strategy without its required input, and an unknown strategy. The
    latter names no item, which could be unknown."""
    strategy = str(body.get("strategy") or "personalized").replace("session-based", "session_based")
    required = operations.strategies.get(strategy, {}).get("requires")
    if required:
        yield _without(required)
    yield lambda body: {**_without("context_item_id")(body), "strategy": NO_STRATEGY}
    for value in NO_STRATEGIES:
        yield _with_strategy(value)


def _with_strategy(value: Any) -> Break:
    """Return a break that also removes the user: a server that treats the value as missing then lacks one."""
    return lambda body: {**_without("context_item_id", "user_id")(body), "strategy": value}


def _without(*fields: str) -> Break:
    return lambda body: {name: value for name, value in body.items() if name not in fields}


def _with(field: str, value: Any) -> Break:
    return lambda body: {**body, field: value}
