"""Building blocks of mutants that change the mock itself: queued records that change or vanish, windows that belong to
no or to several organisations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from starlette.types import ASGIApp

from mock_server.mock import Mock
from mock_server.state.organisations import State
from mock_server.state.rate_limit import Limiter, Quota, Window
from mock_server.state.records import Event, Item, User
from tests.mutants.wrappers import Answer, Break, Request, Server, edge

Record = Item | User | Event
Records = list[Record]


def inside(change: Callable[[Mock], object]) -> Break:
    """Change the mock and leave the application around it as it is."""

    def install(mock: Mock, app: ASGIApp) -> ASGIApp:
        change(mock)
        return app

    return install


def queues(change: Callable[[Records, State, Mock], Sequence[Record]]) -> Break:
    """Queue what `change` returns instead of the records that were accepted together."""

    def install(mock: Mock) -> None:
        put = mock.ingest.put

        async def changed(
            state: State, apply: Callable[[Any], object], records: Sequence[Any], *rest: Any, **more: Any
        ) -> None:
            await put(state, apply, list(change(list(records), state, mock)), *rest, **more)

        mock.ingest.put = changed  # type: ignore[method-assign]

    return inside(install)


def loses(test: Callable[[Any, Mock], bool], kind: type = object) -> Break:
    """Lose accepted records of a kind for which the test holds."""
    return queues(
        lambda records, _, mock: [each for each in records if not (isinstance(each, kind) and test(each, mock))]
    )


def events(change: Callable[[Event], Event | None]) -> Break:
    """Queue what `change` returns for each accepted event; None loses the event."""

    def changed(records: Records, _: State, __: Mock) -> Records:
        found = [change(each) if isinstance(each, Event) else each for each in records]
        return [each for each in found if each is not None]

    return queues(changed)


def items(change: Callable[[Item, dict[str, Item]], Item | None]) -> Break:
    """Queue what `change` returns for each accepted item; None loses the item. `change` also gets the items known so
    far."""

    def changed(records: Records, state: State, _: Mock) -> Records:
        known = state.tenant.items
        found = [change(each, known) if isinstance(each, Item) else each for each in records]
        return [each for each in found if each is not None]

    return queues(changed)


def others(mock: Mock, state: State) -> list[State]:
    """Return the states of the other organisations."""
    return [each.state for each in mock.organisations if each.state is not state]


def followed(further: Callable[[Records, State, Mock], Iterable[tuple[State, Records]]]) -> Break:
    """Queue further records behind those that were accepted together, each with its organisation's state."""

    def install(mock: Mock) -> None:
        put = mock.ingest.put

        async def with_further(
            state: State, apply: Callable[[Any], object], records: Sequence[Any], *rest: Any, **more: Any
        ) -> None:
            await put(state, apply, records, *rest, **more)
            for place, found in further(list(records), state, mock):
                if found:
                    await put(place, _applied_by(place, found[0]), found)

        mock.ingest.put = with_further  # type: ignore[method-assign]

    return inside(install)


def _applied_by(state: State, record: Record) -> Callable[[Any], object]:
    names = {Item: "apply_item", User: "apply_user", Event: "apply_event"}
    apply: Callable[[Any], object] = getattr(state.tenant, names[type(record)])
    return apply


def shares(
    test: Callable[[Record, State, State], bool], change: Callable[[Any], Record] = lambda record: record
) -> Break:
    """Queue accepted records for other organisations too, as `change` returns them: test(record, its organisation's
    state, the other's)."""

    def leaked(records: Records, state: State, mock: Mock) -> Iterator[tuple[State, Records]]:
        for other in others(mock, state):
            yield other, [change(each) for each in records if test(each, state, other)]

    return followed(leaked)


def buckets(name_of: Callable[[Request, Server], object]) -> Break:
    """Count requests in one rate limit window per name; None means the organisation's own window."""

    async def bucketed(request: Request, server: Server) -> Answer:
        organisation = server.organisation(request)
        name = name_of(request, server) if organisation else None
        if organisation is None or name is None:
            return await server.answer(request)
        state = organisation.state
        own = server.memory.setdefault(("own", id(state)), state.window)
        state.window = server.memory.setdefault(name, Window())
        answer = server.answer(request)
        try:
            return await answer
        finally:
            state.window = own

    return edge(bucketed)


class BrokenLimiter(Limiter):
    """The limiter whose methods `limited` replaces."""


def limited(
    charge: Callable[[Limiter, Window, float], bool] | None = None,
    quota: Callable[[Limiter, Window, float, Quota], Quota] | None = None,
) -> Break:
    """Make the limiter decide (`charge`) or report (`quota`) something wrong."""

    def install(mock: Mock) -> None:
        right = mock.contract.limiter
        broken = BrokenLimiter(right.rule, right.enforced)
        if charge:
            broken.charge = lambda window, now: charge(right, window, now)  # type: ignore[method-assign]
        if quota:
            told = right.quota
            broken.quota = lambda window, now: quota(right, window, now, told(window, now))  # type: ignore[method-assign]
        mock.contract.limiter = broken

    return inside(install)
