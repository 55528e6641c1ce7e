"""The spec that is served, compiled, with the settings that the server needs for each request."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache

from fixtures.spec import Spec
from mock_server.settings import Settings
from mock_server.spec.limits import Limits, limiters_of, limits_of
from mock_server.spec.paths import Paths
from mock_server.state.rate_limit import Limiter


@lru_cache(maxsize=2)
def _compiled(spec: Spec) -> Paths:
    """Compile a spec once for all mocks that serve it, so that a mock per test is cheap."""
    return Paths(spec)


class Contract:
    """The spec that is served. The object stays the same; `load` replaces its contents.

    Raises SpecError, one line that names the place."""

    def __init__(self, spec: Spec, settings: Settings) -> None:
        self._settings = settings
        self._needs: Mapping[str, Collection[str]] | None = None
        self.load(spec)

    def load(self, spec: Spec) -> None:
        """Serve another spec from now on. Raises SpecError, and then nothing has changed."""
        paths = _compiled(spec)
        limits = limits_of(spec, paths.accounts)
        limiters = limiters_of(spec, paths.accounts, self._settings)
        responses = paths.responses if self._settings.validate_responses else None
        if self._needs is not None:
            paths.check_needs(self._needs)
        self.paths, self.responses = paths, responses
        self.accounts, self.operations = paths.accounts, paths.operations
        self.limits: Limits = limits
        self.max_body = int(self._settings.max_body or limits.max_body_bytes)
        self.max_depth, self.ranking_depth = limits.max_depth, limits.ranking_depth
        self.limiters = limiters
        self.limiter: Limiter = limiters["key"]
        self.find, self.endpoint = paths.find, paths.endpoint

    def hold_to(self, needs: Mapping[str, Collection[str]]) -> None:
        """Require that this spec and every later one has these operations, with the fields that their code needs.
        Raises SpecError."""
        self.paths.check_needs(needs)
        self._needs = needs

    def fields_of(self, operation_id: str) -> Collection[str]:
        """Return the documented fields of an operation's records; empty for an unknown operation."""
        return self.paths.fields_of(operation_id)

    @property
    def spec(self) -> Spec:
        return self.paths.spec
