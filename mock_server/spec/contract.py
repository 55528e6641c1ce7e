"""The spec and the settings, as the server needs them for each request."""

from __future__ import annotations

from fixtures.spec import Spec
from mock_server.settings import Settings
from mock_server.spec.limits import Limits, limiters_of, limits_of
from mock_server.spec.paths import Paths
from mock_server.state.rate_limit import DIALECTS


class Contract:
    """Raises SpecError, one line that names the place."""

    def __init__(self, paths: Paths, settings: Settings) -> None:
        self.paths = paths
        self.limits: Limits = limits_of(paths.spec)
        self.max_body = int(settings.max_body or self.limits.max_body_bytes)
        self.max_depth, self.ranking_depth = self.limits.max_depth, self.limits.ranking_depth
        self.limiters = limiters_of(paths.spec, settings)
        self.limiter = self.limiters["key"]
        self.headers_for = DIALECTS[settings.rate_limit_headers]
        self.responses = paths.responses if settings.validate_responses else None
        self.find, self.endpoint = paths.find, paths.endpoint

    @property
    def spec(self) -> Spec:
        return self.paths.spec
