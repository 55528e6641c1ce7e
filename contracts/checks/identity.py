"""Identity stitching, compared with a control user who did the same under one id."""

from collections.abc import Callable, Iterator

from contracts.checks import tastes
from contracts.checks.common import expect_accepted, expect_no_crash
from contracts.outcome import Skipped
from contracts.run.probe import Look, Probe
from contracts.run.registry import check
from fixtures.bodies import event_body, identify_body, unique_uuid


def _anonymous(probe: Probe) -> str:
    return unique_uuid(probe.rng(probe.name("anonymous")))


Tell = Callable[[Probe, tastes.Shelf, str, str], Iterator[None]]


def _stitched(probe: Probe, tell: Tell, case: str, expected: str, upserted: bool = True) -> Iterator[None]:
    """Check that a real id's list shows the history that `tell` sends: events of an anonymous id and of the real id,
    and the identify."""
    shelf = tastes.shelf(probe)
    yield
    real = probe.user("real") if upserted else probe.number()
    yield from tell(probe, shelf, _anonymous(probe), real)
    yield
    shelf.needs_effect(probe)
    probe.expect_eventually(lambda: shelf.differ(probe, real, shelf.newcomer), case, expected)


@check("IDENT-accepted")
def accepted(probe: Probe) -> None:
    body = identify_body(probe.name("real"), _anonymous(probe))
    expect_accepted(probe, probe.operations.events, body, "identify")
    expect_no_crash(probe, probe.send(probe.operations.events, body), "the same identify again")


@check("IDENT-merges-history")
def merges_history(probe: Probe) -> Iterator[None]:
    def tell(probe: Probe, shelf: tastes.Shelf, anonymous: str, real: str) -> Iterator[None]:
        shelf.send_history(probe, anonymous, "quiet")
        yield
        probe.ingest([identify_body(real, anonymous)])

    yield from _stitched(probe, tell, "before", "the anonymous history shows in the real user's list")


@check("IDENT-merges-in-one-array")
def merges_in_one_array(probe: Probe) -> Iterator[None]:
    def tell(probe: Probe, shelf: tastes.Shelf, anonymous: str, real: str) -> Iterator[None]:
        probe.ingest([*shelf.history(anonymous, "quiet"), identify_body(real, anonymous)])
        yield

    yield from _stitched(probe, tell, "one array", "an identify behind its history in one array merges it", False)


@check("IDENT-later-events-follow")
def later_events_follow(probe: Probe) -> Iterator[None]:
    def tell(probe: Probe, shelf: tastes.Shelf, anonymous: str, real: str) -> Iterator[None]:
        probe.ingest([identify_body(real, anonymous)])
        yield
        shelf.send_history(probe, anonymous, "quiet")

    yield from _stitched(
        probe, tell, "after", "events under the anonymous id after the identify count for the real user"
    )


@check("IDENT-repeat-is-harmless")
def repeat_is_harmless(probe: Probe) -> Iterator[None]:
    def tell(probe: Probe, shelf: tastes.Shelf, anonymous: str, real: str) -> Iterator[None]:
        shelf.send_history(probe, anonymous, "quiet")
        yield
        probe.ingest([identify_body(real, anonymous)])
        yield
        probe.send(probe.operations.events, identify_body(real, anonymous))  # it may be refused

    yield from _stitched(probe, tell, "repeated", "a second identify leaves the merged history in place")


@check("IDENT-chain")
def chain(probe: Probe) -> Iterator[None]:
    def tell(probe: Probe, shelf: tastes.Shelf, anonymous: str, real: str) -> Iterator[None]:
        middle = _anonymous(probe)
        shelf.send_history(probe, anonymous, "quiet")
        yield
        probe.ingest([identify_body(middle, anonymous)])
        yield
        probe.ingest([identify_body(real, middle)])

    yield from _stitched(probe, tell, "chain", "a history moves on with every identify")


@check("IDENT-keeps-own-history")
def keeps_own_history(probe: Probe) -> Iterator[None]:
    """Check that a user who identifies an anonymous id with a history of another kind keeps their own history."""
    shelf = tastes.shelf(probe)
    yield
    real, both, visitor = (probe.user(stem) for stem in ("real", "both", "visitor"))
    anonymous = _anonymous(probe)
    # Their own history is the later one: a list may follow the last events alone.
    histories = ((anonymous, "loud"), (visitor, "loud"), (both, "loud"), (real, "quiet"), (both, "quiet"))
    probe.ingest([event for user, kind in histories for event in shelf.history(user, kind)])
    yield
    probe.ingest([identify_body(real, anonymous)])
    yield
    if not shelf.finds(probe, lambda: shelf.differ(probe, both, visitor), patient=False):
        raise Skipped("no list of this target tells two histories under one id from one of them")
    probe.expect_eventually(
        lambda: shelf.differ(probe, real, visitor),
        "own history",
        "another list than that of the anonymous history alone",
    )


@check("IDENT-nobody-else")
def nobody_else(probe: Probe) -> Iterator[None]:
    """Check that an identify without any history doesn't give the real user another's: the list is that of a new
    user."""
    shelf = tastes.shelf(probe)
    yield
    real, newcomers = probe.user("real"), (shelf.newcomer, probe.user("newcomer"))
    anothers = _anonymous(probe)
    shelf.send_history(probe, anothers, "quiet")
    probe.ingest([identify_body(probe.name("another"), anothers)])
    probe.ingest([identify_body(real, _anonymous(probe))])
    yield
    shelf.needs_effect(probe)

    def alike(one: str, other: str) -> Look:
        look = shelf.differ(probe, one, other)
        return Look(not look.ok, "different lists", look.exchanges)

    if not probe.eventually(lambda: alike(*newcomers)).ok:
        raise Skipped("users without history are shown different lists, so another's can't be said apart")
    probe.expect_eventually(lambda: alike(real, newcomers[0]), "no history", "the list of a user without history")


@check("IDENT-cycle-is-harmless")
def cycle_is_harmless(probe: Probe) -> Iterator[None]:
    """Let two ids identify each other, and one identify itself; neither may cause an error."""
    one, other, itself = (probe.name("cycle") for _ in range(3))
    events = probe.operations.events
    for user, previous in ((one, other), (other, one), (itself, itself)):
        expect_no_crash(probe, probe.send(events, identify_body(user, previous)), "identify in a cycle")
        yield
    for user in (one, other, itself):
        expect_no_crash(probe, probe.recommend(strategy="personalized", user_id=user), "a user in a cycle")
    expect_no_crash(probe, probe.send(events, event_body("view", one, probe.name("item"))), "an event in a cycle")
