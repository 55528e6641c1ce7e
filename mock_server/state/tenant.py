"""All data of one organisation, and the only interface to it.

    tenant = Tenant("glow-beauty-ng", Config(depth=1000))
    tenant.upsert_items([body, ...], now)            # validated bodies; one object is a list of one
    tenant.upsert_users([body, ...])
    tenant.apply_events([Event.from_body(body, arrival, event_id), ...])  # how many were new
    ranking = tenant.recommend(Query("similar", context_item_id="prod_7", filters={"category": "shoes"}), now)
    page, total, mode = ranking.page(20, 40), len(ranking), ranking.mode
    tenant.served(recommendation_id, ranking.strategy, page.ids, now)

It has no clock, no randomness and no I/O: the caller passes every time (epoch seconds), and a reset makes a new
Tenant. Use it from one thread, and read a ranking before the next change is applied.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from typing import Any

from mock_server.state.attribution import Attribution
from mock_server.state.freeing import Container, emptied
from mock_server.state.identity import Identity
from mock_server.state.recommender import IMPERSONAL, Config, Query, Ranking, Recommender, parse_filters
from mock_server.state.records import Event, Item, User


class Tenant:
    def __init__(self, tenant_id: str, config: Config | None = None) -> None:
        self.tenant_id = tenant_id
        self._empty(config)

    def _empty(self, config: Config | None) -> None:
        self.recommender = Recommender(config)
        self.identity = Identity()
        self.attribution = Attribution()
        self.items: dict[str, Item] = {}
        self.users: dict[str, User] = {}
        self.events: dict[str, Event] = {}  # by event_id, in order of arrival
        self.version = 0  # increases with every change
        self._asked: set[object] = set()  # questions that were asked once since the last change
        self._rankings: OrderedDict[object, tuple[float, Ranking]] = OrderedDict()  # lists asked for again, and when

    def copy(self, tenant_id: str | None = None) -> Tenant:
        """Return an independent copy. Immutable data is shared; the rest is copied when one of the two changes it."""
        twin = Tenant(self.tenant_id if tenant_id is None else tenant_id)
        twin.recommender, twin.identity = self.recommender.copy(), self.identity.copy()
        twin.attribution = self.attribution.copy()
        twin.items, twin.users, twin.events = self.items.copy(), self.users.copy(), self.events.copy()
        twin.version = self.version
        return twin

    def upsert_items(self, bodies: Iterable[Mapping[str, Any]], arrival: float) -> None:
        for body in bodies:
            self.apply_item(Item.from_body(body, arrival))

    def upsert_users(self, bodies: Iterable[Mapping[str, Any]]) -> None:
        for body in bodies:
            self.apply_user(User.from_body(body))

    def apply_events(self, events: Iterable[Event]) -> int:
        """Apply events in order. Returns how many of them were new."""
        return sum(map(self.apply_event, events))

    def apply_item(self, item: Item) -> None:
        self._changed()
        self.items[item.item_id] = self.recommender.restock(item)

    def apply_user(self, user: User) -> None:
        self._changed()
        self.users[user.user_id] = user.merged_over(self.users.get(user.user_id))

    def apply_event(self, event: Event) -> bool:
        """Apply an event. Returns False for a known event_id: the first event counts (R24)."""
        if event.event_id in self.events:
            return False
        self._changed()
        self.events[event.event_id] = event
        if event.event_name == "identify" and event.previous_user_id is not None:
            if joined := self.identity.join(event.previous_user_id, event.user_id):
                self.recommender.join(*joined)
        else:
            self.recommender.record(event, self.identity.person(event.user_id))
        self.attribution.count(event)
        return True

    def recommend(self, query: Query, now: float) -> Ranking:
        """Return the list for this query. It is cached until a change is applied, or until it would change by itself
        (R34).

        A list is cached only when it is asked for a second time. Most are asked for once, and freeing these later, when
        their memory is cold, costs more than making the others twice.

        Raises FilterError for filters that the contract refuses, KeyError for an unknown strategy.
        """
        conditions = parse_filters(query.filters)
        person = None if query.strategy in IMPERSONAL else self._person(query.user_id)
        key = (query.strategy, person, query.context_item_id, query.context_item_ids, conditions)
        known = self._rankings.get(key)
        if known is not None and known[0] <= now < known[1].plan.until:
            return known[1]
        ranking = self.recommender.recommend(query, conditions, person, now)
        if key in self._asked:
            self._keep(key, now, ranking)
        else:
            self._note(key)
        return ranking

    def served(self, recommendation_id: str, strategy: str, item_ids: Sequence[str], now: float) -> None:
        """Register a served list, so that events can refer to its id."""
        self.attribution.serve(recommendation_id, strategy, item_ids, now)

    def hidden(self, user_id: str) -> bool:
        """Return whether a user is inactive or deleted (R48), by its own record, or if it has none, by the records of
        the ids as which it was identified."""
        user = self.users.get(user_id)
        if user is not None:
            return not user.active
        return any(not self.users[known].active for known in self.identity.became(user_id) if known in self.users)

    @property
    def size(self) -> int:
        """The number of records of all kinds."""
        return len(self.items) + len(self.users) + len(self.events)

    def dissolve(self) -> Generator[None, None, None]:
        """Free all data in small steps. The tenant is empty from the first step on, so that a request that still has it
        finds no half of it."""
        old = Tenant.__new__(Tenant)
        vars(old).update(vars(self))
        self._empty(self.recommender.config)
        return emptied(old._containers())

    def _containers(self) -> Iterator[Container]:
        yield from (self.events, self.users, self.items, self._asked, self._rankings)
        for part in (self.attribution, self.identity, self.recommender):
            yield from part.containers()

    def __getstate__(self) -> dict[str, Any]:
        """Return everything except the cached rankings, which a copy makes again."""
        return self.__dict__ | {"_asked": set(), "_rankings": OrderedDict()}

    def _person(self, user_id: str | None) -> str | None:
        """Return the person whose behaviour may be used; None if there is none, or it is hidden."""
        return None if user_id is None or self.hidden(user_id) else self.identity.person(user_id)

    def _note(self, key: object) -> None:
        if len(self._asked) >= self.recommender.config.rankings:
            self._asked.clear()
        self._asked.add(key)

    def _keep(self, key: object, now: float, ranking: Ranking) -> None:
        self._rankings[key] = (now, ranking)
        if len(self._rankings) > self.recommender.config.rankings:
            self._rankings.popitem(last=False)

    def _changed(self) -> None:
        self.version += 1
        self.recommender.catalogue.version += 1
        self._asked.clear()
        self._rankings.clear()
