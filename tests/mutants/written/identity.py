"""Mutants of identity stitching: histories are lost, swapped, or given to another user."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mock_server.mock import Mock
from mock_server.state.organisations import State
from mock_server.state.records import Event
from mock_server.state.tenant import Tenant
from tests.mutants.inside import Records, inside, queues
from tests.mutants.mutant import Mutant
from tests.mutants.wrappers import Answer, Break, Document, Request, Server, repairs


def identifies(event: object) -> bool:
    return isinstance(event, Event) and event.event_name == "identify" and event.previous_user_id is not None


async def once_only(request: Request, server: Server) -> Answer:
    """The same identify again is 409."""
    if request.operation == "events" and server.is_valid(request):
        pairs = [
            (request.key, each["user_id"], each.get("previous_user_id"))
            for each in request.records
            if each["event_name"] == "identify"
        ]
        if any(pair in server.memory for pair in pairs):
            return await server.refuse(request, 409)
        server.memory.update(dict.fromkeys(pairs))
    return await server.answer(request)


def on_identify(change: Callable[[Tenant, Event], Event | None]) -> Break:
    """Applying an identify event applies another event instead, or none."""

    def install(mock: Mock) -> None:
        for organisation in mock.organisations:
            _hook(organisation.tenant, change)

    return inside(install)


def _hook(tenant: Tenant, change: Callable[[Tenant, Event], Event | None]) -> None:
    apply = tenant.apply_event

    def applied(event: Event) -> bool:
        changed = change(tenant, event) if identifies(event) else event
        return apply(changed) if changed is not None else False

    tenant.apply_event = applied  # type: ignore[method-assign]


def forget(tenant: Tenant, user_id: str) -> None:
    tenant.recommender.people.pop(tenant.identity.person(user_id), None)


def only_upserted(tenant: Tenant, event: Event) -> Event | None:
    return event if event.user_id in tenant.users else None


def loses_own_history(tenant: Tenant, event: Event) -> Event:
    forget(tenant, event.user_id)
    return event


def keeps_the_newer(tenant: Tenant, event: Event) -> Event:
    """Of two histories only the anonymous id's stays, if there is one."""
    if tenant.identity.person(event.previous_user_id or "") in tenant.recommender.people:
        forget(tenant, event.user_id)
    return event


def joins_all() -> Callable[[Tenant, Event], Event]:
    """All users that were ever identified are one person."""
    last: dict[int, str] = {}

    def joined(tenant: Tenant, event: Event) -> Event:
        before = last.setdefault(id(tenant), event.user_id)
        if pair := tenant.identity.join(before, event.user_id):
            tenant.recommender.join(*pair)
        return event

    return joined


def takes_every_anonymous(tenant: Tenant, event: Event) -> Event:
    """The history of every id that was not upserted goes to the user."""
    for person in list(tenant.recommender.people):
        if person not in tenant.users and person not in (event.user_id, tenant.identity.person(event.user_id)):
            if pair := tenant.identity.join(person, event.user_id):
                tenant.recommender.join(*pair)
            break
    return event


def first_merge_only() -> Callable[[Tenant, Event], Event | None]:
    """A user can be identified only once; a second anonymous history stays where it was."""
    seen: set[tuple[int, str]] = set()

    def merged(tenant: Tenant, event: Event) -> Event | None:
        if (id(tenant), event.previous_user_id) in seen:
            return None
        seen.add((id(tenant), event.user_id))
        return event

    return merged


def repeat_clears() -> Callable[[Tenant, Event], Event]:
    """A repeated identify deletes the merged history."""
    seen: set[tuple[int, str, str | None]] = set()

    def cleared(tenant: Tenant, event: Event) -> Event:
        pair = (id(tenant), event.user_id, event.previous_user_id)
        if pair in seen:
            forget(tenant, event.user_id)
        seen.add(pair)
        return event

    return cleared


def late_events_alone(*families: str) -> Break:
    """Events of an anonymous id after its identify stay with that id, or only those of some families."""
    gone: set[tuple[int, str]] = set()

    def changed(records: Records, state: State, _: Mock) -> Records:
        found: Records = []
        for each in records:
            if isinstance(each, Event):
                if (id(state), each.user_id) in gone and (not families or each.event_family in families):
                    each = replace(each, user_id=f"{each.user_id} later")
                elif identifies(each):
                    gone.add((id(state), str(each.previous_user_id)))
            found.append(each)
        return found

    return queues(changed)


def arrays_apart(records: Records, _: State, __: Mock) -> Records:
    """Events before an identify in the same array stay with the anonymous id."""
    aliased = {str(each.previous_user_id) for each in records if isinstance(each, Event) and identifies(each)}
    return [
        replace(each, user_id=f"{each.user_id} before") if isinstance(each, Event) and each.user_id in aliased else each
        for each in records
    ]


def is_identify(record: dict[str, object]) -> bool:
    return record.get("event_name") == "identify" and isinstance(record.get("previous_user_id"), str)


def as_search(record: Document) -> None:
    """An identify event counts as a search."""
    if is_identify(record):
        record |= {"event_name": "search", "event_family": "engagement"}
        del record["previous_user_id"]


MUTANTS = [
    Mutant(
        "identify-is-ignored",
        "An identify event is accepted, and merges nothing.",
        ("IDENT-merges-history", "IDENT-alike"),
        on_identify(lambda *_: None),
    ),
    Mutant(
        "identify-of-upserted-users-only",
        "An identify event merges nothing when the user was never upserted.",
        ("IDENT-alike", "IDENT-merges-in-one-array", "IDENT-chain"),
        on_identify(only_upserted),
    ),
    Mutant(
        "identify-misses-its-own-array",
        "An identify event does not merge the events that stand before it in its array.",
        ("IDENT-merges-in-one-array",),
        queues(arrays_apart),
    ),
    Mutant(
        "identify-loses-own-history",
        "An identify event throws away what the real user did before.",
        ("IDENT-keeps-own-history",),
        on_identify(loses_own_history),
    ),
    Mutant(
        "identify-replaces-history",
        "The anonymous history, where there is one, replaces the real user's.",
        ("IDENT-keeps-own-history",),
        on_identify(keeps_the_newer),
    ),
    Mutant(
        "identified-users-are-one",
        "All users that were ever identified share one history.",
        ("IDENT-nobody-else",),
        on_identify(joins_all()),
    ),
    Mutant(
        "identify-takes-another-visitor-along",
        "An identify event merges another anonymous visitor's history too.",
        ("IDENT-nobody-else",),
        on_identify(takes_every_anonymous),
    ),
    Mutant(
        "late-anonymous-events-lost",
        "Events that arrive under the anonymous id after the identify don't count for the user.",
        ("IDENT-later-events-follow",),
        late_events_alone(),
    ),
    Mutant(
        "late-anonymous-engagement-lost",
        "Of the events that arrive under the anonymous id after the identify only conversions count for the user.",
        ("IDENT-later-events-follow",),
        late_events_alone("engagement"),
    ),
    Mutant(
        "repeated-identify-forgets",
        "A repeated identify throws the merged history away.",
        ("IDENT-repeat-is-harmless",),
        on_identify(repeat_clears()),
    ),
    Mutant(
        "identify-chain-breaks",
        "A history that was merged once does not move on.",
        ("IDENT-chain",),
        on_identify(first_merge_only()),
    ),
    Mutant(
        "identifies-in-arrays-are-ignored",
        "An identify event inside an array is accepted and does nothing.",
        ("IDENT-alike",),
        repairs("events", as_search, array=True),
    ),
]
