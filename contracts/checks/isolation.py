"""Organisations are isolated from each other."""

from collections.abc import Iterator
from urllib.parse import urlencode

from contracts.checks import tastes
from contracts.exchange import Exchange
from contracts.outcome import Skipped
from contracts.run.known_item import offer_events
from contracts.run.probe import Body, Look, Probe
from contracts.run.registry import check
from fixtures.bodies import event_body, identify_body, unique_uuid, user_body

_TENANT_HEADERS = ("X-Tenant-Id", "X-Tenant", "X-Organization-Id", "X-Organisation-Id", "X-Org-Id")


@check("TENANT-items-isolated")
def items_isolated(probe: Probe) -> Iterator[None]:
    """Check that an item of the first organisation is in no list of the second, for any user and strategy."""
    probe.needs_other_organisation()
    category = probe.name("cat")
    ours, theirs, *beside = (probe.item(stem, category) for stem in ("ours", "theirs", "beside", "beside"))
    probe.stock([ours, beside[0]])
    probe.stock([theirs, beside[1]], "other")
    foreigners = {"other": {ours["item_id"], beside[0]["item_id"]}, "main": {theirs["item_id"], beside[1]["item_id"]}}
    pairs = {"other": (ours["item_id"], theirs["item_id"]), "main": (theirs["item_id"], ours["item_id"])}
    for organisation, (foreign, _) in pairs.items():  # an event must not bring the item over
        events = [event_body(name, probe.name("visitor"), foreign) for name in ("view", "purchase")]
        probe.send(probe.operations.events, events, organisation=organisation)
    yield
    probe.needs(probe.shows(category, ours["item_id"]), "the item shows in its own organisation")
    probe.needs(probe.shows(category, theirs["item_id"], organisation="other"), "the other one in its own")
    user, tenants = probe.name("user"), {}
    for organisation, (foreign, own) in pairs.items():
        for strategy in ("popular", "personalized"):  # TENANT-own-items judges the others
            exchange = probe.recommend(
                organisation, strategy=strategy, user_id=user, context_item_id=own, limit=100,
                filters={"category": category},
            )  # fmt: skip
            unfiltered = probe.recommend(organisation, strategy=strategy, user_id=user, context_item_id=own, limit=100)
            tenants[organisation] = exchange.data.get("tenant_id")
            for response in (exchange, unfiltered):
                _expect_none_of(probe, foreigners[organisation], response, f"{strategy} of {organisation}")
        for strategy in ("similar", "frequently-bought-together", "frequently-consumed-together"):
            # Ask with the id of an item that only the other organisation has (R30).
            response = probe.recommend(organisation, strategy=strategy, context_item_id=foreign, limit=100)
            case = f"{strategy} of {organisation}, beside an item of another"
            _expect_none_of(probe, foreigners[organisation], response, case)
    question = {"strategy": "popular", "user_id": user, "filters": {"category": category}, "limit": 100}
    for response in _naming(probe, str(tenants["other"]), question) if tenants["other"] else ():
        _expect_none_of(probe, foreigners["main"], response, "main, naming the other's tenant_id")


def _naming(probe: Probe, tenant_id: str, question: Body) -> Iterator[Exchange]:
    """Send the request with the first organisation's key, naming another tenant_id in headers and the query, then in
    the body. The key alone decides; such a request may be refused."""
    recommend, right = probe.operations.recommend, probe.credentials.right("publishable")
    users = probe.target.connection.header_names
    headers = {name: tenant_id for name in _TENANT_HEADERS if name.lower() not in users}
    path = f"{recommend.path}?{urlencode({'tenant_id': tenant_id})}"
    yield probe.request("POST", path, right, operation=recommend.operation_id, json=question, headers=headers)
    yield probe.send(recommend, {**question, "tenant_id": tenant_id})


def _expect_none_of(probe: Probe, foreign: set[str], response: Exchange, case: str) -> None:
    there = sorted(foreign & set(response.shown))
    actual = f"it shows {', '.join(there)}"
    probe.expect(not there, case, "no item of another organisation", actual, response, unwanted=there)


@check("TENANT-same-id")
def same_id(probe: Probe) -> Iterator[None]:
    """Give both organisations an item with the same id, and check that hiding or moving one doesn't affect the
    other."""
    probe.needs_other_organisation()
    category, elsewhere = probe.name("cat"), probe.name("cat")
    twin, moved = probe.item("twin", category), probe.item("moved", category)
    probe.stock([twin, moved])
    yield
    probe.needs(probe.shows(category, twin["item_id"], moved["item_id"]), "the items show in the first organisation")
    probe.stock([twin, moved], "other")
    yield
    for organisation in ("main", "other"):
        shows = probe.shows(category, twin["item_id"], moved["item_id"], organisation=organisation)
        if not probe.expect_eventually(shows, f"in {organisation}", "an item's id may be used by both organisations"):
            return
    probe.upsert_items([{**twin, "status": "deleted"}], "other")
    probe.upsert_items([{**moved, "attributes": {**moved["attributes"], "category": elsewhere}}], "other")
    yield
    probe.needs(probe.hides(category, twin["item_id"], organisation="other"), "it is hidden where it was deleted")
    for case, item in {"deleted elsewhere": twin, "changed elsewhere": moved}.items():
        probe.expect_eventually(
            probe.shows(category, item["item_id"]), case, "an item is as its own organisation upserted it"
        )


@check("TENANT-history-isolated")
def history_isolated(probe: Probe) -> Iterator[None]:
    """Check that a user's history in one organisation has no effect in another."""
    probe.needs_other_organisation()
    here, there = tastes.shelf(probe), tastes.shelf(probe, "other")
    yield
    user, others = probe.name("user"), (there.newcomer, probe.name("newcomer"))
    foreign = tastes.Shelf(there.category, there.items)
    # The first organisation's history names the items of the second, where it would count if it leaked.
    offer_events(probe, foreign.history(user, "quiet"), "main")
    here.send_history(probe, user, "quiet")
    real, anonymous = probe.name("real"), unique_uuid(probe.rng(probe.name("anonymous")))
    foreign.send_history(probe, anonymous, "quiet", "other")
    probe.ingest([identify_body(real, anonymous)], "main")
    twin, leaver = probe.number(), probe.name("leaver")
    retold = foreign.history(twin, "quiet")
    retold = [{**event, "event_id": unique_uuid(probe.rng(f"{user} {n}"))} for n, event in enumerate(retold)]
    offer_events(probe, retold, "main")
    foreign.send_history(probe, leaver, "quiet", "other")
    yield
    probe.ingest(retold, "other")
    probe.upsert_users([user_body(leaver, status="deleted")], "main")
    yield
    probe.needs(lambda: foreign.differ(probe, there.control, others[0], "other"), "a list follows a history at all")
    for case, name in {"event_ids used elsewhere": twin, "user deleted elsewhere": leaver}.items():

        def counts(name: str = name) -> Look:
            return foreign.differ(probe, name, others[0], "other")

        probe.expect_eventually(counts, case, "another list than that of a user without history")

    def alike(one: str, other: str) -> Look:
        look = foreign.differ(probe, one, other, "other")
        return Look(not look.ok, "different lists", look.exchanges)

    if not probe.eventually(lambda: alike(*others)).ok:
        raise Skipped("users without history are shown different lists, so a leak can't be told apart")
    for case, name in {"history": user, "identify": real}.items():

        def look(name: str = name) -> Look:
            return alike(name, others[0])

        probe.expect_eventually(look, case, "the list of a user without history in this organisation")


@check("TENANT-id")
def tenant_id(probe: Probe) -> None:
    probe.needs_other_organisation()
    names = {}
    for organisation in ("main", "other"):
        exchange = probe.must_recommend(organisation, strategy="trending", user_id=probe.name("user"), limit=1)
        names[organisation] = exchange.data.get("tenant_id")
    probe.expect(
        names["main"] != names["other"],
        "tenant_id",
        "one for each organisation",
        f"both {names['main']!r}",
        *probe.exchanges,
    )
