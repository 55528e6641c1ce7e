"""Attribution: events with a recommendation_id are accepted, known or not."""

from collections.abc import Iterator

from contracts.checks.common import expect_accepted, expect_no_crash
from contracts.outcome import Blocked
from contracts.run.known_item import known_item
from contracts.run.probe import Probe
from contracts.run.registry import check
from fixtures.bodies import event_body, unique_uuid


@check("ATTR-echo-accepted")
def echo_accepted(probe: Probe) -> Iterator[None]:
    """Send a user's events with a served recommendation_id, then check that the user is served normally."""
    served = probe.must_recommend(strategy="trending", user_id=probe.name("user")).data.get("recommendation_id")
    if not isinstance(served, str):
        raise Blocked("no recommendation_id was served (REC-recommendation-id)")
    user, item = probe.name("user"), known_item(probe)
    for name in ("click", "purchase"):
        body = event_body(name, user, item, recommendation_id=served)
        expect_accepted(probe, probe.operations.events, body, f"{name} with a served recommendation_id")
    yield
    for strategy in ("personalized", "popular")[: 1 if probe.plan.one_organisation else 2]:
        probe.must_recommend(strategy=strategy, user_id=user)


@check("ATTR-unknown-recommendation")
def unknown_recommendation(probe: Probe) -> None:
    never_served = unique_uuid(probe.rng(probe.name("never")))
    body = event_body("click", probe.name("user"), probe.name("item"), recommendation_id=never_served)
    expect_no_crash(probe, probe.send(probe.operations.events, body), "a recommendation_id that was never served")
