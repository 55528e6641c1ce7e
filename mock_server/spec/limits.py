"""The numbers of the spec that are outside its schemas: the rate limits by type of credential, and `x-limits`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from fixtures.spec import RateLimit, Spec, SpecError
from mock_server.settings import Settings
from mock_server.state.rate_limit import Limiter

Credential = Literal["key", "token", "nothing"]
BUCKETS: Mapping[Credential, str] = {"key": "organisation", "token": "account", "nothing": "auth"}


class Limits(NamedTuple):
    """The numbers in `x-limits`."""

    max_body_bytes: int
    max_upload_bytes: int
    max_depth: int
    ranking_depth: int  # length of the longest list of recommendations
    token_seconds: int  # lifetime of a bearer token


def limits_of(spec: Spec, accounts: Spec) -> Limits:
    """Read `x-limits`. Raises SpecError."""
    node = {**accounts.document.get("x-limits", {}), **spec.document.get("x-limits", {})}
    values: dict[str, Any] = {name: node.get(name) for name in Limits._fields}
    if any(type(value) is not int or value < 1 for value in values.values()):
        raise SpecError(f"{spec.path}: x-limits needs {', '.join(values)}: integers from 1")
    return Limits(**values)


def limiters_of(spec: Spec, accounts: Spec, settings: Settings) -> Mapping[Credential, Limiter]:
    """Make the limiter for each type of credential. --rate-limit sets the organisations' limit; only `off` also
    switches off the accounts' limit. Raises SpecError."""
    token_limit = "off" if settings.rate_limit == "off" else None
    return {
        "key": _limiter(spec, "key", settings.rate_limit),
        "token": _limiter(accounts, "token", token_limit),
        "nothing": _limiter(spec, "nothing", settings.auth_rate_limit),
    }


def _limiter(spec: Spec, credential: Credential, wanted: RateLimit | str | None) -> Limiter:
    rule = spec.limits.get(BUCKETS[credential])
    if rule is None:
        raise SpecError(f"{spec.path}: x-rate-limits has no limit for the bucket {BUCKETS[credential]!r}")
    if isinstance(wanted, RateLimit):
        return Limiter(wanted)
    return Limiter(rule, enforced=wanted != "off")
