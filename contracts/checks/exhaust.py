"""Uses up an organisation's window, to the last request and beyond (--exhaust)."""

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from contracts.checks.common import valid_bodies
from contracts.checks.rate_limit import remaining
from contracts.exchange import Exchange
from contracts.outcome import Blocked, Skipped
from contracts.run.probe import Probe, said
from contracts.run.registry import check
from contracts.run.run import Run

RECOVERY = "LIMIT-recovers"  # waits for the next window, so it runs last
_BEYOND = 5  # requests beyond the announced number
_A_MOMENT = 3  # seconds that are waited for even with --no-wait


@dataclass
class Burn:
    """The result of sending more requests than the target announced."""

    organisation: str
    announced: int
    responses: list[Exchange] = field(default_factory=list)  # after the response with the announcement

    @property
    def passed(self) -> int:
        return sum(response.ok for response in self.responses)

    @property
    def refused(self) -> list[Exchange]:
        return [response for response in self.responses if response.status == 429]

    @property
    def seconds(self) -> float:
        """The duration of the burst."""
        return self.responses[-1].sent_at - self.responses[0].sent_at if self.responses else 0.0


def _send(probe: Probe, organisation: str) -> Exchange:
    credential = probe.credentials.right("publishable", organisation)
    operation = probe.operations.recommend
    body = (
        {"strategy": "trending", "user_id": "u", "limit": 1}
        if probe.operations.edition == "current"
        else {"user_id": "u"}
    )
    return probe.send(operation, body, credential, take_429=True)


def burn(probe: Probe) -> Burn:
    """Use up a window once per run, for the first check that needs it. It is the second organisation's, if there is
    one."""
    return probe.once(_make_burn, probe)


def _make_burn(probe: Probe) -> Burn:
    organisation = probe.spare
    first = _send(probe, organisation)
    if first.status == 429:
        _sleep_until_reset(probe, first)
        first = _send(probe, organisation)
    found = Burn(organisation, remaining(first))
    if found.announced > 20_000:
        raise Skipped(f"{found.announced} requests are announced: too many to send")
    probe.say(f"sending the announced {found.announced} requests and {_BEYOND} more")
    beyond = 0
    ends = first.sent_at + (first.number_of("RateLimit-Reset") or probe.target.window_seconds)
    while beyond < _BEYOND:
        if time.monotonic() > ends - 1:
            raise Blocked("the window ended while it was being used up: it is too short for its limit here")
        found.responses.append(_send(probe, organisation))
        beyond += len(found.responses) > found.announced
    return found


def window_ends(run: Run) -> float:
    """Return when the window ends, minus a second for safety; the current time if it is not exhausted."""
    found = run.once.made(_make_burn)
    if found is None or not found.refused:
        return 0.0
    return float(found.refused[0].sent_at + (found.refused[0].number_of("RateLimit-Reset") or 0) - 1)


@check("LIMIT-announced-rest-passes")
def announced_rest_passes(probe: Probe) -> None:
    """Check that exactly as many requests are accepted as RateLimit-Remaining announced."""
    found = burn(probe)
    edge = found.responses[max(0, found.announced - 2) : found.announced + 3]
    grown = _grown(found)
    held = found.announced <= found.passed <= found.announced + grown
    probe.expect(held, "announced rest", f"{found.announced} requests pass", f"{found.passed} passed", *edge)


def _grown(found: Burn) -> int:
    """Return the number of requests by which, according to the headers, the limit grew meanwhile (sliding windows,
    refilling buckets)."""
    levels = [level for response in found.responses if (level := response.number_of("RateLimit-Remaining")) is not None]
    return sum(max(0, later - earlier + 1) for earlier, later in itertools.pairwise(levels) if earlier > 0)


@check("LIMIT-then-429")
def then_429(probe: Probe) -> None:
    found = burn(probe)
    if found.refused:
        beyond = found.responses[found.responses.index(found.refused[0]) :]
        odd = [response for response in beyond if response.status != 429]
        probe.expect(not odd, "beyond", "429 until the window ends", said(odd[0]) if odd else "", *beyond[:5])
    else:
        last = found.responses[-1]
        probe.expect(False, "beyond", "429 when nothing remains", said(last), last)


def _refusal(probe: Probe) -> Exchange:
    refused = burn(probe).refused
    if not refused:
        raise Blocked("no 429 was seen (LIMIT-then-429)")
    return refused[0]


@check("LIMIT-429-headers")
def headers(probe: Probe) -> None:
    _refusal(probe)
    for refused in burn(probe).refused[:_BEYOND]:
        for name in ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"):
            number = refused.number_of(name)
            probe.expect(
                number is not None, name, f"{name}, a whole number", repr(refused.headers.get(name.lower())), refused
            )
        probe.expect(not refused.number_of("RateLimit-Remaining"), "nothing remains", "RateLimit-Remaining 0",
                     repr(refused.headers.get("ratelimit-remaining")), refused)  # fmt: skip


@check("LIMIT-429-envelope")
def envelope(probe: Probe) -> None:
    _refusal(probe)
    for refused in burn(probe).refused[:_BEYOND]:
        held = refused.envelope.get("success") is False and isinstance(refused.envelope.get("message"), str)
        probe.expect(held, "envelope", "success false and a message", f"{refused.body[:120]!r}", refused)


@check("LIMIT-429-on-every-route")
def on_every_route(probe: Probe) -> None:
    """Check that an exhausted limit refuses every operation, with either key, before the body is checked."""
    _refusal(probe)
    found = burn(probe)
    for operation in probe.operations.all():
        credential = probe.credentials.right(operation.key_type or "", found.organisation)
        for body in [{"user_id": "u"}, *valid_bodies(probe, operation)]:
            exchange = probe.send(operation, body, credential, take_429=True)
            probe.expect_status(exchange, (429,), "empty bucket")


@check("LIMIT-of-one-organisation")
def of_one_organisation(probe: Probe) -> None:
    """Check that the first organisation, which has requests left, is served while the second one is refused."""
    refused = _refusal(probe)
    before = [exchange for exchange in probe.journal if exchange.organisation == "main"]
    left = before[-1].number_of("RateLimit-Remaining") if before else None
    if left is not None and left < 1:
        raise Skipped("the first organisation has no requests left")
    exchange = _send(probe, "main")
    probe.expect(exchange.status != 429, "another organisation", "no 429", said(exchange), refused, exchange)


@check("LIMIT-429-in-seconds")
def in_seconds(probe: Probe) -> None:
    """Check that RateLimit-Reset is in seconds: at most the window, and decreasing."""
    refused = _refusal(probe)
    found = burn(probe)
    window = probe.target.window_seconds
    reset = refused.number_of("RateLimit-Reset")
    if reset is None:
        raise Blocked("RateLimit-Reset is missing (LIMIT-429-headers)")
    probe.expect(0 <= reset <= window + 1, "seconds", f"0 to {window:g} seconds", f"{reset}", refused)
    if reset >= 3:
        probe.sleep(2.1)
        later = _send(probe, found.organisation)
        now = later.number_of("RateLimit-Reset")
        if later.status == 429 and now is not None:
            probe.expect(now < reset, "counts down", f"less than {reset} after 2 s", f"{now}", refused, later)


@check(RECOVERY)
def recovers(probe: Probe) -> Iterator[None]:
    """Check that the limit ends when RateLimit-Reset has passed, and not much earlier. A sliding window accepts the
    first request earlier, by the duration of the burst."""
    refused = _refusal(probe)
    found = burn(probe)
    yield
    last = _send(probe, found.organisation)
    reset = last.number_of("RateLimit-Reset")
    if reset is None:
        raise Blocked("RateLimit-Reset is missing (LIMIT-429-headers)")
    if reset > probe.target.window_seconds + 1:
        raise Blocked("RateLimit-Reset is no number of seconds (LIMIT-429-in-seconds)")
    _needs_patience(probe, reset)
    early_by = 2 + found.seconds
    if last.status == 429 and reset > early_by + 1:
        probe.sleep(max(0.0, last.sent_at + reset - early_by - time.monotonic()))
        early = _send(probe, found.organisation)
        if not _grown(found):
            probe.expect(early.status == 429, "early", "429 until RateLimit-Reset has passed", said(early), last, early)
    _sleep_until_reset(probe, last)
    exchange = _send(probe, found.organisation)
    probe.expect(exchange.ok, "after the window", f"success {reset} s after the 429", said(exchange), refused, exchange)


def _needs_patience(probe: Probe, seconds: float | None) -> None:
    """Raise Skipped if --no-wait forbids to wait so long."""
    if not probe.budget.may_wait and (seconds is None or seconds > _A_MOMENT):
        raise Skipped("--no-wait")


def _sleep_until_reset(probe: Probe, exchange: Exchange) -> None:
    reset = exchange.number_of("RateLimit-Reset")
    _needs_patience(probe, reset)
    seconds = min(reset or 0, probe.target.window_seconds) + 1.2  # servers round differently
    probe.say(f"waiting {seconds:.0f} s for the window to end")
    probe.sleep(max(0.0, exchange.sent_at + seconds - time.monotonic()))
