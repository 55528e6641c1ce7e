"""A shelf with two kinds of items, and users whose history is of one kind, to detect personal effects.

The only assumption about a ranking is that histories of different kinds don't lead to the same list. The loud kind is
more popular, so that a user without history gets it first; tests use the quiet kind.
"""

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from typing import Any

from contracts.exchange import Exchange
from contracts.outcome import Blocked
from contracts.run.operations import LEFT_IN_CART
from contracts.run.probe import Body, Look, Probe
from fixtures.bodies import event_body, user_body

KINDS = {
    "loud": ("Trail boot", "outdoor", "Harrow", 90.0, 6),
    "quiet": ("Espresso machine", "kitchen", "Acoustix", 310.0, 3),
}
SIZE = 6
_SEEN = 4  # items of each kind that are in the history of a user with that taste


@dataclass
class Shelf:
    """`control`: a user whose history is of the quiet kind; `newcomer`: one without a history. All checks compare with
    these two."""

    category: str
    items: dict[str, list[str]]
    _: KW_ONLY
    control: str = ""
    newcomer: str = ""
    strategy: str = ""
    _has_effect: bool = False

    def send_history(self, probe: Probe, user: str, kind: str, organisation: str = "main") -> None:
        probe.ingest(self.history(user, kind), organisation)

    def history(self, user: str, kind: str) -> list[dict[str, Any]]:
        """Return fourteen events, because with fewer than ten a list may stay general. The items with the most events
        are not the last ones: the list of what was touched last must not become that of what is popular."""
        seen = self.items[kind][:_SEEN]
        deeds = [("click", item) for item in seen[:2]]
        deeds += [(name, item) for name in LEFT_IN_CART for item in seen]
        context = {"session_id": f"{user}-session"}
        return [event_body(name, user, item, context=context) for name, item in deeds]

    def list(self, probe: Probe, user: str, strategy: str, organisation: str = "main") -> Exchange:
        return probe.must_recommend(organisation, **self.question(user, strategy))

    def question(self, user: str, strategy: str) -> Body:
        """Return the request for the user's list of the whole shelf."""
        return {"strategy": strategy, "user_id": user, "filters": {"category": self.category}, "limit": 50}

    def differ(self, probe: Probe, one: str, other: str, organisation: str = "main") -> Look:
        """Return whether the two users get different lists."""
        strategy = self.strategy or "personalized"
        lists = [self.list(probe, user, strategy, organisation) for user in (one, other)]
        same = lists[0].ids == lists[1].ids
        return Look(not same, f"the same {len(lists[0].ids)} items in the same order for both", tuple(lists))

    def needs_effect(self, probe: Probe) -> None:
        """Find a strategy in which the control's history has an effect, once per run. Raises Blocked if there is none,
        which PERS-... judges."""
        if not self._has_effect and not self.finds(probe, lambda: self.differ(probe, self.control, self.newcomer)):
            raise Blocked("no list follows a user's events (PERS-events-change-list)")
        self._has_effect = True

    def finds(self, probe: Probe, look: Callable[[], Look], patient: bool = True) -> bool:
        """Return whether `look` holds in some strategy; the shelf then uses that strategy. `patient`: look until
        `--settle` has passed."""
        chosen = self.strategy
        for strategy in dict.fromkeys((chosen or "personalized", "personalized", *probe.operations.needing("user_id"))):
            self.strategy = strategy
            if (probe.eventually(look) if patient else look()).ok:
                return True
        self.strategy = chosen
        return False


def shelf(probe: Probe, organisation: str = "main") -> Shelf:
    """Return the run's shelf, made by the first check that needs it."""
    return probe.once(make, probe, organisation, key=organisation)


def make(probe: Probe, organisation: str = "main") -> Shelf:
    made = stock(probe, bodies(probe), organisation)
    made.control, made.newcomer = probe.name("control"), probe.name("newcomer")
    if probe.visibility.arrays:  # without arrays users cost too many requests; unknown ones will do
        probe.upsert_users([user_body(made.control), user_body(made.newcomer)], organisation)
    made.send_history(probe, made.control, "quiet", organisation)
    return made


def bodies(probe: Probe) -> dict[str, list[Body]]:
    """Return the items of a shelf, by kind."""
    category = probe.name("tastes")
    return {
        kind: [
            probe.item(kind, category, title=f"{title} {n}", use=use, brand=brand, price=price + n) for n in range(SIZE)
        ]
        for kind, (title, use, brand, price, _) in KINDS.items()
    }


def stock(probe: Probe, made: dict[str, list[Body]], organisation: str = "main", at_once: bool = False) -> Shelf:
    """Put the items into an organisation, with more users who like the loud kind. `at_once`: their events come while
    the items may still be queued, which a server should count (R29)."""
    items = {kind: [body["item_id"] for body in some] for kind, some in made.items()}
    probe.upsert_items([body for some in made.values() for body in some], organisation)
    if not at_once:
        probe.run.wait_until_visible()
    events = []
    for kind, (*_, crowd) in KINDS.items():
        for _ in range(crowd):
            user = probe.name("crowd")
            context = {"session_id": f"{user}-session"}
            for item_id in items[kind]:
                events += [event_body(name, user, item_id, context=context) for name in ("view", "purchase")]
    probe.ingest(events, organisation)
    return Shelf(made["loud"][0]["attributes"]["category"], items)
