"""The operations of the edition that is judged, by purpose."""

from dataclasses import dataclass

from fixtures.choices import documented_strategies, standard_events
from fixtures.spec import Operation, Spec

SESSION = ("session_based", "session-based")  # two spellings of one strategy
NO_STRATEGY = "no-such-strategy-lc"  # can't be one of the five undocumented strategies (R31)
NOT_ACTIVE = ("inactive", "deleted")  # statuses of items and users
LEFT_IN_CART = ("view", "click", "add_to_cart")  # event names of a user who doesn't buy, which some strategies look for
_CURRENT = {"items": "upsertItems", "users": "upsertUsers", "events": "ingestEvents", "recommend": "recommend"}
_FIRST = {
    "items": "firstEditionUpsertItems",
    "users": "firstEditionUpsertUsers",
    "events": "firstEditionIngestEvents",
    "recommend": "firstEditionRecommendForUser",
}


@dataclass
class Operations:
    items: Operation
    users: Operation
    events: Operation
    recommend: Operation
    edition: str
    spec: Spec
    session: str = "session_based"  # the spelling that the target knows (R8)

    def all(self) -> tuple[Operation, ...]:
        return (self.items, self.users, self.events, self.recommend)

    @property
    def strategies(self) -> dict[str, dict[str, str]]:
        """The documented strategies in the target's spelling: name -> {requires}; without ours (R41)."""
        return {
            self.session if name == SESSION[0] else name: {"requires": facts.requires} if facts.requires else {}
            for name, facts in documented_strategies(self.spec).items()
        }

    @property
    def choices(self) -> dict[str, dict[str, str]]:
        """What a request may say of its strategy, by name; the default one is left out of the body."""
        return {"default": {}} | {name: {"strategy": name} for name in self.strategies}

    def needing(self, field: str) -> list[str]:
        """Return the strategies that require this field of a request."""
        return [name for name, facts in self.strategies.items() if facts.get("requires") == field]

    @property
    def standard_events(self) -> dict[str, str]:
        """Standard event name -> natural family (R9)."""
        return dict(standard_events(self.spec))


def operations_of(spec: Spec, edition: str) -> Operations:
    names = _CURRENT if edition == "current" else _FIRST
    items, users, events, recommend = (spec.operation(names[use]) for use in ("items", "users", "events", "recommend"))
    return Operations(items, users, events, recommend, edition, spec)
