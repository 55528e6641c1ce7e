"""The operations of the edition under judgement, by what they are for."""

from dataclasses import dataclass

from fixtures.choices import documented_strategies, standard_events
from fixtures.spec import Operation, Spec

_CURRENT = {"items": "upsertItems", "users": "upsertUsers", "events": "ingestEvents", "recommend": "recommend"}
_FIRST = {
    "items": "firstEditionUpsertItems",
    "users": "firstEditionUpsertUsers",
    "events": "firstEditionIngestEvents",
    "recommend": "firstEditionRecommendForUser",
}


@dataclass(frozen=True)
class Operations:
    items: Operation
    users: Operation
    events: Operation
    recommend: Operation
    edition: str
    spec: Spec

    def all(self) -> tuple[Operation, ...]:
        return (self.items, self.users, self.events, self.recommend)

    @property
    def strategies(self) -> dict[str, dict[str, str]]:
        """The documented strategies: name -> {requires}; ours left out (R41)."""
        return {
            name: {"requires": facts.requires} if facts.requires else {}
            for name, facts in documented_strategies(self.spec).items()
        }

    @property
    def standard_events(self) -> dict[str, str]:
        """Standard event name -> natural family (R9)."""
        return dict(standard_events(self.spec))


def operations_of(spec: Spec, edition: str) -> Operations:
    names = _CURRENT if edition == "current" else _FIRST
    return Operations(**{use: spec.operation(name) for use, name in names.items()}, edition=edition, spec=spec)
