"""A fault as a user describes it: what fails, for which requests, and how often."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from random import Random
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from fixtures.spec import KeyType, Operation
from mock_server.errors import FieldError
from mock_server.layers.faults.kinds import DECIDING, KINDS, KindName

LONGEST_SECONDS = 3600.0
_P95 = 1.6448536269514722  # standard deviations above the mean of a normal distribution

Seconds = Annotated[float, Field(ge=0, le=LONGEST_SECONDS, allow_inf_nan=False)]
Above0 = Annotated[float, Field(gt=0, le=LONGEST_SECONDS, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=10**9, strict=True)]
Positive = Annotated[int, Field(ge=1, le=10**9, strict=True)]


class Request(NamedTuple):
    """The facts of a request that decide which faults hit it. None: no operation has the path, or no organisation has
    the key."""

    operation: Operation | None
    tenant_id: str | None
    key_type: KeyType | None


class Fault(BaseModel):
    """A fault. `share`: the part of the requests that it hits, at random; `skip` and `times` count the requests of one
    organisation; `from_seconds` and `for_seconds` are a window, counted from when the fault was set, by the mock's
    clock."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: KindName
    name: Annotated[str, Field(pattern="^[A-Za-z0-9][A-Za-z0-9 ._:-]{0,63}$")] | None = None

    seconds: Seconds | None = None
    shortest: Seconds | None = None
    longest: Seconds | None = None
    median: Above0 | None = None
    p95: Above0 | None = None
    status: Annotated[int, Field(ge=400, le=599, strict=True)] | None = None
    retry_after: Annotated[int, Field(ge=1, le=86_400, strict=True)] | None = None
    after_bytes: Count | None = None
    bytes_per_second: Positive | None = None

    operation_id: str | None = None
    tenant_id: str | None = None
    key_type: KeyType | None = None
    share: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 1.0
    skip: Count = 0
    times: Positive | None = None
    from_seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    for_seconds: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None

    @property
    def label(self) -> str:
        """The fault's name, or a description of it."""
        return self.name or (f"{self.kind} {self.status}" if self.status else self.kind)

    @property
    def decides(self) -> bool:
        """Whether the fault determines the response. At most one such fault hits a request."""
        return self.kind in DECIDING

    @property
    def breaks_connections(self) -> bool:
        """Whether the fault leaves a request without response."""
        return self.kind in ("drop", "reset")

    def concerns(self, request: Request) -> bool:
        """Return whether the fault is for such requests. One for an operation, organisation or key type never hits a
        request without one."""
        operation = request.operation
        return (
            (self.operation_id is None or (operation is not None and operation.operation_id == self.operation_id))
            and (self.tenant_id is None or self.tenant_id == request.tenant_id)
            and (self.key_type is None or self.key_type == request.key_type)
            and (self.status is None or (operation is not None and str(self.status) in operation.responses))
        )

    def is_open(self, age: float) -> bool:
        """Return whether the fault's window is open `age` seconds after it was set."""
        return self.from_seconds <= age and not self.is_past(age)

    def is_past(self, age: float) -> bool:
        return self.for_seconds is not None and age >= self.from_seconds + self.for_seconds

    def draw(self, rng: Random) -> float:
        """Draw the delay in seconds; 0 for a kind without a delay."""
        if self.seconds is not None:
            return self.seconds
        if self.shortest is not None and self.longest is not None:
            return rng.uniform(self.shortest, self.longest)
        if self.median is not None and self.p95 is not None:
            spread = math.log(self.p95 / self.median) / _P95
            return min(rng.lognormvariate(math.log(self.median), spread), LONGEST_SECONDS)
        return 0.0


def problems(fault: Fault, operations: Sequence[Operation]) -> list[FieldError]:
    """List the problems that field types can't express: options of another kind, incomplete pairs, undocumented
    statuses."""
    return [*_options(fault), *_pairs(fault), *_documented(fault, operations)]


def error_statuses(
    operations: Sequence[Operation], operation_id: str | None, key_type: KeyType | None = None
) -> list[int]:
    """Return the error statuses that the operation documents; without an operation, those of any operation for this key
    type."""
    statuses = {
        int(status)
        for operation in operations
        if operation_id in (None, operation.operation_id) and key_type in (None, operation.key_type)
        for status in operation.responses
        if status.isdigit() and int(status) >= 400
    }
    return sorted(statuses)


def _options(fault: Fault) -> Iterator[FieldError]:
    kind = KINDS[fault.kind]
    every = {option for each in KINDS.values() for option in each.options}
    given = {name for name in every if getattr(fault, name) is not None}
    for name in sorted(given - set(kind.options)):
        yield FieldError(f"$.{name}", f"is not an option of the kind {fault.kind}")
    if given & set(kind.options) - set(kind.optional) not in [set(form) for form in kind.forms]:
        forms = ", or ".join(" and ".join(form) for form in kind.forms)
        yield FieldError(f"$.{kind.forms[0][0]}", f"the kind {fault.kind} takes {forms}")


def _pairs(fault: Fault) -> Iterator[FieldError]:
    for less, more in (("shortest", "longest"), ("median", "p95")):
        low, high = getattr(fault, less), getattr(fault, more)
        if low is not None and high is not None and low > high:
            yield FieldError(f"$.{more}", f"must be at least {less}")
    if fault.retry_after is not None and fault.status not in (None, 429):
        yield FieldError("$.retry_after", "belongs to status 429")


def _documented(fault: Fault, operations: Sequence[Operation]) -> Iterator[FieldError]:
    known = [operation.operation_id for operation in operations]
    if fault.operation_id not in (None, *known):
        yield FieldError("$.operation_id", f"must be one of {', '.join(known)}")
        return
    statuses = error_statuses(operations, fault.operation_id, fault.key_type)
    if fault.status is not None and fault.status not in statuses:
        who = fault.operation_id or "an operation"
        yield FieldError("$.status", f"must be an error that {who} documents: {', '.join(map(str, statuses))}")
