"""The four current operations from openapi.yaml, as a generator needs them."""

from dataclasses import dataclass
from functools import cache

from fixtures.choices import documented_strategies
from fixtures.spec import Operation, RateLimit, Spec, load_spec

OPERATIONS = ("recommend", "ingestEvents", "upsertItems", "upsertUsers")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The path and key type of an operation; `name` is its name in tables and in slo.toml."""

    operation_id: str
    method: str
    path: str
    key_type: str
    success: int

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


@cache
def endpoints() -> dict[str, Endpoint]:
    """Return the endpoints by operationId."""
    spec = _spec()
    return {one.operation_id: _endpoint(one) for one in map(spec.operation, OPERATIONS)}


@cache
def organisation_limit() -> RateLimit:
    """Return the limit of one organisation per window, by the contract."""
    return _spec().limits["organisation"]


@cache
def strategies() -> dict[str, str]:
    """Return the documented strategies with their required input: `user_id`, `context_item_id` or nothing."""
    return {name: facts.requires or "" for name, facts in documented_strategies(_spec()).items()}


@cache
def request_names() -> tuple[str, ...]:
    """Return every name of a row in the results: the operations, and kinds of recommendations."""
    operations = [one.name for one in endpoints().values()]
    asked = [f"{endpoints()['recommend'].name} strategy={strategy}" for strategy in strategies()]
    return (*operations, *(f"{one}{more}" for one in asked for more in ("", " filters", " page=2", " filters page=2")))


@cache
def _spec() -> Spec:
    return load_spec()


def _endpoint(operation: Operation) -> Endpoint:
    success = min(int(status) for status in operation.responses if status.startswith("2"))
    return Endpoint(
        operation.operation_id, operation.method, operation.path, operation.key_type or "publishable", success
    )
