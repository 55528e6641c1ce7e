"""Closing the loop: events that echo a recommendation_id are welcome, known or not."""

from contracts.checks.common import expect_accepted, expect_no_crash
from contracts.outcome import Blocked
from contracts.probe import Probe
from contracts.registry import check
from fixtures.bodies import event_body, unique_uuid


@check("ATTR-echo-accepted")
def echo_accepted(probe: Probe) -> None:
    served = probe.must_recommend(strategy="trending").data.get("recommendation_id")
    if not isinstance(served, str):
        raise Blocked("no recommendation_id was served (REC-recommendation-id)")
    for name in ("click", "purchase"):
        body = event_body(name, probe.name("user"), probe.name("item"), recommendation_id=served)
        expect_accepted(probe, probe.run.operations.events, body, f"{name} with a served recommendation_id")


@check("ATTR-unknown-recommendation")
def unknown_recommendation(probe: Probe) -> None:
    never_served = unique_uuid(probe.run.dice(probe.name("never")))
    body = event_body("click", probe.name("user"), probe.name("item"), recommendation_id=never_served)
    expect_no_crash(probe, probe.send(probe.run.operations.events, body), "a recommendation_id that was never served")
