"""Makes organisations that start with data: each world is applied once, and every organisation gets a copy."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mock_server.state.recommender import Config
from mock_server.state.tenant import Tenant

Fill = Callable[[Tenant], None]
DEFAULT = ""  # the name of the --seed-data


class SeededTenants:
    """Tenants with data. `fill` applies the mock's seed data (None: there is none). `worlds`: by name of another data
    set, a function that makes its `fill`."""

    def __init__(self, fill: Fill | None, worlds: Mapping[str, Callable[[], Fill]] | None = None) -> None:
        self._fill = fill
        self._worlds = dict(worlds or {})
        self._made: dict[tuple[str, int], Tenant] = {}

    @property
    def names(self) -> list[str]:
        """The names of the available data sets."""
        return list(self._worlds)

    def copy(self, tenant_id: str, depth: int, name: str = DEFAULT) -> Tenant:
        """Return a new tenant with the data. Raises KeyError for an unknown name."""
        return self.make_once(depth, name).copy(tenant_id)

    def make_once(self, depth: int, name: str = DEFAULT) -> Tenant:
        """Return the tenant of which copies are made. The first call takes seconds; it may run in another thread.
        Raises KeyError."""
        made = self._made.get((name, depth))
        if made is None:
            fill = self._fill if name == DEFAULT else self._worlds[name]()
            made = Tenant(name, Config(depth=depth))
            if fill is not None:
                fill(made)
            self._made[name, depth] = made
        return made
