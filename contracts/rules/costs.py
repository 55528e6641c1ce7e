"""Judges that requests of every kind cost the same: compares RateLimit-Remaining of consecutive responses."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass
from itertools import pairwise

from contracts.exchange import Exchange, Json
from contracts.run.model import records_of
from contracts.run.registry import Violation, rule
from contracts.run.run import Run

_LEAST = 5  # requests of one kind, so that neither chance nor other clients explain their cost
_OTHERS = 20  # requests of other kinds
_MANY = 50  # requests: if nearly all lower the number by the same, other clients don't explain it
_EXACT = 0.95  # of the others must cost one: else the counter lags, slides or is used by others too
_REMAINING = "RateLimit-Remaining"


@dataclass(frozen=True)
class Cost:
    """By how much a request lowered RateLimit-Remaining. `seconds`: from the request before to its end."""

    exchange: Exchange
    requests: int
    seconds: float


@dataclass(frozen=True)
class _Sum:
    """Several costs: how many, how many of exactly one, how much more than one each in total; seconds from the request
    before to the end, and of the request itself."""

    count: int
    exact: int
    extra: int
    seconds: float
    own_seconds: float

    @classmethod
    def of(cls, costs: list[Cost]) -> "_Sum":
        extra = sum(max(0, cost.requests - 1) for cost in costs)
        exact = sum(cost.requests == 1 for cost in costs)
        own_seconds = sum(cost.exchange.seconds for cost in costs)
        return cls(len(costs), exact, extra, sum(cost.seconds for cost in costs), own_seconds)

    def without(self, part: "_Sum") -> "_Sum":
        return _Sum(*(mine - its for mine, its in zip(astuple(self), astuple(part), strict=True)))


@rule("RATE-each-costs-one", lambda x: x.organisation is not None)
def each_costs_one(run: Run, exchanges: list[Exchange]) -> Iterator[Violation]:
    """Find the largest kind of request that never lowers the number, or always by more than one, while the others
    lower it by one; or find that all requests lower it by the same number, more than one."""
    rate = run.target.limit / run.target.window_seconds
    for organisation in ("main", "other"):
        costs = list(_costs([x for x in exchanges if x.organisation == organisation]))
        usual, times = Counter(cost.requests for cost in costs).most_common(1)[0] if costs else (1, 0)
        if usual > 1 and len(costs) >= _MANY and times >= _EXACT * len(costs):
            yield _violation("requests of every kind", costs)
            continue
        whole, groups = _Sum.of(costs), _by_kind(costs)
        found = []
        for kind, group in groups.items():
            own = _Sum.of(group)
            others = whole.without(own)
            judged = own.count >= _LEAST and others.count >= _OTHERS and others.exact >= _EXACT * others.count
            if judged and (_free(group, own, rate) or _dear(group, own, others)):
                found.append((own.count, kind))
        if found:
            _, kind = max(found)
            yield _violation(kind, groups[kind])


def _violation(kind: str, group: list[Cost]) -> Violation:
    costs = sorted({cost.requests for cost in group})
    actual = f"{' or '.join(map(str, costs))} less after each of {len(group)} requests: {kind}"
    return Violation(kind, f"{_REMAINING} one less", actual, tuple(cost.exchange for cost in group[:_LEAST]))


def _free(group: list[Cost], own: _Sum, rate: float) -> bool:
    """Return whether the group lowered the number so little that a steady refill can't explain it."""
    return max(cost.requests for cost in group) <= 0 and own.count > 2 + 2 * rate * own.seconds


def _dear(group: list[Cost], own: _Sum, others: _Sum) -> bool:
    """Return whether the group lowered the number by so much that other clients can't explain it: they use up the more,
    the longer the requests take."""
    by_others = others.extra / others.own_seconds * own.seconds if others.own_seconds > 0 else 0
    return min(cost.requests for cost in group) > 1 and own.extra > 2 + 3 * by_others


def _costs(series: list[Exchange]) -> Iterator[Cost]:
    """Yield the cost of each successful request that follows another one in the same window, with nothing beside it."""
    for place, (earlier, later) in enumerate(pairwise(series)):
        before, after = earlier.number_of(_REMAINING), later.number_of(_REMAINING)
        following = series[place + 2] if place + 2 < len(series) else None
        alone = earlier.answered_at <= later.sent_at and (following is None or later.answered_at <= following.sent_at)
        if before is None or after is None or not alone or not (earlier.ok and later.ok):
            continue
        if (later.number_of("RateLimit-Reset") or 0) <= (earlier.number_of("RateLimit-Reset") or 0):
            yield Cost(later, before - after, later.answered_at - earlier.sent_at)


def _by_kind(costs: list[Cost]) -> Mapping[str, list[Cost]]:
    """Group by what tells requests of one operation apart: an array or not, and each field with its value."""
    names: defaultdict[str, set[str]] = defaultdict(set)
    for cost in costs:
        names[cost.exchange.path].update(_fields(cost.exchange))
    groups: defaultdict[str, list[Cost]] = defaultdict(list)
    for cost in costs:
        fields = _fields(cost.exchange)
        path = cost.exchange.path
        kinds = [path, *(f"{path} without {name}" for name in names[path] - fields.keys()), *_with(path, fields)]
        for kind in kinds:
            groups[kind].append(cost)
    return groups


def _with(path: str, fields: Mapping[str, Json]) -> Iterator[str]:
    for name, value in fields.items():
        yield f"{path} with {name}"
        if isinstance(value, str | int | float | None):
            yield f"{path} with {name} {value!r}"


def _fields(exchange: Exchange) -> dict[str, Json]:
    """Return the fields of the body, for an array its length."""
    body = exchange.request_json
    if isinstance(body, list):
        return {"records": len(records_of(body))}
    return body if isinstance(body, dict) else {}
