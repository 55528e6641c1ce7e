"""Strategies are accepted with their required input, and follow what happened."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from contracts.checks import tastes
from contracts.checks.common import expect_no_crash
from contracts.generated.spoil import NO_STRATEGIES
from contracts.outcome import Blocked
from contracts.run.known_item import known_item
from contracts.run.operations import NO_STRATEGY, SESSION
from contracts.run.probe import Look, Probe, lacking
from contracts.run.registry import check
from fixtures.bodies import event_body, unique_uuid, user_body


@check("STRAT-both-spellings")
def both_spellings(probe: Probe) -> None:
    for strategy in SESSION:
        probe.expect_status(probe.recommend(strategy=strategy, user_id=probe.name("user")), (200,), strategy)


@check("STRAT-one-spelling")
def one_spelling(probe: Probe) -> None:
    responses = [probe.recommend(strategy=strategy, user_id=probe.name("user")) for strategy in SESSION]
    said = " and ".join(str(response.failure or response.status) for response in responses)
    probe.expect(
        any(response.ok for response in responses), "both refused", "200 for one of the spellings", said, *responses
    )


@check("STRAT-default-personalized")
def default_personalized(probe: Probe) -> None:
    exchange = probe.recommend(user_id=probe.name("user"))
    probe.expect_status(exchange, (200,), "no strategy, with user_id")
    for case, given in _in_place_of(probe, "user_id").items():
        probe.expect_status(probe.recommend(**given), _refusals(given), f"no strategy, no user_id{case}")


@check("STRAT-requires-user")
def requires_user(probe: Probe) -> None:
    for strategy, case, given in _without(probe, "user_id"):
        exchange = probe.recommend(strategy=strategy, **given)
        probe.expect_status(exchange, _refusals(given), f"{strategy} without user_id{case}")


@check("STRAT-requires-context-item")
def requires_context_item(probe: Probe) -> None:
    for strategy, case, given in _without(probe, "context_item_id"):
        exchange = probe.recommend(strategy=strategy, **given)
        probe.expect_status(exchange, (400, 422), f"{strategy} without context_item_id{case}")


def _without(probe: Probe, required: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield (strategy, case, input) for every strategy that requires this input: with nothing in its place, and with
    other input, which differs from strategy to strategy."""
    bare, *others = _in_place_of(probe, required).items()
    for n, strategy in enumerate(probe.operations.needing(required)):
        for case, given in (bare, others[n % len(others)]):
            yield strategy, case, given


def _refusals(given: dict[str, Any]) -> tuple[int, ...]:
    """Return the statuses for a missing required input (R4). An unknown context item may be 404, whatever else is wrong
    (R30)."""
    return (400, 404, 422) if "context_item_id" in given else (400, 422)


def _in_place_of(probe: Probe, required: str) -> dict[str, dict[str, Any]]:
    """Return by case other input that a body may have, none of which replaces the required one."""
    other = "context_item_id" if required == "user_id" else "user_id"
    filters = {"filters": {"category": probe.name("cat")}}
    found: dict[str, dict[str, Any]] = {"": {}, f", with {other}": {other: probe.name("other")}}
    if probe.plan.quick or probe.plan.one_organisation:
        return found
    return found | {
        ", with filters": filters,
        ", with all else": found[f", with {other}"] | filters | {"limit": 5, "page": 2},
    }


@check("STRAT-needs-nothing-else")
def needs_nothing_else(probe: Probe) -> None:
    for strategy, facts in probe.operations.strategies.items():
        if "requires" not in facts:
            probe.expect_status(probe.recommend(strategy=strategy), (200,), f"{strategy} without any input")


@check("STRAT-unknown-refused")
def unknown_refused(probe: Probe) -> None:
    """Send unknown strategies with a user who could be served. A server may treat a value that isn't text as missing;
    therefore such requests have no user, which the default strategy requires."""
    for strategy in (NO_STRATEGY, "constructor", ""):  # one is a member of every object in some languages
        exchange = probe.recommend(strategy=strategy, user_id=probe.name("user"))
        if strategy:
            probe.expect_status(exchange, (400, 422), "a strategy that does not exist")
        else:
            expect_no_crash(probe, exchange, "an empty strategy")
    quick, alone = probe.plan.quick, probe.plan.one_organisation
    if not quick:
        all_else: dict[str, Any] = {"context_item_id": known_item(probe), "limit": 5, "page": 1}
        exchange = probe.recommend(strategy=NO_STRATEGY, user_id=probe.name("user"), **all_else)
        probe.expect_status(exchange, (400, 422), "a strategy that does not exist, with all else")
    for value in NO_STRATEGIES[: 0 if quick else 1 if alone else None]:
        probe.expect_status(probe.recommend(strategy=value), (400, 422), f"strategy {value!r}")


@check("PERS-events-change-list")
def events_change_list(probe: Probe) -> Iterator[None]:
    """Check that users with opposite histories don't get the same list, and that a history that changes one user's list
    changes that of every user."""
    if probe.visibility.channel is None:
        raise Blocked("no list shows a record of this run (QUEUE-becomes-visible)")
    shelf = tastes.shelf(probe)
    yield
    loud, *alike = probe.user("loud"), probe.user("quiet"), probe.user("calm")
    for user in (loud, *alike):  # send the same request before and after, in case the target caches responses
        shelf.list(probe, user, "personalized")
    shelf.send_history(probe, loud, "loud")
    for user in alike:
        shelf.send_history(probe, user, "quiet")
    yield
    shelf_look = tastes.Shelf(shelf.category, shelf.items)
    probe.expect_eventually(
        lambda: shelf_look.differ(probe, loud, alike[0]), "personalized", "lists that follow what each user did"
    )
    looks = [partial(shelf_look.differ, probe, user, shelf.newcomer) for user in (*alike, shelf.control)]
    lost = [look for look in looks if not probe.eventually(look).ok]
    for look in lost if len(lost) < len(looks) else ():
        probe.expect_eventually(look, "another user", "events that change one user's list change another's too")


@check("PERS-single-events-count")
def single_events_count(probe: Probe) -> Iterator[None]:
    """Check the same with each event in its own request, by a user who is upserted later and then again."""
    shelf = tastes.shelf(probe)
    yield
    user = probe.number()
    rng = probe.rng(user)
    for event in shelf.history(user, "quiet"):
        probe.ingest([{**event, "event_id": unique_uuid(rng)}])
    yield
    shelf.needs_effect(probe)
    probe.expect_eventually(lambda: shelf.differ(probe, user, shelf.newcomer), "singly", "events sent singly count")
    if probe.costly_items:
        return
    for profile in ({}, {"attributes": {"plan": "plus"}}):
        probe.upsert_users([user_body(user, **profile)])
        yield
    probe.expect_eventually(
        lambda: shelf.differ(probe, user, shelf.newcomer), "sent again", "a user who is sent again keeps the history"
    )


@check("SESSION-follows-last-events")
def session_follows_last_events(probe: Probe) -> Iterator[None]:
    shelf = tastes.shelf(probe)
    yield
    loud, quiet = probe.user("loud"), probe.user("quiet")
    shelf.send_history(probe, loud, "loud")
    shelf.send_history(probe, quiet, "quiet")
    yield
    session = tastes.Shelf(shelf.category, shelf.items, strategy=probe.operations.session)
    probe.expect_eventually(
        lambda: session.differ(probe, loud, quiet), probe.operations.session, "lists that follow each user's session"
    )


@check("SIMILAR-excludes-context")
def similar_excludes_context(probe: Probe) -> Iterator[None]:
    shelf = tastes.shelf(probe)
    yield
    context = shelf.items["loud"][0]
    for filters in ({"category": shelf.category}, {}):
        exchange = probe.must_recommend(strategy="similar", context_item_id=context, filters=filters, limit=100)
        probe.expect(
            context not in exchange.shown,
            "context item",
            "a list without the item itself",
            "it shows",
            exchange,
            unwanted=(context,),
        )


@check("ITEMWISE-follows-context")
def itemwise_follows_context(probe: Probe) -> Iterator[None]:
    shelf = tastes.shelf(probe)
    yield
    for strategy in probe.operations.needing("context_item_id"):

        def look(strategy: str = strategy) -> Look:
            filters = {"category": shelf.category}
            lists = [
                probe.must_recommend(strategy=strategy, context_item_id=shelf.items[kind][0], filters=filters, limit=50)
                for kind in ("loud", "quiet")
            ]
            return Look(lists[0].ids != lists[1].ids, "the same list beside two unlike items", tuple(lists))

        probe.expect_eventually(look, strategy, "lists that follow the context item")


@check("POPULAR-follows-events")
def popular_follows_events(probe: Probe) -> Iterator[None]:
    """Check that what many users bought ranks above what one user bought, whether the rare item is newer or older.
    Trending may forget events because of later ones of the run, so they are sent again just before, and it isn't asked
    again after an update."""
    category = probe.name("cat")
    rare_old, loved, rare_new = (probe.item(stem, category) for stem in ("rare", "loved", "rare"))
    bare = lacking(probe.item("bare"), "attributes")  # only a list without filters can show it
    for item in (rare_old, loved, rare_new, bare):
        probe.upsert_items([item])
    (one, *fans), user = [probe.name("fan") for _ in range(9)], probe.name("newcomer")
    bought = [(loved, fan) for fan in fans] + [(bare, fan) for fan in (one, *fans)]
    events = [event_body(name, fan, item["item_id"]) for item, fan in bought for name in ("view", "purchase")]
    events += [event_body("view", fans[0], item["item_id"]) for item in (rare_old, rare_new)]
    probe.ingest(events)
    yield
    cases = {"": ("popular", "trending"), ", sent again": ("popular",)}
    for case, strategies in list(cases.items())[: 1 if probe.plan.one_organisation else 2]:
        if case:
            probe.upsert_items([loved])
            yield
        for strategy in strategies:
            if strategy == "trending":
                probe.ingest(events)

            def look(strategy: str = strategy) -> Look:
                given: dict[str, Any] = {"user_id": user, "filters": {"category": category}, "limit": 10}
                exchange = probe.must_recommend(strategy=strategy, **given)
                first = exchange.ids[:1]
                return Look(first == [loved["item_id"]], f"first is {first}, not {loved['item_id']}", (exchange,))

            expected = "the item that eight users bought before those that one viewed"
            probe.expect_eventually(look, strategy + case, expected)
    whole = probe.must_recommend(strategy="popular", user_id=user, limit=100)
    held = loved["item_id"] not in whole.ids or bare["item_id"] in whole.ids
    expected = "an item without attributes above one that fewer bought"
    probe.expect(held, "popular, no attributes", expected, "it is missing", whole, missing=(bare["item_id"],))
