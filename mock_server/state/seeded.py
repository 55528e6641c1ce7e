"""Organisations that begin with data: each world is applied once, then every organisation gets a copy of the result."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mock_server.state.recommender import Config
from mock_server.state.tenant import Tenant

Fill = Callable[[Tenant], None]
DEFAULT = ""  # the name of what --seed-data put in


class SeededTenants:
    """`fill` applies the mock's own seed data (None: there is none), `worlds` makes the fill of another one by name."""

    def __init__(self, fill: Fill | None, worlds: Mapping[str, Callable[[], Fill]] | None = None) -> None:
        self._fill = fill
        self._worlds = dict(worlds or {})
        self._made: dict[tuple[str, int], Tenant] = {}

    @property
    def names(self) -> list[str]:
        """The worlds that can be asked for by name."""
        return list(self._worlds)

    def copy(self, tenant_id: str, depth: int, name: str = DEFAULT) -> Tenant:
        """A tenant with the data. Raises KeyError for a world that there isn't."""
        return self.make_once(depth, name).copy(tenant_id)

    def make_once(self, depth: int, name: str = DEFAULT) -> Tenant:
        """The tenant that the copies are made of. Applying a world takes seconds on the first call, which may be made
        in another thread. Raises KeyError."""
        made = self._made.get((name, depth))
        if made is None:
            fill = self._fill if name == DEFAULT else self._worlds[name]()
            made = Tenant(name, Config(depth=depth))
            if fill is not None:
                fill(made)
            self._made[name, depth] = made
        return made
