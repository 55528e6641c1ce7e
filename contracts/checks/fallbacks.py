"""Too little data, unknown users and unknown items are never an error: every strategy has a fallback."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from contracts.checks.common import WORDS, expect_no_crash
from contracts.exchange import Exchange
from contracts.run.probe import Body, Look, Probe, lacking
from contracts.run.registry import check
from fixtures.bodies import unique_uuid


@dataclass
class Newcomer:
    """A user and items without signal, and by strategy a response to them that only one check has judged."""

    user_id: str
    item: Body  # the context item of the requests
    bare: Body  # without attributes
    responses: dict[str, Exchange] = field(default_factory=dict)

    def question(self, strategy: str) -> Body:
        return {"strategy": strategy, "user_id": self.user_id, "context_item_id": self.item["item_id"]}


def newcomer(probe: Probe) -> Newcomer:
    """Return the run's newcomer, made by the first check that needs it, with some items for everybody."""
    return probe.once(_make_newcomer, probe)


def _make_newcomer(probe: Probe) -> Newcomer:
    made = Newcomer(probe.name("newcomer"), probe.item("lonely"), lacking(probe.item("bare"), "attributes"))
    category = probe.name("cat")
    others = [probe.item("popular", category) for _ in range(3 if probe.visibility.arrays else 1)]
    probe.upsert_items([made.item, made.bare])
    probe.stock(others)
    return made


@check("STRAT-documented-accepted")
def documented_accepted(probe: Probe) -> Iterator[None]:
    """Check every strategy with ids of letters, and one of each kind with ids of digits only."""
    found, user = newcomer(probe), probe.number()
    by_need = {facts.get("requires"): name for name, facts in probe.operations.strategies.items()}
    item = {**probe.item("context"), "item_id": probe.number()}
    if not probe.plan.one_organisation:
        probe.stock([item])
    yield
    for strategy in probe.operations.strategies:
        exchange = probe.send(probe.operations.recommend, found.question(strategy), valid=True)
        if probe.expect_status(exchange, (200,), strategy):
            found.responses[strategy] = exchange
    for strategy in () if probe.plan.one_organisation else by_need.values():
        exchange = probe.recommend(strategy=strategy, user_id=user, context_item_id=item["item_id"])
        probe.expect_status(exchange, (200,), strategy)


@check("STRAT-unknown-user")
def unknown_user(probe: Probe) -> None:
    """Check unknown users with ids of every form."""
    nobody = unique_uuid(probe.rng(probe.name("nobody")))
    for n, strategy in enumerate(probe.operations.needing("user_id")):
        user = (probe.name("nobody"), probe.number(), nobody)[n % 3]
        probe.expect_status(probe.recommend(strategy=strategy, user_id=user), (200,), strategy)
    for word in WORDS[: 1 if probe.plan.one_organisation or probe.plan.quick else None]:
        probe.expect_status(probe.recommend(strategy="personalized", user_id=word), (200,), f"user {word}")


@check("STRAT-unknown-context-item")
def unknown_context_item(probe: Probe) -> None:
    for strategy in probe.operations.needing("context_item_id"):
        exchange = probe.recommend(strategy=strategy, context_item_id=probe.name("nothing"))
        probe.expect_status(exchange, (200, 404, 422), strategy)
        if not probe.plan.quick:
            odd = probe.name("no \u978b/100%25 ") + "x" * 300
            exchange = probe.recommend(strategy=strategy, context_item_id=odd)
            expect_no_crash(probe, exchange, f"{strategy}, an odd id")


@check("STRAT-falls-back")
def falls_back(probe: Probe) -> Iterator[None]:
    """Check that the fallback is used when there is too little data: if there are active items, the list is not empty.
    The result for an unknown context item is not defined (R30)."""
    found = newcomer(probe)
    yield
    for strategy in probe.operations.strategies:

        def look(strategy: str = strategy) -> Look:
            exchange = found.responses.pop(strategy, None) or probe.must_recommend(**found.question(strategy))
            return Look(bool(exchange.ids), "an empty list", (exchange,))

        probe.expect_eventually(look, strategy, "the fallback's items, for a user and an item without signal")
    for strategy in () if probe.plan.quick else probe.operations.needing("context_item_id"):
        exchange = probe.recommend(strategy=strategy, context_item_id=found.bare["item_id"])
        expect_no_crash(probe, exchange, f"{strategy}, an item without attributes")
