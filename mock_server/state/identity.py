"""Records which ids belong to one person (R27): a union-find, joined by identify events in any order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mock_server.state.freeing import Container


class Identity:
    """The persons. An id that no identify event named is a person of its own, so it needs no entry."""

    __slots__ = ("_identified_as", "_members", "_parent")

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}
        self._members: dict[str, list[str]] = {}
        self._identified_as: dict[str, list[str]] = {}

    def copy(self) -> Identity:
        """Return an independent copy."""
        twin = Identity()
        twin._parent = self._parent.copy()
        twin._members = {person: ids.copy() for person, ids in self._members.items()}
        twin._identified_as = {user_id: ids.copy() for user_id, ids in self._identified_as.items()}
        return twin

    def containers(self) -> Iterator[Container]:
        """Yield what grows with the ids, to be freed in steps."""
        yield from (self._parent, self._members, self._identified_as)

    def person(self, user_id: str) -> str:
        """Return the id that represents the person; it may change when persons are joined."""
        parent = self._parent
        above = parent.get(user_id)
        if above is None:
            return user_id
        while (top := parent.get(above)) is not None:
            parent[user_id] = top
            user_id, above = above, top
        return above

    def join(self, previous: str, user_id: str) -> tuple[str, str] | None:
        """Join two persons. Returns (the representative that stays, the one that is replaced); None if they were one
        already."""
        if user_id not in (known := self._identified_as.setdefault(previous, [])):
            known.append(user_id)
        kept, absorbed = self.person(user_id), self.person(previous)
        if kept == absorbed:
            return None
        if len(self.ids(kept)) < len(self.ids(absorbed)):
            kept, absorbed = absorbed, kept
        self._parent[absorbed] = kept
        self._members.setdefault(kept, [kept]).extend(self._members.pop(absorbed, [absorbed]))
        return kept, absorbed

    def ids(self, user_id: str) -> list[str]:
        """Return every id of the person."""
        person = self.person(user_id)
        return self._members.get(person, [person])

    def persons(self) -> Iterable[list[str]]:
        """Return the ids of each person that has more than one."""
        return self._members.values()

    def became(self, user_id: str) -> Iterator[str]:
        """Yield the ids as which `user_id` was identified, directly or indirectly, but not `user_id` itself."""
        seen, queue = {user_id}, [user_id]
        while queue:
            for following in self._identified_as.get(queue.pop(), ()):
                if following not in seen:
                    seen.add(following)
                    queue.append(following)
                    yield following
