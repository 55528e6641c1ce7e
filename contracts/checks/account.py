"""Uses up the limit of one address on /auth (--account-limit), then sends a few more requests (R58).

The account operations are otherwise undocumented, so any status but 429, 404 and 5xx counts as accepted by the
limit."""

import itertools
from dataclasses import dataclass

from contracts.exchange import Exchange
from contracts.outcome import Blocked
from contracts.rules.headers import NAMES
from contracts.run.probe import Probe, said
from contracts.run.registry import check
from fixtures.spec import Operation, RateLimit

_BEYOND = 2  # requests beyond the number that the limit allows


@dataclass
class Knocks:
    """The responses to a series of failed logins."""

    limit: RateLimit
    responses: list[Exchange]

    @property
    def refused(self) -> list[Exchange]:
        return [response for response in self.responses if response.status == 429]


def _operation(probe: Probe, name: str) -> Operation:
    return probe.operations.spec.operation(name)


def _send(probe: Probe, name: str) -> Exchange:
    """Send a login or registration without effect: a new address under a reserved name, no real password."""
    operation = _operation(probe, name)
    body = {"email": f"{probe.name('nobody')}@example.invalid", "password": probe.name("wrong")}
    return probe.request(operation.method, operation.path, probe.credentials.none(), json=body)


def _knock(probe: Probe) -> Knocks:
    """Send as many failed logins as the limit allows, and a few more; once per run."""
    return probe.once(_make_knocks, probe)


def _make_knocks(probe: Probe) -> Knocks:
    limit = probe.operations.spec.limits["auth"]
    probe.say(f"using up the limit of {limit.limit} logins for this address, for {limit.window_seconds} s")
    responses = []
    for _ in range(limit.limit + _BEYOND):
        responses.append(_send(probe, "login"))
        if responses[-1].status in (None, 404, 405):
            raise Blocked(f"the target has no {_operation(probe, 'login').path}: {said(responses[-1])}")
    return Knocks(limit, responses)


@check("ACCOUNT-limit")
def limit(probe: Probe) -> None:
    found = _knock(probe)
    first = found.responses[0]
    left = first.number_of("RateLimit-Remaining")
    if first.status == 429 or (left is not None and left < found.limit.limit - 1):
        raise Blocked("this address had used up some of the limit before the run")
    statuses = [response.status for response in found.responses]
    wanted = [False] * found.limit.limit + [True] * _BEYOND
    said = ", ".join(map(str, statuses))
    expected = f"{found.limit.limit} responses that are no 429, then 429"
    probe.expect([status == 429 for status in statuses] == wanted, "limit", expected, said, *found.responses)


@check("ACCOUNT-headers")
def headers(probe: Probe) -> None:
    found = _knock(probe)
    for response in found.responses:
        missing = [name for name in NAMES if response.number_of(name) is None]
        if not probe.expect(not missing, "headers", "three whole numbers", f"no {', '.join(missing)}", response):
            return
    said = found.responses[0].number_of("RateLimit-Limit")
    probe.expect(said == found.limit.limit, "Limit", f"{found.limit.limit}", f"{said}", found.responses[0])
    passed = [response for response in found.responses if response.status != 429]
    for earlier, later in itertools.pairwise(passed):
        before, after = (response.number_of("RateLimit-Remaining") or 0 for response in (earlier, later))
        probe.expect(after < before, "countdown", f"less than {before}", f"{after}", earlier, later)


@check("ACCOUNT-429")
def refusal(probe: Probe) -> None:
    found = _knock(probe)
    if not found.refused:
        raise Blocked("no 429 was seen (ACCOUNT-limit)")
    refused = found.refused[0]
    envelope = refused.envelope.get("success") is False and isinstance(refused.envelope.get("message"), str)
    probe.expect(envelope, "envelope", "success false and a message", f"{refused.body[:120]!r}", refused)
    left, reset = refused.number_of("RateLimit-Remaining"), refused.number_of("RateLimit-Reset")
    probe.expect(left == 0, "Remaining", "0", f"{left}", refused)
    held = reset is not None and 0 <= reset <= found.limit.window_seconds + 1
    probe.expect(held, "Reset", f"0 to {found.limit.window_seconds} seconds", f"{reset}", refused)


@check("ACCOUNT-shared")
def shared(probe: Probe) -> None:
    if not _knock(probe).refused:
        raise Blocked("no 429 was seen (ACCOUNT-limit)")
    exchange = _send(probe, "register")
    probe.expect_status(exchange, (429,), "register")
